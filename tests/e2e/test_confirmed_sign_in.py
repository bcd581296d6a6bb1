"""Ways to an account as on a hosted project: new people enter the code of a mail, both addresses confirm a change."""

from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenWindow
from tests.support.clients.browser_user import PASSWORD, BrowserUser
from tests.support.processes.site import Site, running_site

RENDERS = "/dashboard/renders?q=oak"
SENT_LONG_AGO = "update auth.users set confirmation_sent_at = now() - interval '2 hours' where email = %s"
SIGNED_IN_LONG_AGO = """
    update auth.sessions set created_at = now() - interval '2 days'
    where user_id = (select id from auth.users where email = %s)"""
USED = "This link does not work any more. Ask for a new one."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("confirming"), "--confirm-email") as running:
        yield running


def ask_for_an_account(carol: BrowserUser) -> None:
    """From a page of their own, make an account, up to where the code is asked for."""
    page = carol.page
    page.goto(RENDERS)
    page.get_by_role("button", name="Create an account").click()
    page.get_by_label("E-mail", exact=True).fill(carol.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_label("Code")).to_be_focused()


def test_a_new_person_enters_the_code_of_the_mail_and_is_where_they_wanted_to_be(
    open_window: OpenWindow, site: Site
) -> None:
    carol = BrowserUser(open_window().new_page(), site, "carol")
    ask_for_an_account(carol)
    page = carol.page
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("This code is wrong or has expired")).to_be_visible()
    mail = site.mail_to(carol.email)
    assert mail.subject == f"Confirm your email: {mail.codes[0]}"
    page.get_by_label("Code").fill(mail.codes[0])
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(f"{site.url}{RENDERS}")


def test_C5_the_link_of_the_mail_leads_there_too_on_another_device_and_once(
    open_window: OpenWindow, site: Site
) -> None:
    carol = BrowserUser(open_window().new_page(), site, "carol")
    ask_for_an_account(carol)
    link = site.mail_to(carol.email).links[0]
    phone, tablet = open_window().new_page(), open_window().new_page()
    phone.goto(link)
    expect(phone).to_have_url(f"{site.url}{RENDERS}")

    tablet.goto(link)
    expect(tablet.get_by_text(USED)).to_be_visible()
    again = BrowserUser(tablet, site, "carol")
    again.email = carol.email
    again.sign_in()
    expect(tablet).to_have_url(f"{site.url}{RENDERS}")


def test_C5_a_link_that_has_expired_says_so(open_window: OpenWindow, site: Site) -> None:
    carol = BrowserUser(open_window().new_page(), site, "carol")
    ask_for_an_account(carol)
    link = site.mail_to(carol.email).links[0]
    with psycopg.connect(site.database_url) as connection:
        connection.execute(SENT_LONG_AGO, (carol.email,))
    carol.page.goto(link)
    expect(carol.page.get_by_text(USED)).to_be_visible()
    carol.sign_in()
    expect(carol.page.get_by_role("alert")).to_contain_text("This e-mail is not confirmed yet.")


def test_C5_an_address_has_one_account(alice: BrowserUser, site: Site) -> None:
    alice.sign_out()
    page = alice.page
    page.get_by_role("button", name="Create an account").click()
    page.get_by_label("E-mail", exact=True).fill(alice.email)
    page.get_by_label("Password", exact=True).fill("a third horse and battery")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("alert")).to_have_text("There is an account with this e-mail. Sign in instead.")


def ask_for_a_change(alice: BrowserUser) -> str:
    """At the account's page, ask for another address; answers it."""
    page = alice.page
    page.goto("/dashboard/account")
    new = f"new-{alice.email}"
    page.get_by_label("New e-mail").fill(new)
    page.get_by_role("button", name="Change e-mail").click()
    expect(page.get_by_text("both addresses have to confirm")).to_be_visible()
    return new


def test_C5_the_e_mail_is_changed_once_both_addresses_have_given_their_code(alice: BrowserUser, site: Site) -> None:
    new = ask_for_a_change(alice)
    page = alice.page
    page.get_by_label("Code").fill(site.mail_to(alice.email, about="change").codes[0])
    page.get_by_role("button", name="Confirm email").click()
    expect(page.get_by_text(f"{alice.email} is confirmed. Now enter the code we sent to {new}")).to_be_visible()
    expect(page.get_by_text(f"You sign in with {alice.email}.")).to_be_visible()
    page.get_by_label("Code").fill(site.mail_to(new).codes[0])
    page.get_by_role("button", name="Confirm email").click()
    expect(page.get_by_text(f"You sign in with {new}.")).to_be_visible()

    alice.sign_out()
    alice.email = new
    alice.sign_in()
    alice.expect_create()


def test_C5_the_e_mail_is_changed_by_both_links_wherever_they_are_opened(
    alice: BrowserUser, site: Site, open_window: OpenWindow
) -> None:
    new = ask_for_a_change(alice)
    elsewhere = open_window().new_page()
    elsewhere.goto(site.mail_to(new).links[0])
    expect(
        elsewhere.get_by_text("This address is confirmed. Now open the link in the email to your other")
    ).to_be_visible()
    alice.page.goto(site.mail_to(alice.email, about="change").links[0])
    expect(alice.page.get_by_text(f"You sign in with {new}.")).to_be_visible()


def test_C5_a_new_password_needs_a_code_when_the_sign_in_is_old(alice: BrowserUser, site: Site) -> None:
    with psycopg.connect(site.database_url) as connection:
        connection.execute(SIGNED_IN_LONG_AGO, (alice.email,))
    page = alice.page
    page.goto("/dashboard/account")
    page.get_by_label("New password", exact=True).fill("another horse, another battery")
    save = page.get_by_role("button", name="Set new password")
    save.click()
    page.get_by_label("Code").fill("000000")
    save.click()
    expect(page.get_by_text("This code is wrong or has expired")).to_be_visible()
    page.get_by_label("Code").fill(site.mail_to(alice.email, about="it is you").codes[0])
    save.click()
    expect(page.get_by_text("Your new password is set. Other devices are signed out.", exact=True)).to_be_visible()
