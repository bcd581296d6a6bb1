"""E5, E6: credits come with a paid invoice, and go when its money goes back. Through the local Stripe and its events.

Stripe's clock is behind ours where a period must have ended: Postgres has the real time.
"""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from libs.errors import ErrorCode
from tests.support.billing import (
    CARD,
    FREE,
    PRO,
    STUDIO,
    buy_plan,
    credit_limit,
    deliver_event,
    open_checkout,
    open_portal,
    profile,
    running_shop,
    submit_form,
)
from tests.support.clients.api_user import ApiUser, assert_refused, signed_in
from tests.support.factories import add_debit
from tests.support.processes.api import ApiProcess, submit
from tests.support.processes.stripe import StripeProcess
from tests.support.waiting import equals, until

DAY = 86_400
FAILS_LATER = "4000 0000 0000 0341"
# What the portal does when nobody has set it up: every change at once, whatever it costs.
ALL_AT_ONCE: dict[str, Any] = {"schedule_at_period_end": {"conditions": []}}


@pytest.fixture(scope="module")
def shop(api: ApiProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StripeProcess, ApiProcess]]:
    folder = tmp_path_factory.mktemp("shop")
    with running_shop(folder, api) as shop:
        yield shop


@pytest.fixture
def stripe(shop: tuple[StripeProcess, ApiProcess]) -> StripeProcess:
    """Its clock is ours and its portal is set up."""
    move_clock_to(shop[0], 0)
    shop[0].control("POST", "portal")
    return shop[0]


@pytest.fixture
async def alice(shop: tuple[StripeProcess, ApiProcess]) -> AsyncIterator[ApiUser]:
    async with signed_in(shop[1], "alice") as user:
        yield user


def move_clock_to(stripe: StripeProcess, days: float) -> None:
    """Set Stripe's clock that many days from ours, and less than two seconds behind.

    It answers in whole seconds. Were it ahead, a period would begin after what is used right after the checkout.
    """
    now = stripe.control("POST", "clock?seconds=0")["now"]
    stripe.control("POST", f"clock?seconds={time.time() + days * DAY - now - 1}")


def customer_of(user: ApiUser, shop: tuple[StripeProcess, ApiProcess]) -> str:
    return profile(shop[1].supabase, user)["stripe_customer_id"]


def use_credits(user: ApiUser, shop: tuple[StripeProcess, ApiProcess], amount: int, when: str = "now()") -> None:
    with shop[1].supabase.connect() as connection:
        add_debit(connection, user.id, amount, when)


async def usage(user: ApiUser) -> tuple[str, int, int]:
    """Plan, used and cap."""
    found = (await user.client.get("/usage")).raise_for_status().json()["data"]
    return found["plan"]["id"], found["used"], found["limit"]


async def billing(user: ApiUser) -> dict[str, Any]:
    return (await user.client.get("/billing")).raise_for_status().json()["data"]


async def change(user: ApiUser, price: str) -> None:
    await submit_form(await open_portal(user), action="change", price=price)


async def all_events_are_done(shop: tuple[StripeProcess, ApiProcess]) -> None:
    """Every event that Stripe sent so far was answered."""
    stripe, running = shop

    async def answered() -> bool:
        sent = {one["id"] for one in stripe.control("GET", "events")}
        with running.supabase.connect() as connection:
            rows = connection.execute("select event_id from webhook_events where provider = 'stripe'").fetchall()
        return sent <= {row[0] for row in rows}

    await until(answered)


async def test_E5_a_failed_renewal_keeps_the_features_for_its_grace_and_brings_no_credits(
    alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    move_clock_to(stripe, -31)
    await submit_form(await open_checkout(alice), card=FAILS_LATER)
    await all_events_are_done(shop)
    use_credits(alice, shop, 150, "now() - interval '3 days'")

    move_clock_to(stripe, 0)
    await all_events_are_done(shop)

    found = await billing(alice)
    assert (found["status"], found["plan_id"], found["grace_until"] is not None) == ("past_due", "pro", True)
    assert (await usage(alice))[::2] == ("pro", FREE)
    # Another checkout would be a second subscription beside the unpaid one: the portal takes another card.
    again = {"plan_id": "pro", "interval": "month"}
    assert_refused(await alice.client.post("/billing/checkout", json=again), ErrorCode.ALREADY_SUBSCRIBED)
    await submit_form(await open_portal(alice), action="card", card=CARD)
    await until(lambda: usage(alice), equals(("pro", 0, PRO)))


async def test_E5_an_upgrade_counts_when_it_is_paid_and_takes_nothing_before(
    alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    await submit_form(await open_checkout(alice), card=FAILS_LATER)
    await until(lambda: credit_limit(alice), equals(PRO))
    use_credits(alice, shop, 5)
    await change(alice, "price_local_studio_month")
    await all_events_are_done(shop)
    assert (await billing(alice))["status"] == "past_due"
    assert await usage(alice) == ("pro", 5, PRO)

    # Back again: Stripe gives a credit for what was never paid. It brings nothing.
    stripe.control("POST", "portal", **ALL_AT_ONCE)
    await change(alice, "price_local_pro_month")
    await all_events_are_done(shop)
    assert await usage(alice) == ("pro", 5, PRO)


async def test_E5_an_open_upgrade_that_is_paid_later_counts_then(
    alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    await submit_form(await open_checkout(alice), card=FAILS_LATER)
    await until(lambda: credit_limit(alice), equals(PRO))
    use_credits(alice, shop, 5)
    await change(alice, "price_local_studio_month")
    await all_events_are_done(shop)
    await submit_form(await open_portal(alice), action="card", card=CARD)
    # Paid: the new period, and what was used stays used.
    await until(lambda: usage(alice), equals(("studio", 5, STUDIO)))


async def test_E5_a_downgrade_and_a_shorter_interval_wait_for_the_end_of_the_period(
    alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    move_clock_to(stripe, -31)
    await submit_form(await open_checkout(alice, "studio"), card=CARD)
    await change(alice, "price_local_pro_month")
    await all_events_are_done(shop)
    assert profile(shop[1].supabase, alice)["price_id"] == "price_local_studio_month"

    move_clock_to(stripe, 0)

    await until(lambda: usage(alice), equals(("pro", 0, PRO)))


async def test_E5_switching_at_once_brings_no_credits_however_the_portal_is_set(
    alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    """Month to year and back, again and again: each begins a new period at Stripe, and each gives the money back."""
    stripe.control("POST", "portal", **ALL_AT_ONCE)
    await buy_plan(alice)
    use_credits(alice, shop, 5)
    for price in ("price_local_pro_year", "price_local_pro_month") * 2:
        await change(alice, price)
        await all_events_are_done(shop)
        assert await usage(alice) == ("pro", 5, PRO)
        assert profile(shop[1].supabase, alice)["price_id"] == price
    await change(alice, "price_local_studio_month")
    await until(lambda: usage(alice), equals(("studio", 5, STUDIO)))


async def test_E5_an_upgrade_in_the_middle_of_a_period_brings_what_its_invoice_pays(
    alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    """A portal that keeps the period: half a month of Pro and half a month of Studio."""
    stripe.control("POST", "portal", billing_cycle_anchor="unchanged")
    move_clock_to(stripe, -15)
    await buy_plan(alice)
    use_credits(alice, shop, 70)
    move_clock_to(stripe, 0)
    await change(alice, "price_local_studio_month")
    await until(lambda: usage(alice), equals(("studio", 70, (PRO + STUDIO) // 2)))


async def test_E5_changes_that_are_invoiced_later_count_later(
    alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    """Eight changes make sixteen lines of the next invoice, of which it shows ten itself."""
    later = {"proration_behavior": "create_prorations", "billing_cycle_anchor": "unchanged"}
    stripe.control("POST", "portal", **later, **ALL_AT_ONCE)
    move_clock_to(stripe, -31)
    await submit_form(await open_checkout(alice), card=CARD)
    for number in range(8):
        move_clock_to(stripe, -30.5 + number / 10)
        await change(alice, f"price_local_{'pro' if number % 2 else 'studio'}_month")
    await change(alice, "price_local_studio_month")
    await all_events_are_done(shop)
    assert profile(shop[1].supabase, alice)["price_id"] == "price_local_pro_month"

    move_clock_to(stripe, 0)

    await until(lambda: usage(alice), equals(("studio", 0, STUDIO)))


async def test_E5_a_discount_of_everything_buys_the_plan(
    alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    page = await open_checkout(alice)
    customer = customer_of(alice, shop)
    stripe.control("POST", f"discounts?customer={customer}&percent=100")
    await submit_form(page, card=CARD)
    await until(lambda: credit_limit(alice), equals(PRO))
    assert stripe.charges(customer) == []


@pytest.mark.parametrize("outcome", ["won", "lost", "warning_closed"])
async def test_E6_a_dispute_ends_what_it_paid_for_and_one_that_is_won_restores_it(
    outcome: str, alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    await buy_plan(alice)
    use_credits(alice, shop, 5)
    (charge,) = stripe.charges(customer_of(alice, shop))
    kind = "warning_needs_response" if outcome == "warning_closed" else "needs_response"
    dispute = stripe.control("POST", f"disputes?charge={charge['id']}&status={kind}")
    await until(lambda: credit_limit(alice), equals(FREE))
    found = await billing(alice)
    assert (found["plan_id"], found["status"], found["payment_disputed"]) == ("free", "active", True)

    stripe.control("POST", f"disputes/{dispute['id']}/close?status={outcome}")
    await all_events_are_done(shop)

    expected = ("free", 5, FREE) if outcome == "lost" else ("pro", 5, PRO)
    assert await usage(alice) == expected
    assert (await billing(alice))["payment_disputed"] == (outcome == "lost")


async def test_E6_a_refund_in_full_ends_what_was_paid_and_one_in_part_does_not(
    alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    await buy_plan(alice)
    (charge,) = stripe.charges(customer_of(alice, shop))
    stripe.refund(charge["id"], 400)
    await all_events_are_done(shop)
    assert await usage(alice) == ("pro", 0, PRO)

    stripe.refund(charge["id"])

    await until(lambda: usage(alice), equals(("free", 0, FREE)))


async def test_E6_a_fraud_warning_stops_new_runs_until_an_operator_dismissed_it(
    alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    await buy_plan(alice)
    (charge,) = stripe.charges(customer_of(alice, shop))
    warning = stripe.control("POST", f"fraud_warnings?charge={charge['id']}")
    await all_events_are_done(shop)
    assert_refused(await submit(alice.client), ErrorCode.PAYMENT_DISPUTED)
    assert await usage(alice) == ("pro", 0, PRO)
    assert warning["id"] in shop[1].log.read_text()

    with shop[1].supabase.connect() as connection:
        connection.execute("update private.fraud_warnings set dismissed_at = now() where owner_id = %s", [alice.id])
    # The same warning once more opens nothing again.
    (sent,) = [one for one in stripe.control("GET", "events") if one["data"]["object"]["id"] == warning["id"]]
    assert (await deliver_event(shop[1], stripe, sent)).json()["data"]["outcome"] == "applied"
    assert (await submit(alice.client)).status_code == 202


async def test_E6_E7_disputes_of_other_products_change_nothing(
    alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    await buy_plan(alice)
    own = customer_of(alice, shop)
    foreign = stripe.add_customer()
    for customer in (own, foreign):
        stripe.control("POST", f"other_products?customer={customer}")
        stripe.control("POST", f"disputes?charge={stripe.charges(customer)[0]['id']}")
        stripe.control("POST", f"fraud_warnings?charge={stripe.charges(customer)[0]['id']}")
    await all_events_are_done(shop)
    assert await usage(alice) == ("pro", 0, PRO)
    assert (await billing(alice))["payment_disputed"] is False


async def test_E4_a_duplicate_is_ended_with_its_money_given_back_and_what_it_used_counts(
    alice: ApiUser, stripe: StripeProcess, shop: tuple[StripeProcess, ApiProcess]
) -> None:
    move_clock_to(stripe, -60 / DAY)
    await buy_plan(alice)
    move_clock_to(stripe, 0)
    customer = customer_of(alice, shop)
    use_credits(alice, shop, 30)
    # A second subscription, bought on a page that was open elsewhere at the same time.
    second = stripe.open_checkout(customer, "price_local_studio_month")
    await submit_form(second, card=CARD)
    await until(lambda: usage(alice), equals(("studio", 30, STUDIO)))
    await all_events_are_done(shop)

    assert len(stripe.subscriptions(customer, "active")) == 1
    assert sorted((one["amount"], one["amount_refunded"]) for one in stripe.charges(customer)) == [
        (1400, 1400),
        (4900, 0),
    ]
    assert "duplicate_subscription_ended" in shop[1].log.read_text()
