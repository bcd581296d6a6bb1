"""Takes the pictures of the README from the running product: `python -m tests.e2e.readme_pictures`."""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from local.cli.browser import ensure_chromium
from tests.support.clients.browser_user import ROOT, SENTENCE, BrowserUser
from tests.support.processes.site import running_site

FOLDER = ROOT / "docs" / "pictures"
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
# What My Renders shows besides the run.
IDEAS = (
    ("first-ideas", "A harbour at dawn"),
    ("graphic-poster", "A poster for a jazz night"),
    ("first-ideas", "A tower of glass"),
    ("first-ideas", "Islands that float"),
    ("first-ideas", "A city on water"),
)
PHONE: ViewportSize = {"width": 390, "height": 844}


def take(page: Page, name: str) -> None:
    """A picture of what is on screen, once everything on it has come."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)
    page.screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=82, animations="disabled")


def main() -> None:
    """A new person makes two variants of a living room; their phone shows the same run."""
    FOLDER.mkdir(exist_ok=True)
    expect.set_options(timeout=30_000)
    with (
        tempfile.TemporaryDirectory() as state,
        running_site(Path(state)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=ensure_chromium(), args=["--no-sandbox"])
        window = browser.new_context(base_url=site.url, viewport=DESKTOP, color_scheme="light")
        person = BrowserUser.with_account(window.new_page(), site, "reader")
        person.add_photo()
        person.generate()
        expect(person.result.get_by_text("Rendering").first).to_be_visible()
        person.page.screenshot(path=FOLDER / "running.jpg", type="jpeg", quality=82)
        expect(person.variants).to_have_count(2)
        take(person.page, "variants")
        person.result.get_by_role("button", name="Open variant").first.click()
        take(person.page, "viewer")
        person.page.keyboard.press("Escape")
        for seed, (preset, prompt) in enumerate(IDEAS, 1):
            person.make(preset_id=preset, prompt=prompt, variants=1, seed=seed)
        person.page.goto("/dashboard/renders")
        take(person.page, "renders")
        person.page.get_by_role("link", name=SENTENCE).click()
        take(person.page, "render")
        person.page.goto("/dashboard/create")
        person.page.set_viewport_size(PHONE)
        person.page.emulate_media(color_scheme="dark")
        take(person.page, "phone")
        browser.close()


if __name__ == "__main__":
    main()
