"""The main job: a new person's photo becomes pictures that nobody else sees."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import expect

from tests.e2e.conftest import OpenWindow
from tests.support.clients import http_client
from tests.support.clients.browser_user import PHOTO, SENTENCE, BrowserUser
from tests.support.processes.site import Site


def test_a_new_person_turns_a_photo_into_two_pictures_that_nobody_else_sees(
    open_window: OpenWindow, site: Site
) -> None:
    window = open_window()
    alice = BrowserUser(window.new_page(), site, "alice")
    alice.page.goto("/sign-in")
    alice.sign_up()
    alice.add_photo()
    # Slow enough for several polls, whatever else the machine does.
    site.fault(on="run", kind="slow", seconds=3)
    alice.generate()

    seen = _watch_progress(alice)
    expect(alice.variants).to_have_count(2)
    assert len(seen) > 2, "the progress was not to be seen"
    assert seen == sorted(seen)
    _expect_real_pictures(alice)
    expect(alice.credits_left).to_contain_text("36")

    alice.page.reload()
    expect(alice.variants).to_have_count(2)
    expect(alice.prompt).to_have_value(SENTENCE)

    generation = http_client.get(f"{site.url}/api/v1/generations", headers=_bearer(alice)).json()["data"][0]
    address = f"{site.url}/api/v1/generations/{generation['id']}"
    assert http_client.get(address, headers=_bearer(alice)).status_code == 200
    alice.sign_out()

    bob = BrowserUser(alice.page, site, "bob")
    bob.sign_up()
    expect(bob.result).to_contain_text("Nothing here yet")
    assert http_client.get(address, headers=_bearer(bob)).status_code == 404
    assert http_client.get(f"{site.url}/api/v1/generations", headers=_bearer(bob)).json()["data"] == []


def _watch_progress(person: BrowserUser) -> list[int]:
    """Every percentage that was shown until the pictures came, in their order."""
    seen: list[int] = []
    progress = person.result.get_by_role("progressbar", name="Progress")
    while progress.count():
        shown = progress.evaluate_all("(bars) => bars.map((bar) => Number(bar.getAttribute('aria-valuenow')))")
        if shown and shown[0] not in seen[-1:]:
            seen += shown
        person.page.wait_for_timeout(50)
    return seen


def _expect_real_pictures(person: BrowserUser) -> None:
    """The files behind the pictures on screen are images, as large as the page says, in the ratio of the photo."""
    expected = Image.open(PHOTO)
    for picture in person.variants.all():
        address = picture.get_attribute("src")
        assert address
        file = Image.open(BytesIO(http_client.get(address).raise_for_status().content))
        file.load()
        assert (str(file.width), str(file.height)) == (picture.get_attribute("width"), picture.get_attribute("height"))
        assert file.width >= 1024
        assert abs(file.width / file.height - expected.width / expected.height) < 0.02


def _bearer(person: BrowserUser) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token()}"}
