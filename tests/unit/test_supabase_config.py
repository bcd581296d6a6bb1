"""supabase/config.toml says what the web app and the local stack do."""

import re
import tomllib

from local.cli.state import DEFAULT_PORTS
from local.cli.steps import ROOT
from local.supabase.gateway import PROJECT

CONFIG = tomllib.loads(PROJECT.read_text())


def test_a_password_is_as_long_as_the_web_app_asks() -> None:
    rules = (ROOT / "web/src/auth/password-rules.ts").read_text()
    assert re.findall(r"MIN_PASSWORD = (\d+)", rules) == [str(CONFIG["auth"]["minimum_password_length"])]


def test_mail_leads_to_the_app() -> None:
    app = f"http://127.0.0.1:{DEFAULT_PORTS.app}"
    assert (CONFIG["auth"]["site_url"], CONFIG["auth"]["additional_redirect_urls"]) == (app, [f"{app}/**"])


def test_nothing_is_applied_beside_the_migrations() -> None:
    """The Supabase CLI applies a seed once: a change of it would never arrive."""
    assert CONFIG["db"]["seed"] == {"enabled": False, "sql_paths": []}
