"""I3: two people at one browser. Nothing of the one is left for the other."""

from playwright.sync_api import BrowserContext, Page, Response, expect

from tests.e2e.conftest import OpenWindow
from tests.support.clients.browser_user import BrowserUser
from tests.support.processes.site import Site

SECRET = "A house for my eyes only"


def test_I3_after_signing_out_nothing_of_the_person_is_left_on_screen(open_window: OpenWindow, site: Site) -> None:
    window = open_window()
    alice = BrowserUser.with_account(window.new_page(), site, "alice")
    alice.add_photo()
    alice.generate(SECRET)
    expect(alice.variants).to_have_count(2)
    assert SECRET in _everything(alice.page)
    pictures = [picture.get_attribute("src") for picture in alice.variants.all()]
    alice.sign_out()
    _expect_nothing_of(alice, alice.page)

    # In the same document, where whatever was kept in memory still would be.
    bob = BrowserUser(alice.page, site, "bob")
    bob.sign_up()
    expect(bob.result).to_contain_text("Nothing here yet")
    expect(bob.prompt).to_be_empty()
    bob.page.get_by_role("button", name="Earlier descriptions").click()
    expect(bob.page.get_by_role("dialog")).to_contain_text("kept here")
    bob.page.keyboard.press("Escape")
    bob.settings.get_by_role("button", name="Earlier photos").click()
    expect(bob.page.get_by_role("dialog")).to_contain_text("No photos yet")
    _expect_nothing_of(alice, bob.page)
    assert not any(picture in _everything(bob.page) for picture in pictures if picture)


def test_I3_going_back_after_signing_out_shows_nothing_of_the_person(alice: BrowserUser) -> None:
    page = alice.page
    # The browser keeps whole documents to come back to, and the product its own pages.
    page.goto("/dashboard/account")
    expect(page.get_by_text(f"You sign in with {alice.email}.")).to_be_visible()
    page.goto("/dashboard/create")
    alice.prompt.fill(SECRET)
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="Account settings").click()
    alice.sign_out()
    for _ in range(3):
        page.go_back()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        _expect_nothing_of(alice, page)


def test_I3_signing_out_or_in_as_somebody_else_reaches_every_tab(open_window: OpenWindow, site: Site) -> None:
    window = open_window()
    alice = BrowserUser.with_account(window.new_page(), site, "alice")
    alice.prompt.fill(SECRET)
    other_tab = window.new_page()
    other_tab.goto("/dashboard/create")
    expect(other_tab.get_by_label("Describe it")).to_have_value(SECRET)

    alice.sign_out()
    expect(other_tab.get_by_role("heading", name="Sign in")).to_be_visible()
    _expect_nothing_of(alice, other_tab)

    bob = BrowserUser(alice.page, site, "bob")
    bob.sign_up()
    expect(other_tab.get_by_role("button", name="Generate")).to_be_visible()
    expect(other_tab.get_by_label("Describe it")).to_be_empty()
    _expect_nothing_of(alice, other_tab)
    other_tab.get_by_role("button", name="Account").click()
    expect(other_tab.get_by_role("menu")).to_contain_text(bob.email)


def test_I3_private_answers_are_stored_by_no_cache(open_window: OpenWindow, site: Site) -> None:
    window = open_window()
    answers = _listen(window, site)
    alice = BrowserUser.with_account(window.new_page(), site, "alice")
    alice.add_photo()
    alice.generate()

    private = {url: response.headers.get("cache-control") for url, response in answers.items() if "/config" not in url}
    assert {url.split("?")[0].rsplit("/", 1)[1] for url in private} >= {"usage", "uploads", "generations"}
    assert set(private.values()) == {"private, no-store"}
    assert not [url for url, response in answers.items() if "etag" in response.headers and "/config" not in url]


def _listen(window: BrowserContext, site: Site) -> dict[str, Response]:
    """Every answer of the API to this window, by its address."""
    answers: dict[str, Response] = {}

    def note(response: Response) -> None:
        if response.url.startswith(f"{site.url}/api/v1/"):
            answers[response.url] = response

    window.on("response", note)
    return answers


def _expect_nothing_of(person: BrowserUser, page: Page) -> None:
    shown = _everything(page)
    assert person.email not in shown
    assert SECRET not in shown


def _everything(page: Page) -> str:
    """The page as it is now, with what its fields hold."""
    return page.evaluate(
        """() => document.documentElement.outerHTML
            + [...document.querySelectorAll("input, textarea")].map((field) => field.value).join("\\n")"""
    )
