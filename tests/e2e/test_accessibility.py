"""axe-core on every page and state, in light and dark, at a desk and on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.e2e.conftest import OpenWindow
from tests.support.clients.browser_user import BrowserUser
from tests.support.processes.site import ROOT, Site

AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()
GRAVE = {"serious", "critical"}
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Maker(msgspec.Struct, frozen=True):
    """Somebody who has made a render: their stored session, and links to it and to a collection that has it."""

    session: Path
    links: tuple[str, str]


@pytest.fixture(scope="module")
def maker(browser: Browser, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    kept = tmp_path_factory.mktemp("session") / "session.json"
    with browser.new_context(base_url=site.url) as window:
        person = BrowserUser.with_account(window.new_page(), site, "maker")
        render = person.make_two()
        collection = person.add_collection("Rooms", [render])
        links = [
            person.share(**subject, include_settings=True)
            for subject in ({"render_id": render}, {"collection_id": collection})
        ]
        window.storage_state(path=kept)
        yield Maker(kept, (links[0], links[1]))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_of_a_visitor_are_accessible(
    open_window: OpenWindow, viewport: ViewportSize, theme: Literal["light", "dark"]
) -> None:
    page = open_window(viewport=viewport, color_scheme=theme, reduced_motion="reduce").new_page()
    page.goto("/sign-in")
    _expect_accessible(page, page.get_by_role("heading", name="Sign in"))
    page.get_by_role("button", name="Create an account").click()
    _expect_accessible(page, page.get_by_role("heading", name="Create an account"))
    page.goto("/reset-password")
    _expect_accessible(page, page.get_by_role("heading", name="Reset your password"))
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_role("button", name="Send reset link").click()
    _expect_accessible(page, page.get_by_label("Code"))
    page.goto("/nowhere")
    _expect_accessible(page, page.get_by_role("heading", name="There is no page here"))
    page.goto("/sign-in#error=access_denied&error_code=otp_expired")
    _expect_accessible(page, page.get_by_text("This link does not work any more."))
    page.goto("/pricing")
    _expect_accessible(page, page.get_by_role("heading", name="Know the price before you press."))
    page.goto("/privacy")
    _expect_accessible(page, page.get_by_role("heading", name="Privacy"))


@pytest.mark.parametrize(("viewport", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
def test_community_and_what_links_open_are_accessible(
    open_window: OpenWindow, site: Site, maker: Maker, viewport: ViewportSize, theme: Literal["light", "dark"]
) -> None:
    first, *_ = site.community_sets()
    page = open_window(viewport=viewport, color_scheme=theme, reduced_motion="reduce").new_page()
    page.goto("/")
    _expect_accessible(page, page.get_by_role("link", name=first["title"]))
    page.goto("/community")
    _expect_accessible(page, page.get_by_role("link", name=first["title"]))
    page.goto(f"/community/{first['slug']}")
    _expect_accessible(page, page.get_by_role("heading", name=first["title"]))
    page.get_by_role("button", name="Look at").first.click()
    expect(page).to_have_url(re.compile(r"\?item="))
    _expect_accessible(page, page.get_by_role("dialog"))
    page.get_by_role("dialog").get_by_role("button", name="Report").click()
    _expect_accessible(page, page.get_by_role("dialog", name="Report this picture"))
    for link in maker.links:
        page.goto(link)
        _expect_accessible(page, page.get_by_role("link", name="Apply settings"))
        page.get_by_role("button", name="Look at").first.click()
        _expect_accessible(page, page.get_by_role("dialog"))
    page.goto(f"/s/{'A' * 43}")
    _expect_accessible(page, page.get_by_role("heading", name="Nothing to see here"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_of_a_member_are_accessible(
    open_window: OpenWindow, maker: Maker, viewport: ViewportSize, theme: Literal["light", "dark"]
) -> None:
    window = open_window(viewport=viewport, color_scheme=theme, reduced_motion="reduce", storage_state=maker.session)
    page = window.new_page()
    page.goto("/dashboard/create")
    _expect_accessible(page, page.get_by_role("button", name="Open variant 2"))
    page.get_by_role("button", name="Open variant 1").click()
    _expect_accessible(page, page.get_by_role("dialog"))
    page.keyboard.press("b")
    _expect_accessible(page, page.get_by_role("slider"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Change preset").click()
    _expect_accessible(page, page.get_by_role("dialog", name="Presets"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Earlier photos").click()
    _expect_accessible(page, page.get_by_role("button", name="Use Photo of"))
    page.get_by_role("button", name="Use Photo of").click()
    _expect_accessible(page, page.get_by_role("button", name="Remove"))
    page.get_by_role("button", name="Account").click()
    _expect_accessible(page, page.get_by_role("menu"))
    page.get_by_role("menuitem", name="Keyboard shortcuts").click()
    _expect_accessible(page, page.get_by_role("dialog", name="Keyboard shortcuts"))
    page.goto("/dashboard/account")
    _expect_accessible(page, page.get_by_role("button", name="Change e-mail"))
    page.get_by_label("New e-mail").fill("another@example.com")
    page.get_by_role("button", name="Change e-mail").click()
    _expect_accessible(page, page.get_by_role("button", name="Confirm email"))
    page.goto("/dashboard/renders")
    tile = page.get_by_role("list", name="Renders").get_by_role("listitem").first
    _expect_accessible(page, tile)
    tile.get_by_role("checkbox").click()
    page.get_by_role("button", name="Add to collection").click()
    _expect_accessible(page, page.get_by_label("Find or name a collection"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear selection").click()
    tile.get_by_role("link").click()
    _expect_accessible(page, page.get_by_role("complementary", name="Details"))
    page.get_by_role("button", name="Share").click()
    _expect_accessible(page, page.get_by_role("dialog"))
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Compare").click()
    _expect_accessible(page, page.get_by_role("region", name="Settings"))
    page.goto("/dashboard/collections")
    favorites = page.get_by_role("link", name="My Favorites")
    _expect_accessible(page, favorites)
    favorites.click()
    _expect_accessible(page, page.get_by_role("heading", name="My Favorites"))
    page.goto("/dashboard/links")
    _expect_accessible(page, page.get_by_role("button", name="Copy link").first)
    page.goto("/dashboard/trash")
    _expect_accessible(page, page.get_by_text("The trash is empty."))
    page.goto("/dashboard/nowhere")
    _expect_accessible(page, page.get_by_role("heading", name="There is no page here"))


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_run_in_all_its_states_is_accessible(open_window: OpenWindow, site: Site, viewport: ViewportSize) -> None:
    person = BrowserUser.with_account(open_window(viewport=viewport, reduced_motion="reduce").new_page(), site, "alice")
    page = person.page
    _expect_accessible(page, person.generate_button)
    site.fault(on="run", kind="stall")
    person.generate()
    _expect_accessible(page, person.result.get_by_role("progressbar", name="Progress"))
    page.get_by_role("button", name="Cancel").locator("visible=true").click()
    _expect_accessible(page, person.result.get_by_role("button", name="Try again"))


def test_a_picture_without_words_would_be_noticed(alice: BrowserUser) -> None:
    """The control of the tests above."""
    alice.page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert [violation["id"] for violation in _violations(alice.page)] == ["image-alt"]


def _expect_accessible(page: Page, shown: Locator) -> None:
    """Wait for what the page is about, then let axe look at all of it. Nothing of it lies beside the window."""
    expect(shown).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    found = {
        violation["id"]: [f"{node['html'][:200]}  {node['failureSummary']}" for node in violation["nodes"]]
        for violation in _violations(page)
    }
    assert found == {}, page.url


def _violations(page: Page) -> list[dict[str, Any]]:
    # Not as a <script>: the CSP would refuse it.
    page.evaluate(AXE)
    answer = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [violation for violation in answer["violations"] if violation["impact"] in GRAVE]
