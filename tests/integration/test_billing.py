"""Plans bought, changed, canceled and lost, through the local Stripe and its signed events."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest

from api.errors import TransportCode
from libs.errors import ErrorCode
from local.stripe.events import signature
from local.stripe.objects import event
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
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, assert_refused, signed_in
from tests.support.processes.api import ApiProcess
from tests.support.processes.stripe import StripeProcess
from tests.support.waiting import equals, until

# As the API's log names the route.
WEBHOOK = "/api/v1/webhooks/stripe"
# Seconds of a billing month.
MONTH = 3600


@pytest.fixture
async def alice(billing_api: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(billing_api, "alice") as user:
        yield user


@pytest.fixture
async def bob(billing_api: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(billing_api, "bob") as user:
        yield user


async def test_a_plan_is_bought_changed_and_canceled(alice: ApiUser, billing_api: ApiProcess) -> None:
    assert await credit_limit(alice) == FREE
    page = await open_checkout(alice)
    declined = await submit_form(page, card="4000 0000 0000 0002")
    assert "Your card was declined." in declined.text
    bank = (await submit_form(page, card="4000 0025 0000 3155")).text
    assert "Confirm this payment" in bank
    assert "14.00 EUR" in bank
    assert await credit_limit(alice) == FREE

    before = len(billing_api.logged_statuses(WEBHOOK))
    assert (await submit_form(page, card="4000 0025 0000 3155", confirmed="yes")).status_code == 303
    await until(lambda: credit_limit(alice), equals(PRO))
    # The plan waits for no second delivery: each of the purchase's three events is taken at its first.
    await until(lambda: billing_api.logged_statuses(WEBHOOK)[before:], equals([200, 200, 200]))
    billing = (await alice.client.get("/billing")).json()["data"]
    assert (billing["plan_id"], billing["interval"], billing["status"]) == ("pro", "month", "active")
    assert billing["renews_at"]

    await submit_form(await open_portal(alice), action="change", price="price_local_studio_month")
    await until(lambda: credit_limit(alice), equals(STUDIO))

    await submit_form(await open_portal(alice), action="cancel")

    async def ends() -> bool:
        return (await alice.client.get("/billing")).json()["data"]["ends_at"] is not None

    await until(ends)
    # What was paid for stays until the end of the period.
    assert await credit_limit(alice) == STUDIO


async def test_a_canceled_plan_ends_with_its_period(api: ApiProcess, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Stripe's clock is behind ours by more than the period: what is canceled has ended, as no renewal comes."""
    folder = tmp_path_factory.mktemp("ending")
    with running_shop(folder, api, MONTH) as (stripe, billing_api):
        stripe.control("POST", f"clock?seconds={-MONTH - 100}")
        async with signed_in(billing_api, "alice") as alice:
            await buy_plan(alice)
            await submit_form(await open_portal(alice), action="cancel")
            await until(lambda: credit_limit(alice), equals(FREE))

            stripe.control("POST", f"clock?seconds={MONTH + 100}")

            await until(lambda: profile(billing_api.supabase, alice)["subscription_status"], equals("canceled"))
            assert await credit_limit(alice) == FREE


async def test_E1_an_old_answer_of_stripe_does_not_win(alice: ApiUser, billing_api: ApiProcess) -> None:
    """Two syncs at once: the one that began first and came back last changes nothing."""
    await buy_plan(alice)
    with billing_api.supabase.connect() as connection:
        customer = profile(billing_api.supabase, alice)["stripe_customer_id"]
        version = "select private.next_billing_version(%s)"
        (early,), (late,) = (connection.execute(version, [customer]).fetchall()[0] for _ in range(2))
        apply = "select private.apply_billing_state(%s, 'invoice.paid', %s, %s, %s)"
        state = json.dumps({"price_id": "price_local_studio_month", "subscription_status": "active"})
        assert connection.execute(apply, ["evt_late", customer, late, state]).fetchone() == ("applied",)
        assert connection.execute(apply, ["evt_early", customer, early, "{}"]).fetchone() == ("stale",)
    assert await credit_limit(alice) == STUDIO


async def test_E2_a_lost_event_is_made_good_by_the_next(alice: ApiUser, stripe: StripeProcess) -> None:
    for kind in ("customer.subscription.created", "invoice.paid"):
        stripe.control("POST", "faults", kind="lose", type=kind)
    await buy_plan(alice)
    stripe.control("POST", "faults", kind="reorder", type="customer.subscription.updated")
    await submit_form(await open_portal(alice), action="change", price="price_local_studio_month")
    await submit_form(await open_portal(alice), action="cancel")

    async def plan() -> tuple[int, bool]:
        billing = (await alice.client.get("/billing")).json()["data"]
        return await credit_limit(alice), billing["ends_at"] is not None

    await until(plan, equals((STUDIO, True)))


async def test_E2_an_event_is_noted_with_its_effect_or_not_at_all(
    alice: ApiUser, billing_api: ApiProcess, stripe: StripeProcess
) -> None:
    """The API is killed while it works on an event; Stripe sends it again and it counts."""
    page = await open_checkout(alice)
    billing_api.stop(kill=True)
    assert (await submit_form(page, card=CARD)).status_code == 303
    billing_api.start()
    assert await credit_limit(alice) == FREE
    # Stripe sends for days; the local one has given up by now and is told to send again.
    stripe.control("POST", f"events/{stripe.control('GET', 'events')[-1]['id']}/resend")
    await until(lambda: credit_limit(alice), equals(PRO))
    with billing_api.supabase.connect() as connection:
        noted = connection.execute("select count(*) from webhook_events where provider = 'stripe'").fetchone()
    assert noted
    assert noted[0] >= 1


async def test_E2_an_effect_whose_note_fails_is_undone_and_comes_again(
    alice: ApiUser, billing_api: ApiProcess, stripe: StripeProcess
) -> None:
    """A crash between the two, made with a trigger: the plan is not changed without the note, nor noted unchanged."""
    await buy_plan(alice)
    customer = profile(billing_api.supabase, alice)["stripe_customer_id"]
    created = next(one for one in stripe.control("GET", "events") if one["data"]["object"].get("customer") == customer)
    with billing_api.supabase.connect() as connection:
        connection.execute("update profiles set price_id = null where id = %s", [alice.id])
        connection.execute("delete from webhook_events where event_id = %s", [created["id"]])
        connection.execute("create function pg_temp.crash() returns trigger language plpgsql as 'begin raise; end'")
        connection.execute(
            "create trigger crash before insert on webhook_events for each row execute function pg_temp.crash()"
        )
        try:
            assert_refused(await deliver_event(billing_api, stripe, created), ErrorCode.DATABASE_UNAVAILABLE)
        finally:
            connection.execute("drop trigger crash on webhook_events")
        assert profile(billing_api.supabase, alice)["price_id"] is None
        noted = "select outcome from webhook_events where event_id = %s"
        assert connection.execute(noted, [created["id"]]).fetchall() == []

        assert (await deliver_event(billing_api, stripe, created)).json()["data"]["outcome"] == "applied"

        assert connection.execute(noted, [created["id"]]).fetchall() == [("applied",)]
    assert await credit_limit(alice) == PRO


async def test_E3_a_session_that_was_not_paid_and_a_foreign_price_buy_nothing(
    alice: ApiUser, bob: ApiUser, billing_api: ApiProcess, stripe: StripeProcess
) -> None:
    await open_checkout(alice)
    customer = profile(billing_api.supabase, alice)["stripe_customer_id"]
    session = {"object": "checkout.session", "id": "cs_1", "customer": customer, "payment_status": "unpaid"}
    session |= {"client_reference_id": bob.id, "status": "complete", "mode": "subscription"}
    made = event(int(time.time()), "checkout.session.completed", session)
    assert (await deliver_event(billing_api, stripe, made)).json()["data"]["outcome"] == "applied"
    assert (await credit_limit(alice), await credit_limit(bob)) == (FREE, FREE)

    with billing_api.supabase.connect() as connection:
        for price in ("price_of_another_product", "", None):
            connection.execute("update profiles set price_id = %s where id = %s", [price, alice.id])
            assert (await credit_limit(alice), (await alice.client.get("/billing")).json()["data"]["plan_id"]) == (
                FREE,
                "free",
            )
        connection.execute("update profiles set price_id = 'price_local_pro_month' where id = %s", [alice.id])
    assert (await credit_limit(alice), (await alice.client.get("/billing")).json()["data"]["plan_id"]) == (PRO, "pro")


async def test_E3_forged_and_foreign_events_change_nothing(
    alice: ApiUser, bob: ApiUser, billing_api: ApiProcess, stripe: StripeProcess
) -> None:
    await buy_plan(alice)
    before = profile(billing_api.supabase, alice), profile(billing_api.supabase, bob)
    customer = before[0]["stripe_customer_id"]
    about = {"object": "subscription", "id": "sub_forged", "customer": customer, "client_reference_id": bob.id}
    now = int(time.time())
    made = event(now, "customer.subscription.deleted", about)

    async with billing_api.client() as anonymous:
        assert_refused(await anonymous.post("/webhooks/stripe", json=made), TransportCode.NOT_AUTHENTICATED)
        body = json.dumps(made).encode()
        for timestamp in (now - 301, now + 400):
            headers = {"stripe-signature": signature(stripe.webhook_secret, body, timestamp)}
            headers["content-type"] = "application/json"
            assert_refused(
                await anonymous.post("/webhooks/stripe", content=body, headers=headers), TransportCode.NOT_AUTHENTICATED
            )
    assert_refused(
        await deliver_event(billing_api, stripe, made, secret="whsec_other"), TransportCode.NOT_AUTHENTICATED
    )
    assert (await deliver_event(billing_api, stripe, {**made, "livemode": True})).json()["data"][
        "outcome"
    ] == "other_mode"
    unknown = event(now, "invoice.paid", {**about, "customer": "cus_unknown"})
    assert (await deliver_event(billing_api, stripe, unknown)).json()["data"]["outcome"] == "unknown_customer"
    assert (await deliver_event(billing_api, stripe, event(now, "product.updated", about))).json()["data"][
        "outcome"
    ] == "ignored"
    # Signed rightly and lying: Stripe is asked, and it says that the plan runs.
    assert (await deliver_event(billing_api, stripe, made)).json()["data"]["outcome"] == "applied"

    after = profile(billing_api.supabase, alice), profile(billing_api.supabase, bob)
    for found in (*before, *after):
        found.pop("billing_version")
    assert after == before


async def test_E7_other_products_of_the_same_stripe_account_are_left_alone(
    alice: ApiUser, billing_api: ApiProcess, stripe: StripeProcess
) -> None:
    """Their subscriptions are neither ended nor taken for a plan, whether the customer is ours or not."""
    before = len(billing_api.logged_statuses(WEBHOOK))
    await buy_plan(alice)
    # Of two syncs at once only one is applied: the purchase's own are over, and no others run beside ours.
    await until(lambda: billing_api.logged_statuses(WEBHOOK)[before:], equals([200, 200, 200]))
    for _ in range(4):
        stripe.control("POST", "faults", kind="lose", type="customer.subscription.created")
    customers = stripe.add_customer(), profile(billing_api.supabase, alice)["stripe_customer_id"]
    outcomes: list[str] = []
    for customer in customers:
        others = [stripe.control("POST", f"other_products?customer={customer}")["id"] for _ in range(2)]
        about = {"object": "invoice", "customer": customer}
        answer = await deliver_event(billing_api, stripe, event(int(time.time()), "invoice.paid", about))
        outcomes.append(answer.json()["data"]["outcome"])

        running = [one["id"] for one in stripe.subscriptions(customer, "active")]
        assert set(others) <= set(running)
    assert outcomes == ["unknown_customer", "applied"]
    # Alice's own plan is older than what she bought elsewhere, and is the one that counts.
    assert profile(billing_api.supabase, alice)["price_id"] == "price_local_pro_month"
    assert await credit_limit(alice) == PRO


async def test_E4_the_server_picks_customer_price_and_addresses(
    alice: ApiUser, bob: ApiUser, billing_api: ApiProcess
) -> None:
    for body in (
        {"plan_id": "pro", "interval": "month", "price": "price_local_pro_month"},
        {"plan_id": "pro", "interval": "month", "customer": "cus_1"},
        {"plan_id": "pro", "interval": "month", "success_url": "https://evil.example"},
        {"plan_id": "free", "interval": "month"},
        {"plan_id": "nothing", "interval": "month"},
        {"plan_id": "pro", "interval": "day"},
    ):
        assert_refused(await alice.client.post("/billing/checkout", json=body), ErrorCode.VALIDATION_FAILED)
    assert_refused(await bob.client.post("/billing/portal"), ErrorCode.NO_SUBSCRIPTION)
    await buy_plan(alice)
    assert_refused(
        await alice.client.post("/billing/checkout", json={"plan_id": "studio", "interval": "month"}),
        ErrorCode.ALREADY_SUBSCRIBED,
    )
    customer = profile(billing_api.supabase, alice)["stripe_customer_id"]
    assert_refused(await bob.client.post("/billing/portal", json={"customer": customer}), ErrorCode.NO_SUBSCRIPTION)
    assert await credit_limit(bob) == FREE


async def test_E4_two_checkouts_at_once_end_in_one_subscription(
    alice: ApiUser, billing_api: ApiProcess, stripe: StripeProcess
) -> None:
    first, second = await asyncio.gather(open_checkout(alice), open_checkout(alice))
    other = await open_checkout(alice, "studio")
    paid_pages = [await submit_form(page, card=CARD) for page in {first, second, other}]
    assert 303 in {answer.status_code for answer in paid_pages}
    customer = profile(billing_api.supabase, alice)["stripe_customer_id"]

    async def running() -> int:
        return len(stripe.subscriptions(customer, "active"))

    await until(running, equals(1))


async def test_a_customer_that_stripe_deleted_buys_again_as_a_new_one(
    alice: ApiUser, billing_api: ApiProcess, stripe: StripeProcess
) -> None:
    """Deleted in Stripe's dashboard: the plan ends, and no key of the first purchase brings the customer back."""
    await buy_plan(alice)
    deleted = profile(billing_api.supabase, alice)["stripe_customer_id"]
    async with http_client.AsyncClient(headers={"authorization": f"Bearer {stripe.secret_key}"}) as dashboard:
        (await dashboard.delete(f"{stripe.url}/v1/customers/{deleted}")).raise_for_status()
    await until(lambda: credit_limit(alice), equals(FREE))

    await buy_plan(alice)

    assert profile(billing_api.supabase, alice)["stripe_customer_id"] not in {deleted, None}


async def test_stripe_away_is_said(alice: ApiUser, api: ApiProcess) -> None:
    """`api` has no Stripe behind it."""
    async with api.client(alice.account) as client:
        body = {"plan_id": "pro", "interval": "month"}
        assert_refused(await client.post("/billing/checkout", json=body), ErrorCode.BILLING_UNAVAILABLE)
