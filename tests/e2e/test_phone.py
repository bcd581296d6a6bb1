"""On a phone: nothing lies beyond the window, and fingers move what they touch."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.conftest import OpenWindow
from tests.support.clients.browser_user import BrowserUser
from tests.support.processes.site import Site

LONG = "Riverside flat, second floor, with the long corridor and every room to the court"
PHONES = [(390, 844), (320, 640)]

Point = tuple[float, float]


@pytest.fixture(params=PHONES, ids=lambda size: f"{size[0]}px")
def owner(open_window: OpenWindow, site: Site, request: pytest.FixtureRequest) -> BrowserUser:
    """Somebody with a phone."""
    width, height = request.param
    window = open_window(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    return BrowserUser.with_account(window.new_page(), site, "owner")


def test_nothing_lies_beyond_a_narrow_window(owner: BrowserUser) -> None:
    render = owner.make_two()
    collection = owner.add_collection(LONG[:80], [render])
    page = owner.page
    page.goto(f"/dashboard/renders/{render}")
    expect(page.get_by_role("link", name="Riverside flat")).to_be_visible()
    _expect_within(page)
    page.get_by_role("button", name="Add to a collection").tap()
    row = page.get_by_role("dialog", name="Collections").get_by_role("checkbox", name="Riverside flat")
    expect(row).to_be_visible()
    assert row.evaluate("(row) => row.scrollWidth <= row.clientWidth")
    page.keyboard.press("Escape")

    page.goto("/dashboard/collections")
    expect(page.get_by_role("link", name="My Favorites")).to_be_visible()
    _expect_within(page)
    for place in ("/dashboard/renders", f"/dashboard/collections/{collection}"):
        page.goto(place)
        page.get_by_role("checkbox", name=re.compile("^Select ")).tap()
        bar = page.get_by_role("toolbar", name="Selected renders")
        expect(bar).to_be_visible()
        _expect_within(page)
        for button in bar.get_by_role("button").all():
            expect(button).to_be_in_viewport(ratio=1)
    page.goto("/dashboard/renders")
    page.get_by_role("button", name="Any date").tap()
    dates = page.get_by_role("dialog", name="Dates")
    expect(dates).to_be_in_viewport(ratio=1)
    assert dates.evaluate("(dates) => dates.scrollWidth <= dates.clientWidth")


def test_one_finger_scrolls_over_a_picture_and_two_zoom_it(owner: BrowserUser) -> None:
    render = owner.make_two()
    page = owner.page
    fingers = page.context.new_cdp_session(page)
    page.goto(f"/dashboard/renders/{render}")
    picture = page.get_by_role("region", name="Picture").get_by_role("img", name=re.compile("variant 1$"))
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box
    centre = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    _move(fingers, [[centre], [(centre[0], centre[1] - 150)]])
    page.wait_for_function("scrollY > 50")
    # Where no scrolling goes on any more.
    page.reload()
    page.evaluate("scrollTo(0, 0)")
    expect(picture).to_be_visible()
    # Apart and downwards: a pinch all the same.
    apart = [[(centre[0] - by, centre[1] + by / 2), (centre[0] + by, centre[1] + by / 2)] for by in (20, 80)]
    _move(fingers, apart)
    page.wait_for_function("(img) => img.getBoundingClientRect().width > 2 * innerWidth", arg=picture.element_handle())
    assert page.evaluate("scrollY") == 0


def test_back_closes_what_lies_over_the_page(owner: BrowserUser) -> None:
    """Viewer and sheet; then Back leaves the page as ever, also after one was closed by its button."""
    render = owner.make_two()
    page = owner.page
    page.goto("/dashboard/renders")
    page.get_by_role("link", name="Calm living room").tap()
    page.get_by_role("button", name="Full screen").tap()
    viewer = page.get_by_role("dialog", name="Calm living room")
    expect(viewer).to_be_visible()
    page.go_back()
    expect(viewer).to_have_count(0)
    expect(page).to_have_url(re.compile(render))
    page.get_by_role("button", name="Share").tap()
    sheet = page.get_by_role("dialog", name="Share")
    sheet.get_by_role("button", name="Close").tap()
    expect(sheet).to_have_count(0)
    page.get_by_role("button", name="Share").tap()
    expect(sheet).to_be_visible()
    page.go_back()
    expect(sheet).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(re.compile("/dashboard/renders$"))


def _expect_within(page: Page) -> None:
    """The page is no wider than its window."""
    assert page.evaluate("document.documentElement.scrollWidth <= screen.width")


def _move(fingers: CDPSession, path: list[list[Point]]) -> None:
    """Puts fingers down and moves them in a few steps from one place to the next."""

    def touch(kind: str, points: list[Point]) -> None:
        touches = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(points)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    touch("touchStart", path[0])
    for start, end in pairwise(path):
        for step in range(1, 11):
            share = step / 10
            between = zip(start, end, strict=True)
            touch("touchMove", [(x + (u - x) * share, y + (v - y) * share) for (x, y), (u, v) in between])
    touch("touchEnd", [])
