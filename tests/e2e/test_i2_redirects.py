"""I2: signing in leads to a page of ours or to Create, wherever `next` points; other origins get no answer to read."""

from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenWindow
from tests.support.clients import http_client
from tests.support.clients.browser_user import BrowserUser
from tests.support.processes.site import Site

EVIL = "evil.example"
FOREIGN = (
    f"//{EVIL}",
    f"/\\{EVIL}",
    f"\\\\{EVIL}",
    f"/\t/{EVIL}",
    f"/.//{EVIL}",
    f"/dashboard/..//{EVIL}",
    f"https://{EVIL}",
    f"https:{EVIL}",
    f" //{EVIL}",
    f"/%2F/{EVIL}",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "",
)


def test_I2_next_never_leads_away(alice: BrowserUser, site: Site) -> None:
    requested: list[str] = []
    alice.page.context.on("request", lambda request: requested.append(request.url))
    for target in FOREIGN:
        alice.page.goto(f"/sign-in?next={quote(target, safe='')}")
        expect(alice.page.get_by_role("main")).to_be_visible()
        assert alice.page.url.startswith(f"{site.url}/"), target
        assert alice.page.evaluate("origin") == site.url, target
    # The address of the sign-in page itself holds the name, as what it is: a query.
    assert [url for url in requested if EVIL in url and not url.startswith(f"{site.url}/")] == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (f"//{EVIL}/dashboard/account", "/dashboard/create"),
        ("javascript:alert(1)", "/dashboard/create"),
        ("/dashboard/account", "/dashboard/account"),
    ],
)
def test_I2_signing_in_leads_to_a_page_of_ours(alice: BrowserUser, site: Site, target: str, expected: str) -> None:
    alice.sign_out()
    alice.page.goto(f"/sign-in?next={quote(target, safe='')}")
    alice.sign_in()
    expect(alice.page).to_have_url(site.url + expected)


def test_I2_the_session_is_no_cookie_and_other_origins_may_not_read(open_window: OpenWindow, site: Site) -> None:
    window = open_window()
    alice = BrowserUser.with_account(window.new_page(), site, "alice")
    assert window.cookies() == []

    headers = {"Authorization": f"Bearer {alice.token()}", "Origin": f"https://{EVIL}"}
    answer = http_client.get(f"{site.url}/api/v1/me", headers=headers)
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    preflight = httpx.options(f"{site.url}/api/v1/me", headers=headers | {"Access-Control-Request-Method": "GET"})
    assert not [name for name in preflight.headers if name.startswith("access-control-")]
