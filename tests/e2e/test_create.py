"""What Create keeps, and what can be done with a picture that came of it."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import OpenWindow
from tests.support.clients.browser_user import PHOTO, SENTENCE, BrowserUser
from tests.support.images import image_file
from tests.support.processes.site import Site

# Makes a DataTransfer with one file of the bytes it gets, as a drop or a paste brings it.
TRANSFER = """(bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], "front room.webp", { type: "image/webp" }));
    return transfer;
}"""


def test_a_draft_survives_a_reload(alice: BrowserUser) -> None:
    page = alice.page
    page.get_by_role("button", name="Change preset").click()
    page.get_by_role("button", name="Daylight facade").click()
    alice.add_photo()
    alice.prompt.fill("A house of brick and oak")
    alice.settings.get_by_role("radiogroup", name="Variants").get_by_role("radio", name="1").click()
    alice.settings.get_by_role("button", name="Keep this seed").click()
    seed = alice.settings.get_by_label("Seed", exact=True).input_value()

    page.reload()

    expect(alice.settings.get_by_text("Daylight facade")).to_be_visible()
    expect(alice.settings.get_by_text(PHOTO.name)).to_be_visible()
    expect(alice.settings.get_by_role("img", name="Start from")).to_be_visible()
    expect(alice.prompt).to_have_value("A house of brick and oak")
    expect(alice.generate_button).to_contain_text("Generate 1")
    expect(alice.settings.get_by_label("Seed", exact=True)).to_have_value(seed)


def test_two_tabs_keep_a_draft_each(alice: BrowserUser) -> None:
    alice.prompt.fill("A house of brick")
    tab = alice.page.context.new_page()
    tab.goto("/dashboard/create")
    other = tab.get_by_label("Describe it")
    # A new tab begins with what was written last.
    expect(other).to_have_value("A house of brick")
    other.fill("A house of straw")
    alice.page.reload()
    expect(alice.prompt).to_have_value("A house of brick")
    tab.reload()
    expect(other).to_have_value("A house of straw")


def test_a_photo_is_dropped_pasted_or_taken_from_before(alice: BrowserUser) -> None:
    page = alice.page
    transfer = page.evaluate_handle(TRANSFER, list(PHOTO.read_bytes()))
    expect(alice.generate_button).to_have_attribute("aria-disabled", "true")

    alice.settings.dispatch_event("dragover", {"dataTransfer": transfer})
    expect(page.get_by_text("Drop a photo or one of your renders")).to_be_visible()
    alice.settings.dispatch_event("drop", {"dataTransfer": transfer})
    expect(alice.settings.get_by_text("front room.webp")).to_be_visible()
    expect(alice.generate_button).not_to_have_attribute("aria-disabled", "true")

    alice.settings.get_by_role("button", name="Remove").click()
    page.evaluate("(transfer) => dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer }))", transfer)
    expect(alice.settings.get_by_text("front room.webp")).to_be_visible()

    alice.settings.get_by_role("button", name="Remove").click()
    alice.settings.get_by_role("button", name="Earlier photos").click()
    page.get_by_role("button", name="Use Photo of").click()
    expect(alice.settings.get_by_text("Earlier photo", exact=True)).to_be_visible()

    alice.settings.get_by_role("button", name="Remove").click()
    alice.settings.get_by_role("button", name="Sample: Bedroom").click()
    expect(alice.settings.get_by_role("img", name="Start from: Bedroom")).to_be_visible()


def test_a_file_that_is_no_photo_is_refused_in_words_and_a_large_one_is_made_smaller_first(alice: BrowserUser) -> None:
    picker = alice.page.get_by_label("Photo file")
    picker.set_input_files({"name": "plan.svg", "mimeType": "image/svg+xml", "buffer": b"<svg onload='alert(1)'/>"})
    expect(alice.settings.get_by_role("alert")).to_contain_text("This file is not a photo we can use.")

    with alice.page.expect_response("**/api/v1/uploads") as sent:
        picker.set_input_files({"name": "hall.jpg", "mimeType": "image/jpeg", "buffer": image_file(size=(2400, 3600))})
    expect(alice.settings.get_by_text("Location data removed")).to_be_visible()
    expect(alice.settings.get_by_role("alert")).to_have_count(0)
    stored = sent.value.json()["data"]
    assert (stored["original_width"], stored["original_height"]) == (1024, 1536)


def test_a_variant_is_looked_at_closely_kept_and_used_again(open_window: OpenWindow, site: Site) -> None:
    window = open_window(permissions=["clipboard-read", "clipboard-write"])
    alice = BrowserUser.with_account(window.new_page(), site, "alice")
    page = alice.page
    alice.add_photo()
    alice.prompt.fill(SENTENCE)
    alice.prompt.press("Control+Enter")
    expect(alice.variants).to_have_count(2)

    alice.result.get_by_role("button", name="Open variant 1").click()
    viewer = page.get_by_role("dialog")
    expect(viewer).to_contain_text("Variant 1 of 2")
    page.keyboard.press("b")
    divider = viewer.get_by_role("slider")
    expect(divider).to_have_attribute("aria-valuenow", "50")
    divider.press("Shift+ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "60")
    page.keyboard.press("b")
    page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("Variant 2 of 2")
    page.keyboard.press("+")
    expect(viewer.get_by_role("button", name="Zoom out")).not_to_have_attribute("aria-disabled", "true")

    viewer.get_by_role("button", name="Make cover").click()
    expect(viewer.get_by_role("button", name="Variant 2, Cover")).to_be_visible()
    viewer.get_by_role("button", name="Copy settings").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).includes('Preset: Warm minimal')")
    with page.expect_download() as download:
        viewer.get_by_role("button", name="Download").click()
    assert re.fullmatch(r"Calm living room [A-Za-z ]* 2\.(webp|png|jpg)", download.value.suggested_filename)

    viewer.get_by_role("button", name="Use as input").click()
    expect(alice.settings.get_by_text("One of your variants")).to_be_visible()
    alice.generate("The same room in the evening")
    expect(alice.variants).to_have_count(2)

    page.reload()
    page.get_by_role("button", name=re.compile("^Calm living room.*done")).click()
    alice.result.get_by_role("button", name="Open variant 2").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Variant 2, Cover")).to_be_visible()
