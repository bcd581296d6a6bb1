"""From a picture of the community to the same picture of one's own."""

import time
from io import BytesIO
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenWindow
from tests.e2e.person import Person
from tests.e2e.site import Site

SETS_SECONDS = 30
SET, ITEM = "Places not on any map", "Stone islands"


def test_a_visitor_applies_an_item_signs_up_and_gets_the_same_picture(open_window: OpenWindow, site: Site) -> None:
    _wait_for_sets(site)
    page = open_window().new_page()
    page.goto("/")
    page.get_by_role("link", name=SET).click()
    expect(page.get_by_role("heading", name=SET)).to_be_visible()
    item = _item(page)

    page.get_by_role("link", name=f"Apply settings of {ITEM}").click()
    alice = Person(page, site, "alice")
    alice.sign_up()

    expect(page.get_by_text(f"The settings of {ITEM} are applied.", exact=True)).to_be_visible()
    expect(alice.prompt).to_have_value(item["recipe"]["prompt"])
    alice.generate_button.click()
    expect(alice.variants).to_have_count(1)

    generation = _generation(alice)
    for name in ("preset_id", "prompt", "settings", "seed"):
        assert generation[name] == item["recipe"][name]
    made = httpx.get(generation["render"]["variants"][0]["url"]).raise_for_status().content
    shown = httpx.get(item["picture"]["url"]).raise_for_status().content
    # Pixels, not bytes: another processor's vector units may round differently.
    difference = np.abs(_pixels(made) - _pixels(shown))
    assert difference.mean() < 1


def _wait_for_sets(site: Site) -> None:
    """The product serves a moment before its sets are there."""
    deadline = time.monotonic() + SETS_SECONDS
    while len(httpx.get(f"{site.url}/api/v1/community").json()["data"]) < 4:
        assert time.monotonic() < deadline, "the sets did not come"
        time.sleep(0.1)


def _item(page: Page) -> dict[str, Any]:
    slug = page.url.rpartition("/")[2]
    items = page.request.get(f"/api/v1/community/{slug}").json()["data"]["items"]
    return next(item for item in items if item["title"] == ITEM)


def _generation(person: Person) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {person.token()}"}
    (generation,) = person.page.request.get("/api/v1/generations", headers=headers).json()["data"]
    return generation


def _pixels(data: bytes) -> NDArray[np.int16]:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.int16)
