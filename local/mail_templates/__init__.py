"""`supabase/templates/`: the mails of Supabase Auth, in one layout.

`python -m local.mail_templates --write` writes the files, without `--write` it prints them. A test fails while they are
stale. Hosted Auth fills them in as Go templates (https://supabase.com/docs/guides/auth/auth-email-templates), the local
stack in local/supabase/mails.mjs; both know `{{ .Name }}`, and nothing else is used here. The subjects are in
supabase/config.toml.

Mail programs read tables and inline styles; the rules in <head> are for dark mode and small screens. The colors are
those of web/src/styles/tokens.css.
"""

from pathlib import Path
from string import Template
from typing import Final

import msgspec

HERE: Final = Path(__file__).parent
FOLDER: Final = HERE.parents[1] / "supabase" / "templates"
SANS: Final = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
MONO: Final = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Courier New',monospace"
HOURS: Final = 1
"""How long codes and links work: `otp_expiry` of supabase/config.toml."""


class AuthMail(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one mail. `button` is None where Auth gives no link."""

    heading: str
    before_code: str
    preview: str
    button: str | None = None
    beside_link: str = "Or open the link on this device."
    if_not_you: str
    why: str


MAILS: Final = {
    "confirmation": AuthMail(
        heading="Confirm your email",
        preview=f"Enter the code or open the link. Both work once, for {HOURS} hour.",
        before_code="Enter this code on the page where you signed up.",
        beside_link="Or open the link on this device. You are signed in right away.",
        button="Confirm email",
        if_not_you="If you did not sign up, ignore this email: nobody can use this account.",
        why="You get this email because someone entered this address at {{ .SiteURL }}.",
    ),
    "magic_link": AuthMail(
        heading="Sign in to Maquette",
        preview=f"Enter the code or open the link. Both work once, for {HOURS} hour.",
        before_code="Enter this code where you are signing in.",
        beside_link="Or open the link on this device. You return to the page you came from.",
        button="Sign in",
        if_not_you="If this was not you, ignore this email. Nobody can sign in without it.",
        why="You get this email because someone entered this address at {{ .SiteURL }}.",
    ),
    "recovery": AuthMail(
        heading="Reset your password",
        preview="Your password stays as it is until you choose a new one.",
        before_code="Enter this code on the page where you asked for it. Then choose a new password.",
        button="Choose a new password",
        if_not_you="If this was not you, ignore this email. Your password stays as it is.",
        why="You get this email because someone asked to reset the password of this address at {{ .SiteURL }}.",
    ),
    "email_change": AuthMail(
        heading="Confirm your email change",
        preview="Both addresses confirm before the change happens.",
        before_code="You asked to change your email from {{ .Email }} to {{ .NewEmail }}. "
        "Enter this code on your account page.",
        beside_link="Or open the link on this device. The other address gets an email like this one, with its own "
        "code. The change happens when both are confirmed.",
        button="Confirm this address",
        if_not_you="If this was not you, do not enter the code. Sign in and choose a new password.",
        why="You get this email because one of these addresses belongs to an account at {{ .SiteURL }}.",
    ),
    "reauthentication": AuthMail(
        heading="Confirm that it is you",
        preview="Your password stays as it is until you enter the code.",
        before_code="Enter this code on the page where you set your new password.",
        if_not_you="If this was not you, do not pass the code on: someone is signed in to your account. "
        "Sign in and choose a new password, which signs out every other device.",
        why="You get this email because someone set a new password for your account at {{ .SiteURL }}.",
    ),
}

NO_LINK: Final = '<tr><td height="22" style="height:22px;line-height:0;font-size:0">&nbsp;</td></tr>\n'


def template_files() -> dict[str, str]:
    """The name of each file in `supabase/templates/`, and its content."""
    return {f"{name}.html": _html(mail) for name, mail in MAILS.items()}


def _html(mail: AuthMail) -> str:
    layout, link = (Template((HERE / name).read_text()) for name in ("layout.html", "link.html"))
    words = {"sans": SANS, "mono": MONO, **msgspec.structs.asdict(mail)}
    if mail.button is None:
        return layout.substitute(words, link=NO_LINK, bounds=f"The code works once, for {HOURS} hour.")
    bounds = f"The code and the link work once, for {HOURS} hour."
    return layout.substitute(words, link=link.substitute(words), bounds=bounds)
