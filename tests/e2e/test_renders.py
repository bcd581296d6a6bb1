"""My Renders, the trash, the page of a render and the comparison, as their owner uses them."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.support.clients.browser_user import BrowserUser
from tests.support.factories import Draft

ISLANDS, HARBOUR, CITY = "Islands that float", "A harbour at dawn", "A city on water"


@pytest.fixture
def maker(alice: BrowserUser) -> BrowserUser:
    """Somebody with a render of two variants from a photo, and three of one variant."""
    alice.make_two()
    for sentence in (ISLANDS, HARBOUR, CITY):
        alice.make(preset_id="first-ideas", prompt=sentence, variants=1)
    alice.page.goto("/dashboard/renders")
    expect(_tiles(alice.page)).to_have_count(4)
    return alice


def test_renders_are_found_by_words_and_filters_that_the_address_keeps(maker: BrowserUser) -> None:
    page = maker.page
    page.keyboard.press("/")
    page.keyboard.type("harbour")
    expect(_tiles(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=harbour$"))
    page.reload()
    expect(page.get_by_role("link", name=HARBOUR)).to_be_visible()
    expect(_tiles(page)).to_have_count(1)
    page.get_by_role("button", name="Clear the search").click()
    expect(_tiles(page)).to_have_count(4)
    page.get_by_role("button", name="Concept", exact=True).click()
    expect(_tiles(page)).to_have_count(3)
    page.get_by_role("button", name="All", exact=True).click()
    page.get_by_label("Search renders").fill("zebra")
    expect(page.get_by_text("No renders match “zebra”.")).to_be_visible()


def test_keys_pick_renders_the_trash_takes_them_and_gives_them_back(maker: BrowserUser) -> None:
    page = maker.page
    _tiles(page).first.get_by_role("link").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    bar = page.get_by_role("toolbar", name="Selected renders")
    expect(bar.get_by_text("2 selected")).to_be_visible()

    page.keyboard.press("Delete")
    expect(page.get_by_text("2 renders moved to trash.", exact=True)).to_be_visible()
    expect(_tiles(page)).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(_tiles(page)).to_have_count(4)
    page.reload()
    expect(_tiles(page)).to_have_count(4)

    page.get_by_role("checkbox", name=f"Select {CITY}").click()
    bar.get_by_role("button", name="Trash").click()
    expect(_tiles(page)).to_have_count(3)
    page.get_by_role("link", name="Trash").click()
    expect(page.get_by_text("30 days left")).to_be_visible()
    page.get_by_role("checkbox", name=f"Select {CITY}").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    page.get_by_role("link", name="Back to Renders").click()
    expect(_tiles(page)).to_have_count(4)


def test_the_focus_comes_back_from_what_a_key_or_a_menu_opened(maker: BrowserUser) -> None:
    page = maker.page
    tile = _tiles(page).nth(1).get_by_role("link")
    tile.focus()
    page.keyboard.press("a")
    # The key that opened it is not the first letter in it.
    wanted = page.get_by_label("Find or name a collection")
    expect(wanted).to_be_focused()
    expect(wanted).to_have_value("")
    page.keyboard.type("Riverside flat")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 render added to Riverside flat.", exact=True)).to_be_visible()
    expect(tile).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_role("toolbar").get_by_role("button", name="Favorite").press("Enter")
    expect(page.get_by_role("toolbar")).to_have_count(0)
    expect(tile).to_be_focused()

    page.goto("/dashboard/collections")
    opener = page.get_by_role("button", name="Actions of Riverside flat")
    opener.click()
    page.get_by_role("menuitem", name="Rename").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.press("n")
    expect(page.get_by_label("Name", exact=True)).to_have_value("")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_what_the_trash_deletes_is_gone(maker: BrowserUser) -> None:
    page = maker.page
    _tiles(page).first.get_by_role("link").focus()
    page.keyboard.press("Delete")
    expect(_tiles(page)).to_have_count(3)
    page.goto("/dashboard/trash")
    page.get_by_role("button", name="Empty trash").click()
    dialog = page.get_by_role("dialog", name="Empty the trash?")
    dialog.get_by_role("button", name="Delete permanently").click()
    expect(page.get_by_text("1 render deleted.", exact=True)).to_be_visible()
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    assert maker.api().get("/renders", params={"trashed": True}).json()["data"] == []


def test_all_that_match_are_changed_at_once(maker: BrowserUser) -> None:
    page = maker.page
    page.get_by_role("button", name="Concept", exact=True).click()
    expect(_tiles(page)).to_have_count(3)
    _tiles(page).first.hover()
    _tiles(page).first.get_by_role("checkbox").click()
    page.get_by_role("button", name="Select all 3").click()
    page.get_by_role("toolbar").get_by_role("button", name="Favorite").click()
    expect(page.get_by_text("3 renders added to My Favorites.", exact=True)).to_be_visible()
    expect(page.get_by_role("img", name="In My Favorites")).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("img", name="In My Favorites")).to_have_count(0)


def test_picked_renders_are_saved_as_one_file(maker: BrowserUser) -> None:
    page = maker.page
    page.get_by_role("checkbox", name=re.compile("^Select Calm")).click()
    page.get_by_role("checkbox", name=f"Select {CITY}").click()
    with page.expect_download() as download:
        page.get_by_role("toolbar").get_by_role("button", name="Download").click()
    with ZipFile(download.value.path()) as archive:
        assert len(archive.namelist()) == 3
        for name in archive.namelist():
            Image.open(BytesIO(archive.read(name))).verify()


def test_a_render_is_retitled_given_a_cover_and_kept_in_a_new_collection(maker: BrowserUser) -> None:
    page = maker.page
    page.get_by_role("link", name=re.compile("^Calm")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Calm living room")
    page.get_by_role("button", name="Rename").click()
    page.keyboard.type("The oak room")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The oak room")).to_be_visible()

    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Variant 2")).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Make cover").click()
    expect(page.get_by_role("button", name="Variant 2, cover")).to_be_visible()

    page.get_by_role("button", name="Add to a collection").click()
    page.get_by_label("Find or name a collection").fill("Riverside flat")
    page.keyboard.press("Enter")
    details = page.get_by_role("complementary", name="Details")
    expect(details.get_by_role("link", name="Riverside flat")).to_be_visible()
    page.keyboard.press("Escape")
    # What it cost is told beside what it is.
    receipt = details.get_by_role("region", name="Receipt")
    expect(receipt.get_by_text("−4")).to_be_visible()
    expect(receipt.get_by_text("Given back")).to_be_visible()


def test_a_variant_is_compared_with_its_photo_and_with_another(maker: BrowserUser) -> None:
    page = maker.page
    page.get_by_role("link", name=re.compile("^Calm")).click()
    page.get_by_role("radio", name="Before, after").click()
    divider = page.get_by_role("slider", name="Show more of the photo before")
    photo = page.get_by_role("img", name="Before")
    divider.press("Shift+ArrowRight")
    divider.press("ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "61")
    assert photo.evaluate("async (img) => (await img.decode(), img.naturalWidth)") > 0
    box = photo.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.61 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.up()
    expect(divider).to_have_attribute("aria-valuenow", "25")
    expect(photo).to_have_css("clip-path", "inset(0px 75% 0px 0px)")
    page.get_by_role("radio", name="Result").click()
    expect(divider).to_have_count(0)

    page.get_by_role("link", name="Compare").click()
    left, right = page.get_by_role("region", name="Left"), page.get_by_role("region", name="Right")
    expect(left.get_by_role("img", name=re.compile("variant 1$"))).to_be_visible()
    expect(right.get_by_role("img", name=re.compile("variant 2$"))).to_be_visible()
    expect(page.get_by_text("Both were made with the same settings.")).to_be_visible()
    page.get_by_role("button", name="Zoom in").click()
    assert _scale(left) == _scale(right) == 1.5

    page.goto("/dashboard/renders")
    page.get_by_role("checkbox", name=re.compile("^Select Calm")).click()
    page.get_by_role("checkbox", name=f"Select {CITY}").click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text(re.compile("^Different: Prompt, Preset"))).to_be_visible()


def test_create_takes_over_settings_and_pictures(maker: BrowserUser) -> None:
    page = maker.page
    page.get_by_role("link", name=re.compile("^Calm")).click()
    page.get_by_role("button", name="Use these settings").click()
    expect(page.get_by_text(re.compile("^The settings of Calm living room.* are applied"))).to_be_visible()
    expect(maker.prompt).to_have_value(re.compile("^Calm living room"))
    expect(maker.settings.get_by_text("Location data removed")).to_be_visible()

    page.go_back()
    page.get_by_role("button", name="Use as input").click()
    expect(page.get_by_text(re.compile("^The next render starts from"))).to_be_visible()
    maker.generate("The same room at night")
    expect(maker.variants).to_have_count(2)
    newest = maker.api().get("/renders", params={"limit": 1}).json()["data"][0]
    assert maker.api().get(f"/renders/{newest['id']}").json()["data"]["source"]["title"].startswith("Calm")


def test_a_downloaded_picture_brings_its_settings_back_unless_switched_off(maker: BrowserUser, tmp_path: Path) -> None:
    page = maker.page
    page.get_by_role("link", name=CITY).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    picture = tmp_path / download.value.suggested_filename
    download.value.save_as(picture)
    assert picture.stem.startswith(CITY)

    page.goto("/dashboard/create")
    maker.prompt.fill("Something else")
    page.get_by_label("Photo file").set_input_files(picture)
    expect(page.get_by_text("The settings of this picture are in the panel.", exact=True)).to_be_visible()
    expect(maker.prompt).to_have_value(CITY)
    page.get_by_role("button", name="Undo").click()
    expect(maker.prompt).to_have_value("Something else")

    page.goto("/dashboard/account")
    page.get_by_role("switch", name="Settings in downloads").click()
    page.goto("/dashboard/renders")
    page.get_by_role("link", name=CITY).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert b"maquette" in picture.read_bytes()
    assert b"maquette" not in download.value.path().read_bytes()


def test_downloads_have_the_format_that_was_chosen_last(maker: BrowserUser) -> None:
    page = maker.page
    page.get_by_role("link", name=CITY).click()
    for opener, chosen in (("", "PNG"), ("Full screen", "JPEG")):
        if opener:
            page.get_by_role("button", name=opener).click()
            page.get_by_role("dialog", name=CITY).get_by_role("button", name="Format: PNG").click()
        else:
            page.get_by_role("button", name="Format: ").click()
        menu = page.get_by_role("dialog", name="Format of downloads")
        menu.get_by_role("radio", name=chosen).check()
        with page.expect_download() as download:
            menu.get_by_role("button", name=f"Download {chosen}").click()
        assert Image.open(download.value.path()).format == chosen

    page.goto("/dashboard/renders")
    page.get_by_role("checkbox", name=f"Select {CITY}").check()
    expect(page.get_by_role("button", name="Format: JPEG")).to_be_visible()
    with page.expect_download() as archive:
        page.keyboard.press("d")
    with ZipFile(archive.value.path()) as packed:
        assert {Path(name).suffix for name in packed.namelist()} == {".jpg"}


def test_a_render_is_shared_with_what_made_it_or_without_until_the_link_is_off(maker: BrowserUser) -> None:
    page = maker.page
    page.get_by_role("link", name=CITY).click()
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog", name=f"Share {CITY}")
    links = dialog.get_by_role("list", name="Links").get_by_role("listitem")
    dialog.get_by_role("button", name="Create link").click()
    expect(links).to_have_count(1)
    bare = links.locator("p").first.inner_text()
    dialog.get_by_role("switch", name="Show how it was made").click()
    dialog.get_by_role("button", name="Create link").click()
    expect(links).to_have_count(2)
    (whole,) = {one.locator("p").first.inner_text() for one in links.all()} - {bare}

    visitor = page.context.browser
    assert visitor
    with visitor.new_context() as window:
        other = window.new_page()
        other.goto(whole)
        expect(other.get_by_role("heading", name=CITY)).to_be_visible()
        expect(other.get_by_role("link", name=f"Apply settings of {CITY}")).to_be_visible()
        other.goto(bare)
        # Nobody named it: its own title is the prompt.
        expect(other.get_by_role("heading", name="First ideas")).to_be_visible()
        assert CITY not in other.content()
        links.filter(has_text=bare).get_by_role("button", name="Turn off").click()
        page.get_by_role("button", name="Turn off link").click()
        expect(page.get_by_text("The link is off.", exact=True)).to_be_visible()
        other.reload()
        expect(other.get_by_role("heading", name="Nothing to see here")).to_be_visible()


def test_a_long_list_stays_small_begins_at_a_month_and_is_found_again_where_it_was_left(alice: BrowserUser) -> None:
    """Decision 17: 300 renders of three months, of which the document holds those near the window."""
    last = datetime(2026, 11, 20, tzinfo=UTC)
    alice.keep([Draft(title=f"Room {at}", created_at=last - timedelta(hours=7 * at)) for at in range(300)])
    page = alice.page
    page.goto("/dashboard/renders")
    expect(page.get_by_role("link", name="Room 0", exact=True)).to_be_visible()
    for _ in range(6):
        page.mouse.move(600, 500)
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(100)
    expect(page.get_by_role("link", name="Room 0", exact=True)).to_have_count(0)
    assert 0 < _tiles(page).count() < 80

    page.get_by_role("button", name=re.compile("^September 2026, ")).click()
    expect(page).to_have_url(re.compile(r"month=2026-09"))
    expect(page.get_by_role("heading", name=re.compile("^September 2026"))).to_be_in_viewport()
    # What lies before it is put in above it, and moves nothing: one is where the months say one is.
    months = page.get_by_role("navigation", name="Months")
    here = months.get_by_role("button", name=re.compile("^September"))
    expect(here).to_have_attribute("aria-current", "true")
    # The last of September: the list goes on from here, and back to October.
    first = next(at for at in range(300) if (last - timedelta(hours=7 * at)).month == 9)
    expect(page.get_by_role("link", name=f"Room {first}", exact=True)).to_be_in_viewport()
    expect(page.get_by_role("link", name=f"Room {first - 1}", exact=True)).to_be_attached()
    expect(here).to_have_attribute("aria-current", "true")
    page.mouse.wheel(0, 1200)
    # Tab finds the list here too, far from where it began.
    expect(page.get_by_role("list", name="Renders").locator("a[tabindex='0']")).to_have_count(1)
    later = page.get_by_role("link", name=f"Room {first + 20}", exact=True)
    # Playwright's own waits for an element that does not move, and gives up on one that the list draws anew.
    later.evaluate("(link) => link.scrollIntoView({ block: 'center' })")
    expect(later).to_be_in_viewport()
    before = later.bounding_box()
    later.click()
    expect(page.get_by_role("heading", name=f"Room {first + 20}")).to_be_visible()
    page.get_by_role("link", name="Renders", exact=True).last.click()
    expect(page).to_have_url(re.compile(r"month=2026-09"))
    expect(later).to_be_in_viewport()
    assert _about_the_same(later.bounding_box(), before)

    # A second click on the month leads to it again, and what is thrown away from its page is gone from the list.
    page.mouse.wheel(0, 2500)
    page.get_by_role("button", name=re.compile("^September 2026, ")).click()
    expect(page.get_by_role("link", name=f"Room {first}", exact=True)).to_be_in_viewport()
    page.get_by_role("link", name=f"Room {first}", exact=True).click()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Move to trash").click()
    expect(page).to_have_url(re.compile(r"month=2026-09"))
    expect(page.get_by_role("link", name=f"Room {first + 1}", exact=True)).to_be_in_viewport()
    expect(page.get_by_role("link", name=f"Room {first}", exact=True)).to_have_count(0)


def test_a_list_shows_nothing_of_another_person_and_their_render_is_not_there(
    maker: BrowserUser, bob: BrowserUser
) -> None:
    foreign = maker.api().get("/renders", params={"limit": 1}).json()["data"][0]["id"]
    bob.page.goto("/dashboard/renders")
    expect(bob.page.get_by_text("Nothing here yet. Your first render starts")).to_be_visible()
    bob.page.goto(f"/dashboard/renders/{foreign}")
    expect(bob.page.get_by_role("heading", name="This render is not here")).to_be_visible()


def _tiles(page: Page) -> Locator:
    return page.get_by_role("list", name=re.compile("^(Renders|Trash)$")).get_by_role("listitem")


def _about_the_same(box: FloatRect | None, other: FloatRect | None) -> bool:
    """Whether something lies where it lay, to a few px."""
    return box is not None and other is not None and abs(box["y"] - other["y"]) < 5


def _scale(pane: Locator) -> float:
    """How far a pane is zoomed in."""
    return float(
        pane.locator("img[draggable=false]").first.evaluate(
            "(img) => new DOMMatrix(getComputedStyle(img.parentElement).transform).a"
        )
    )
