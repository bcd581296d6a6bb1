"""Collections, as their owner makes, orders and clears them."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.clients.browser_user import BrowserUser

TITLES = ["Islands that float", "A harbour at dawn", "A city on water"]


@pytest.fixture
def collector(alice: BrowserUser) -> BrowserUser:
    """Somebody in a collection of three renders, in the order they were made."""
    made = [alice.make(preset_id="first-ideas", prompt=title, variants=1) for title in TITLES]
    page = alice.page
    page.goto("/dashboard/collections")
    page.get_by_role("button", name="New collection").click()
    page.get_by_label("Name").fill("Riverside flat")
    page.get_by_role("button", name="Create collection").click()
    expect(page.get_by_text("Nothing here yet. Select renders and add them to this collection.")).to_be_visible()
    collection = page.url.rpartition("/")[2]
    for render in made:
        alice.api().put(f"/collections/{collection}/items/{render}").raise_for_status()
    page.reload()
    expect(_tiles(page)).to_have_count(3)
    return alice


def test_a_collection_is_ordered_by_keys_and_by_dragging(collector: BrowserUser) -> None:
    page = collector.page
    first, second, third = _titles(page)
    _tiles(page).first.get_by_role("link").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.get_by_text("Moved to place 2 of 3.")).to_be_attached()
    _expect_order(collector, [second, first, third])

    _tiles(page).nth(2).drag_to(_tiles(page).nth(0), target_position={"x": 4, "y": 40})
    expect(page.get_by_text("Moved to place 1 of 3.")).to_be_attached()
    _expect_order(collector, [third, second, first])
    page.reload()
    _expect_order(collector, [third, second, first])


def test_renders_leave_a_collection_and_come_back(collector: BrowserUser) -> None:
    page = collector.page
    page.get_by_role("checkbox", name=f"Select {TITLES[0]}").click()
    page.get_by_role("button", name="Make cover").click()
    expect(page.get_by_text("Cover", exact=True)).to_be_visible()
    page.get_by_role("checkbox", name=f"Select {TITLES[1]}").click()
    page.get_by_role("toolbar").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("1 render removed from Riverside flat.", exact=True)).to_be_visible()
    expect(_tiles(page)).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(_tiles(page)).to_have_count(3)


def test_a_collection_is_renamed_shared_and_deleted_while_its_renders_stay(collector: BrowserUser) -> None:
    page = collector.page
    page.get_by_role("button", name="Rename").click()
    page.keyboard.type("Lakeside flat")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Lakeside flat")).to_be_visible()
    page.get_by_role("button", name="Share").click()
    page.get_by_role("dialog").get_by_role("button", name="Create link").click()
    expect(page.get_by_role("list", name="Links").get_by_role("listitem")).to_have_count(1)
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Collections").last.click()
    page.get_by_role("button", name="Actions of Lakeside flat").click()
    page.get_by_role("menuitem", name="Delete collection").click()
    page.get_by_role("dialog", name="Delete Lakeside flat?").get_by_role("button", name="Delete collection").click()
    expect(page.get_by_role("link", name=re.compile("Lakeside flat"))).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("My Favorites"))).to_be_visible()
    assert len(collector.api().get("/renders").json()["data"]) == 3


def test_create_puts_its_result_into_the_chosen_collection(collector: BrowserUser) -> None:
    page = collector.page
    page.goto("/dashboard/create")
    page.get_by_label("Keep in").select_option(label="Riverside flat")
    collector.generate("A tower of glass")
    expect(collector.variants.first).to_be_visible()
    page.get_by_role("link", name="Collections").click()
    page.get_by_role("link", name=re.compile("Riverside flat")).click()
    expect(_tiles(page)).to_have_count(4)


def test_the_whole_collection_is_saved(collector: BrowserUser) -> None:
    page = collector.page
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "Riverside flat.zip"


def _tiles(page: Page) -> Locator:
    return page.get_by_role("list", name=re.compile("flat$")).get_by_role("listitem")


def _titles(page: Page) -> list[str]:
    labels: list[Any] = [tile.get_attribute("aria-label") for tile in _tiles(page).get_by_role("link").all()]
    return labels


def _expect_order(person: BrowserUser, titles: list[str]) -> None:
    links = _tiles(person.page).get_by_role("link")
    for place, title in enumerate(titles):
        expect(links.nth(place)).to_have_attribute("aria-label", title)
