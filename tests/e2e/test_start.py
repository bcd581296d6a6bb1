"""How a page starts: a frame that stays where it is, one question for each thing, and whose session it is."""

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.conftest import OpenWindow
from tests.support.clients.browser_user import BrowserUser
from tests.support.processes.site import Site

CODE = "**/assets/*.js"
SIGN = "svg:has(path.fill-canary):visible"
WINDOWS: list[ViewportSize] = [{"width": 1440, "height": 900}, {"width": 390, "height": 844}]
# By then Auth is connected, and toasts are there: web/src/auth/session.ts, web/src/app/root-layout.tsx.
ALL_MS = 3000


@pytest.mark.parametrize("size", WINDOWS, ids=lambda size: f"{size['width']}px")
@pytest.mark.parametrize("address", ["/", "/community", "/sign-in", "/dashboard/renders"])
def test_the_frame_of_a_visitor_is_there_before_the_code_and_stays(
    open_window: OpenWindow, size: ViewportSize, address: str
) -> None:
    page = open_window(viewport=size).new_page()
    framed = _frame(page, address)
    assert _text(page) == "Maquette"

    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert _sign(page) == framed


@pytest.mark.parametrize("size", WINDOWS, ids=lambda size: f"{size['width']}px")
def test_the_frame_of_a_member_is_there_before_the_code_and_stays(
    open_window: OpenWindow, site: Site, size: ViewportSize
) -> None:
    alice = BrowserUser.with_account(open_window(viewport=size).new_page(), site, "alice")
    page = alice.page
    framed = _frame(page, "/dashboard/create")
    assert _text(page) == ""

    page.goto("/dashboard/create")
    alice.expect_create()
    assert _sign(page) == framed


def test_it_is_said_when_the_code_does_not_come(open_window: OpenWindow) -> None:
    page = open_window().new_page()
    page.route("**/assets/start-*.js", lambda route: route.abort())
    page.goto("/community")
    expect(page.get_by_role("alert")).to_have_text(
        "Maquette did not load. Check your connection, then load the page again."
    )


def test_a_page_asks_for_each_thing_once(alice: BrowserUser) -> None:
    for seed in (1, 2):
        alice.make(preset_id="graphic-poster", prompt="A lighthouse at dusk", settings={}, variants=1, seed=seed)
    page = alice.page
    requests: Counter[str] = Counter()
    page.on("request", lambda request: requests.update([request.url]))
    page.goto("/dashboard/renders")
    pictures = page.get_by_role("main").locator("img")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        expect(picture).to_have_js_property("complete", True)
    # What comes after the page is there too: toasts, and Auth.
    page.wait_for_timeout(ALL_MS)

    def once(start: str) -> dict[str, int]:
        return {url: times for url, times in requests.items() if urlsplit(url).path.startswith(start)}

    api, thumbnails = once("/api/v1/"), once("/storage/v1/")
    assert len(thumbnails) == 2
    assert {
        f"{alice.site.url}/api/v1/{path}" for path in ("usage", "config", "renders/months?time_zone=UTC")
    } <= api.keys()
    assert set((api | thumbnails).values()) == {1}, api | thumbnails


def test_what_happens_at_once_is_said(alice: BrowserUser) -> None:
    alice.make(preset_id="graphic-poster", prompt="A lighthouse at dusk", settings={}, variants=1, seed=1)
    page = alice.page
    page.goto("/dashboard/renders")
    page.get_by_role("checkbox", name="Select ").click()
    page.get_by_role("toolbar").get_by_role("button", name="Favorite").click()
    expect(page.get_by_text("1 render added to My Favorites.", exact=True)).to_be_visible()


def test_I3_signing_out_reaches_a_tab_that_was_opened_a_moment_ago(alice: BrowserUser) -> None:
    menu = alice.page.get_by_role("button", name="Account ")
    menu.click()
    leave = alice.page.get_by_role("menuitem", name="Sign out")
    expect(leave).to_be_visible()
    other_tab = alice.page.context.new_page()
    other_tab.goto("/dashboard/create")
    expect(other_tab.get_by_role("button", name="Generate")).to_be_visible()
    leave.click()
    expect(other_tab.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(alice.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_session_that_is_about_to_end_is_renewed_before_the_page(alice: BrowserUser) -> None:
    page = alice.page
    # The page that is open must not renew it.
    page.goto("/empty")
    before: dict[str, Any] = page.evaluate(
        """() => {
            const session = JSON.parse(localStorage.getItem('maquette.session'));
            session.expires_at = Math.floor(Date.now() / 1000) + 30;
            localStorage.setItem('maquette.session', JSON.stringify(session));
            return session;
        }"""
    )
    tokens: set[str | None] = set()
    page.on(
        "request",
        lambda request: (
            tokens.add(request.headers.get("authorization")) if urlsplit(request.url).path == "/api/v1/usage" else None
        ),
    )
    page.goto("/dashboard/create")
    alice.expect_create()
    expect(alice.credits_left).to_be_visible()
    kept = page.evaluate("JSON.parse(localStorage.getItem('maquette.session'))")
    assert kept["refresh_token"] != before["refresh_token"]
    assert tokens == {f"Bearer {kept['access_token']}"}


def _frame(page: Page, address: str) -> Any:
    """Opens a page whose code does not come; answers where the sign is. Afterwards the code comes again."""
    page.route(CODE, lambda route: route.abort())
    page.goto(address)
    expect(page.locator(SIGN)).to_have_count(1)
    page.unroute(CODE)
    return _sign(page)


def _sign(page: Page) -> Any:
    """Where the sign of the product is at the top of the page, and the name beside it."""
    return page.locator(SIGN).first.evaluate(
        """(sign) => {
            const name = document.createRange();
            name.selectNode(sign.nextSibling ?? sign);
            const parts = name.toString().trim() ? [sign, name] : [sign];
            return parts.map((part) => part.getBoundingClientRect().toJSON());
        }"""
    )


def _text(page: Page) -> str:
    """What the page says beside the sentence for code that does not come."""
    alert = page.get_by_role("alert").inner_text()
    return page.locator("body").inner_text().replace(alert, "").strip()
