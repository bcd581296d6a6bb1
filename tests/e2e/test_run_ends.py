"""The ways a run ends without a picture, and what a person does then."""

from playwright.sync_api import expect

from tests.support.clients.browser_user import BrowserUser
from tests.support.processes.site import Site


def test_a_canceled_run_gives_the_credits_back(alice: BrowserUser, site: Site) -> None:
    site.fault(on="run", kind="stall")
    alice.generate()
    expect(alice.credits_left).to_contain_text("36")
    # One runs at a time, and the page says so instead of letting the API refuse.
    expect(alice.generate_button).to_have_attribute("aria-disabled", "true")
    expect(alice.settings).to_contain_text("One render runs at a time.")
    alice.result.get_by_role("button", name="Cancel").click()
    expect(alice.result).to_contain_text("Canceled. Your 4 credits are back.")
    expect(alice.credits_left).to_contain_text("40")


def test_a_failed_run_says_why_and_succeeds_when_tried_again(alice: BrowserUser, site: Site) -> None:
    site.fault(on="run", kind="fail", error="CUDA out of memory at 10.0.0.3")
    alice.generate()
    expect(alice.result).to_contain_text("The image provider failed. Your 4 credits are back. Try again.")
    expect(alice.page.get_by_text("CUDA")).to_have_count(0)
    expect(alice.credits_left).to_contain_text("40")

    alice.result.get_by_role("button", name="Try again").click()
    expect(alice.variants).to_have_count(2)
    expect(alice.credits_left).to_contain_text("36")


def test_a_blocked_run_is_not_tried_again_but_changed(alice: BrowserUser, site: Site) -> None:
    site.fault(on="run", kind="nsfw")
    alice.generate()
    expect(alice.result).to_contain_text("Blocked by the provider's safety check. Your 4 credits are back.")
    expect(alice.result.get_by_role("button", name="Try again")).to_have_count(0)
    alice.result.get_by_role("button", name="Edit prompt").click()
    expect(alice.prompt).to_be_focused()
