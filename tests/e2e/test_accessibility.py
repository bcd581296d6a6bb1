"""axe-core on every page and state, in light and dark, at a desk and on a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.e2e.conftest import OpenWindow
from tests.e2e.person import Person
from tests.e2e.site import ROOT, Site

AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()
GRAVE = {"serious", "critical"}
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def session_of_a_maker(browser: Browser, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The stored session of somebody who has made a render."""
    kept = tmp_path_factory.mktemp("session") / "session.json"
    with browser.new_context(base_url=site.url) as window:
        maker = Person.with_account(window.new_page(), site, "maker")
        maker.make_two()
        window.storage_state(path=kept)
        yield kept


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
    page.get_by_role("button", name="Send the mail").click()
    _expect_accessible(page, page.get_by_label("Code"))
    page.goto("/nowhere")
    _expect_accessible(page, page.get_by_role("heading", name="There is no page here"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_of_a_member_are_accessible(
    open_window: OpenWindow, session_of_a_maker: Path, viewport: ViewportSize, theme: Literal["light", "dark"]
) -> None:
    window = open_window(
        viewport=viewport, color_scheme=theme, reduced_motion="reduce", storage_state=session_of_a_maker
    )
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
    page.goto("/dashboard/trash")
    _expect_accessible(page, page.get_by_text("The trash is empty."))
    page.goto("/dashboard/nowhere")
    _expect_accessible(page, page.get_by_role("heading", name="There is no page here"))


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_run_in_all_its_states_is_accessible(open_window: OpenWindow, site: Site, viewport: ViewportSize) -> None:
    person = Person.with_account(open_window(viewport=viewport, reduced_motion="reduce").new_page(), site, "alice")
    page = person.page
    _expect_accessible(page, person.generate_button)
    site.fault(on="run", kind="stall")
    person.generate()
    _expect_accessible(page, person.result.get_by_role("progressbar", name="Progress"))
    page.get_by_role("button", name="Cancel").locator("visible=true").click()
    _expect_accessible(page, person.result.get_by_role("button", name="Try again"))


def test_a_picture_without_words_would_be_noticed(alice: Person) -> None:
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
