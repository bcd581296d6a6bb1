"""The mails of Supabase Auth: generated, named in config.toml, with codes, and true about how long they work."""

import re
import tomllib

import pytest

from local.mail_templates import FOLDER, HOURS, MAILS, template_files
from local.supabase.gateway import PROJECT, ROOT

EMAIL = tomllib.loads(PROJECT.read_text())["auth"]["email"]
# https://supabase.com/docs/guides/auth/auth-email-templates; the last three are not there in every mail.
KNOWN = {"SiteURL", "Email", "Token", "ConfirmationURL", "NewEmail"}


def test_the_files_are_up_to_date() -> None:
    stored = {path.name: path.read_text() for path in FOLDER.iterdir()}
    assert stored == template_files(), "run: python -m local.mail_templates --write"


def test_the_guide_for_a_hosted_project_names_the_same_mails() -> None:
    guide = (ROOT / "docs/deploy.md").read_text()
    for template in EMAIL["template"].values():
        assert f"| `{template['content_path'].removeprefix('./')}` | `{template['subject']}` |" in guide


def test_every_mail_is_sent_with_its_code_in_the_subject() -> None:
    assert EMAIL["template"].keys() == MAILS.keys()
    for name, template in EMAIL["template"].items():
        assert (ROOT / template["content_path"]) == FOLDER / f"{name}.html"
        assert template["subject"].endswith(": {{ .Token }}")


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_has_the_code_and_where_auth_gives_one_the_link(name: str) -> None:
    html = template_files()[f"{name}.html"]
    used = re.findall(r"\{\{ \.(\w+) \}\}", html)
    assert html.count("{{") == len(used)
    assert used.count("Token") == 1
    assert used.count("ConfirmationURL") == (0 if name == "reauthentication" else 3)
    assert ("NewEmail" in used) == (name == "email_change")
    assert set(used) <= KNOWN
    assert "http" not in html  # nothing is loaded from elsewhere, and every address is the project's


def test_a_mail_says_how_long_its_code_works() -> None:
    assert EMAIL["otp_expiry"] == HOURS * 3600
    assert all(f"once, for {HOURS} hour." in html for html in template_files().values())


def test_the_web_app_takes_codes_of_this_length() -> None:
    pattern = re.findall(
        r'pattern="\[0-9 \]\{(\d+),(\d+)\}"', (ROOT / "web/src/features/sign-in/components/code-form.tsx").read_text()
    )
    assert pattern
    assert int(pattern[0][0]) <= EMAIL["otp_length"] <= int(pattern[0][1])
