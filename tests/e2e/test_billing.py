"""A plan bought, seen and given up, in a browser from Usage to Stripe's pages and back."""

from playwright.sync_api import Response, expect

from tests.support.clients.browser_user import BrowserUser


def test_a_plan_is_bought_and_canceled(alice: BrowserUser) -> None:
    page = alice.page
    alice.credits_left.click()
    page.get_by_role("link", name="Usage and plan").click()
    expect(page.get_by_role("heading", name="Usage and plan")).to_be_visible()
    expect(page.get_by_role("meter", name="Credits this period")).to_have_attribute("aria-valuemax", "40")

    page.get_by_role("button", name="Move to Pro").click()
    page.get_by_label("Card number").fill("4000 0000 0000 0002")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response) if response.url.endswith("/api/v1/billing") else None)
    page.get_by_role("button", name="Subscribe").click()
    page.wait_for_url("**/dashboard/billing/return")
    expect(page.get_by_role("heading", name="You are on Pro")).to_be_visible()
    expect(page.get_by_text("200 credits each month, 200 left now.")).to_be_visible()
    # The page shows the plan with the first answer that has it, and asks no more.
    assert [answer.json()["data"]["status"] for answer in answers].count("active") == 1

    page.goto("/dashboard/usage")
    page.get_by_role("button", name="Manage billing").click()
    page.get_by_role("button", name="Cancel subscription").click()
    expect(page.get_by_text("Ends at the end of the period.")).to_be_visible()
    page.get_by_role("link", name="Return to Maquette").click()
    expect(page.get_by_text("Your plan is canceled and ends on")).to_be_visible()
    # What was paid for stays until then.
    expect(page.get_by_role("meter", name="Credits this period")).to_have_attribute("aria-valuemax", "200")
