"""From a picture of the community, or one that somebody shared, to the same picture of one's own."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import OpenWindow
from tests.support.clients import http_client
from tests.support.clients.browser_user import BrowserUser
from tests.support.processes.site import Site

SET, ITEM = "Places not on any map", "Stone islands"
HARBOUR = "A harbour of dark glass"
SHARED: dict[str, Any] = {
    "preset_id": "first-ideas",
    "prompt": HARBOUR,
    "settings": {"palette": "ember", "detail": 2, "shape": "portrait"},
    "seed": 4711,
}


class Links(msgspec.Struct, frozen=True):
    """What somebody shared with its settings: a render, and a collection that has one of two variants too."""

    render: str
    collection: str


@pytest.fixture(scope="module")
def links(browser: Browser, site: Site) -> Iterator[Links]:
    with browser.new_context(base_url=site.url) as window:
        maker = BrowserUser.with_account(window.new_page(), site, "maker")
        harbour = maker.make(**SHARED, variants=1)
        collection = maker.add_collection("By the water", [harbour, maker.make_two()])
        yield Links(
            maker.share(render_id=harbour, include_settings=True),
            maker.share(collection_id=collection, include_settings=True),
        )


def test_a_visitor_applies_an_item_signs_up_and_gets_the_same_picture(open_window: OpenWindow, site: Site) -> None:
    site.community_sets()
    page = open_window().new_page()
    page.goto("/")
    page.get_by_role("link", name=SET).click()
    expect(page.get_by_role("heading", name=SET)).to_be_visible()
    item = _item(page)

    page.get_by_role("link", name=f"Apply settings of {ITEM}").click()
    alice = BrowserUser(page, site, "alice")
    alice.sign_up()

    expect(page.get_by_text(f"The settings of {ITEM} are applied.", exact=True)).to_be_visible()
    expect(alice.prompt).to_have_value(item["recipe"]["prompt"])
    alice.generate_button.click()
    expect(alice.variants).to_have_count(1)

    generation = _generation(alice)
    for name in ("preset_id", "prompt", "settings", "seed"):
        assert generation[name] == item["recipe"][name]
    made = http_client.get(generation["render"]["variants"][0]["url"]).raise_for_status().content
    shown = http_client.get(item["picture"]["url"]).raise_for_status().content
    # Pixels, not bytes: another processor's vector units may round differently.
    difference = np.abs(_pixels(made) - _pixels(shown))
    assert difference.mean() < 1


def test_a_visitor_looks_through_a_shared_collection(open_window: OpenWindow, links: Links) -> None:
    page = open_window(viewport={"width": 1000, "height": 800}).new_page()
    page.goto(links.collection)
    expect(page.get_by_role("heading", name="By the water")).to_be_visible()
    pictures = page.get_by_role("main").get_by_role("button", name="Look at")
    expect(pictures).to_have_count(3)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        _expect_drawn(picture.get_by_role("img"))

    page.get_by_role("button", name=f"Look at variant 1 of {HARBOUR}").click()
    viewer = page.get_by_role("dialog", name=HARBOUR)
    _expect_drawn(viewer.get_by_role("img", name=HARBOUR))
    expect(viewer.get_by_text("Ember", exact=True)).to_be_visible()
    # What made it stands beside the other pictures, and leaves them room.
    strip = viewer.get_by_role("list", name="Pictures").bounding_box()
    assert strip
    assert strip["width"] > 150
    expect(page).to_have_url(re.compile(r"\?item="))
    page.go_back()
    expect(viewer).to_be_hidden()
    expect(page).to_have_url(links.collection)


def test_a_visitor_applies_a_shared_render_signs_up_and_finds_exactly_its_settings(
    open_window: OpenWindow, site: Site, links: Links
) -> None:
    page = open_window().new_page()
    page.goto(links.render)
    page.get_by_role("link", name=f"Apply settings of {HARBOUR}").click()
    bob = BrowserUser(page, site, "bob")
    bob.sign_up()
    expect(page.get_by_text(f"The settings of {HARBOUR} are applied.", exact=True)).to_be_visible()
    expect(bob.prompt).to_have_value(HARBOUR)
    bob.generate_button.click()
    expect(bob.variants).to_have_count(1)

    generation = _generation(bob)
    assert {name: generation[name] for name in SHARED} == SHARED


def _expect_drawn(picture: Locator) -> None:
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("(img) => img.decode().then(() => img.naturalWidth)") > 0


def _item(page: Page) -> dict[str, Any]:
    slug = page.url.rpartition("/")[2]
    items = page.request.get(f"/api/v1/community/{slug}").json()["data"]["items"]
    return next(item for item in items if item["title"] == ITEM)


def _generation(person: BrowserUser) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {person.token()}"}
    (generation,) = person.page.request.get("/api/v1/generations", headers=headers).json()["data"]
    return generation


def _pixels(data: bytes) -> NDArray[np.int16]:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.int16)
