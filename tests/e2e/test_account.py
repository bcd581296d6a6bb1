"""What a person does before they go: takes everything along, and leaves nothing behind."""

from zipfile import ZipFile

from playwright.sync_api import expect

from tests.support.clients.browser_user import BrowserUser
from tests.support.waiting import wait_until


def test_everything_is_taken_along_and_the_account_deleted(alice: BrowserUser) -> None:
    page = alice.page
    page.goto("/dashboard/account")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Export my data").click()
    assert saving.value.suggested_filename == "maquette-export.zip"
    with ZipFile(saving.value.path()) as packed:
        assert packed.testzip() is None
        assert "data/profile.json" in packed.namelist()

    page.get_by_role("button", name="Delete account").click()
    forever = page.get_by_role("button", name="Delete permanently")
    expect(forever).to_have_attribute("aria-disabled", "true")
    page.get_by_label("to confirm").fill(alice.email)
    forever.click()
    expect(page).to_have_url("/sign-in")
    # Said twice: shown, and read out.
    expect(page.get_by_text("Your account is closed.").first).to_be_visible()
    wait_until(lambda: not alice.site.has_account(alice.email))

    alice.sign_in()
    expect(page.get_by_role("alert")).to_have_text("This e-mail and password do not match.")
