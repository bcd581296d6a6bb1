"""Every way to an account, and back into it."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenWindow
from tests.support.clients.browser_user import BrowserUser
from tests.support.processes.site import Site

NEW_PASSWORD = "another horse, another battery"


def test_a_wrong_password_is_refused_and_the_right_one_signs_in(alice: BrowserUser) -> None:
    alice.sign_out()
    alice.sign_in("not her password")
    expect(alice.page.get_by_role("alert")).to_have_text("This e-mail and password do not match.")
    alice.sign_in()
    alice.expect_create()


def test_an_address_has_one_account(alice: BrowserUser) -> None:
    alice.sign_out()
    page = alice.page
    page.get_by_role("button", name="Create an account").click()
    page.get_by_label("E-mail", exact=True).fill(alice.email)
    page.get_by_label("Password", exact=True).fill("a third horse and battery")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("alert")).to_have_text("There is an account with this e-mail. Sign in instead.")


def test_a_new_person_signs_in_with_an_e_mailed_code(open_window: OpenWindow, site: Site) -> None:
    carol = BrowserUser(open_window().new_page(), site, "carol")
    page = carol.page
    page.goto("/sign-in")
    page.get_by_label("E-mail", exact=True).fill(carol.email)
    page.get_by_role("button", name="E-mail me a code instead").click()
    code = page.get_by_label("Code")
    expect(code).to_be_focused()

    code.fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("This code is wrong or has expired")).to_be_visible()

    code.fill(site.mail_to(carol.email).codes[0])
    page.get_by_role("button", name="Continue").click()
    carol.expect_create()


@pytest.mark.parametrize("way", ["code", "link"])
def test_a_forgotten_password_is_replaced_through_the_mail(alice: BrowserUser, site: Site, way: str) -> None:
    alice.sign_out()
    page = alice.page
    page.get_by_role("link", name="Forgot your password?").click()
    # The page before has a field of that name too.
    expect(page.get_by_role("heading", name="Reset your password")).to_be_visible()
    page.get_by_label("E-mail").fill(alice.email)
    page.get_by_role("button", name="Send reset link").click()
    expect(page.get_by_label("Code")).to_be_visible()

    mail = site.mail_to(alice.email)
    if way == "code":
        page.get_by_label("Code").fill(mail.codes[0])
        page.get_by_role("button", name="Continue").click()
    else:
        page.goto(mail.links[0])
    expect(page.get_by_role("heading", name="Set a new password")).to_be_visible()
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Set new password").click()
    expect(page.get_by_text("Your new password is set.")).to_be_visible()
    page.get_by_role("link", name="Go to Create").click()
    alice.expect_create()
    alice.sign_out()

    alice.sign_in()
    expect(page.get_by_role("alert")).to_have_text("This e-mail and password do not match.")
    alice.sign_in(NEW_PASSWORD)
    alice.expect_create()


def test_the_e_mail_is_changed_once_its_new_owner_confirms(alice: BrowserUser, site: Site) -> None:
    """One confirmation is enough where new people need no code; tests/e2e/test_confirmed_sign_in.py has two."""
    page = alice.page
    page.goto("/dashboard/account")
    new_address = f"new-{alice.email}"
    page.get_by_label("New e-mail").fill(new_address)
    page.get_by_role("button", name="Change e-mail").click()
    page.get_by_label("Code").fill(site.mail_to(new_address).codes[0])
    page.get_by_role("button", name="Confirm email").click()
    expect(page.get_by_text(f"You sign in with {new_address}.")).to_be_visible()

    alice.sign_out()
    alice.email = new_address
    alice.sign_in()
    alice.expect_create()


def test_a_clock_that_is_an_hour_fast_renews_no_token(open_window: OpenWindow, site: Site) -> None:
    page = open_window().new_page()
    page.add_init_script("{ const now = Date.now; Date.now = () => now() + 3_600_000; }")
    renewals: list[str] = []
    page.on("request", lambda request: renewals.append(request.url) if "grant_type=refresh" in request.url else None)
    carol = BrowserUser(page, site, "carol")
    page.goto("/sign-in")
    carol.sign_up()
    for name in ("Renders", "Collections", "Usage"):
        page.get_by_role("link", name=name).first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert renewals == []


def test_a_session_that_ended_leads_to_sign_in_and_back_to_the_same_page(alice: BrowserUser) -> None:
    page = alice.page
    page.goto("/dashboard/account")
    expect(page.get_by_role("heading", name="Account settings")).to_be_visible()
    # The token that the browser keeps is no longer good, and neither is the one to renew it with.
    page.evaluate(
        """() => {
            const session = JSON.parse(localStorage.getItem('maquette.session'));
            const spoilt = { ...session, access_token: session.access_token + 'x', refresh_token: 'gone' };
            localStorage.setItem('maquette.session', JSON.stringify(spoilt));
        }"""
    )
    page.reload()
    expect(page.get_by_text("Your session ended. Sign in and you return to this draft.")).to_be_visible()
    alice.sign_in()
    expect(page.get_by_role("heading", name="Account settings")).to_be_visible()
