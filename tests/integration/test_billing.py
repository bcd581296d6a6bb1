"""Plans bought, changed, canceled and lost, through the local Stripe and its signed events."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest

from libs.errors import ErrorCode
from local.stripe.events import signature
from local.stripe.objects import event
from tests.callers import Person, refused, signed_in
from tests.product import Product, running_product
from tests.stack import Stack, free_port
from tests.stripe_process import StripeProcess, running_stripe

CARD = "4242 4242 4242 4242"
FREE, PRO, STUDIO = 40, 200, 1000


@pytest.fixture(scope="module")
def stripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeProcess]:
    with running_stripe(tmp_path_factory.mktemp("stripe"), free_port()) as running:
        yield running


@pytest.fixture(scope="module")
def paid(product: Product, stripe: StripeProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The API with that Stripe behind it."""
    folder = tmp_path_factory.mktemp("paid")
    with running_product(folder, product.stack, product.replicate, stripe.settings(), stripe.api_port) as running:
        yield running


@pytest.fixture
async def alice(paid: Product) -> AsyncIterator[Person]:
    async with signed_in(paid, "alice") as person:
        yield person


@pytest.fixture
async def bob(paid: Product) -> AsyncIterator[Person]:
    async with signed_in(paid, "bob") as person:
        yield person


async def checkout(person: Person, plan: str = "pro", interval: str = "month") -> str:
    answer = await person.api.post("/billing/checkout", json={"plan_id": plan, "interval": interval})
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["url"]


async def post(url: str, **form: str) -> httpx.Response:
    """A form of Stripe's pages, as the browser sends it."""
    async with httpx.AsyncClient(timeout=30) as browser:
        return await browser.post(url, data=form)


async def portal(person: Person) -> str:
    return (await person.api.post("/billing/portal")).raise_for_status().json()["data"]["url"]


async def limit(person: Person) -> int:
    return (await person.api.get("/usage")).raise_for_status().json()["data"]["limit"]


async def eventually(read: Callable[[], Awaitable[object]], expected: object, seconds: float = 10) -> None:
    """Wait until `read` answers what is expected."""
    deadline = time.monotonic() + seconds
    while (found := await read()) != expected:
        assert time.monotonic() < deadline, f"{found} is not {expected}"
        await asyncio.sleep(0.05)


async def bought(person: Person, plan: str = "pro", interval: str = "month") -> None:
    answer = await post(await checkout(person, plan, interval), card=CARD)
    assert answer.status_code == 303
    await eventually(lambda: limit(person), {"pro": PRO, "studio": STUDIO}[plan])


def profile(stack: Stack, person: Person) -> dict[str, Any]:
    with stack.connect() as connection:
        found = connection.execute("select to_jsonb(p) from profiles as p where id = %s", [person.user.id]).fetchone()
    assert found
    return found[0]


async def deliver(
    paid: Product, stripe: StripeProcess, made: dict[str, Any], secret: str | None = None
) -> httpx.Response:
    """An event as Stripe sends it."""
    body = json.dumps(made).encode()
    header = signature(secret or stripe.webhook_secret, body, int(time.time()))
    async with paid.client() as nobody:
        headers = {"stripe-signature": header, "content-type": "application/json"}
        return await nobody.post("/webhooks/stripe", content=body, headers=headers)


async def test_a_plan_is_bought_changed_and_canceled(alice: Person, stripe: StripeProcess) -> None:
    assert await limit(alice) == FREE
    page = await checkout(alice)
    declined = await post(page, card="4000 0000 0000 0002")
    assert "Your card was declined." in declined.text
    assert "Confirm this payment" in (await post(page, card="4000 0025 0000 3155")).text
    assert await limit(alice) == FREE

    paid_at = time.monotonic()
    assert (await post(page, card="4000 0025 0000 3155", confirmed="yes")).status_code == 303
    await eventually(lambda: limit(alice), PRO, seconds=3)
    assert time.monotonic() - paid_at < 3
    billing = (await alice.api.get("/billing")).json()["data"]
    assert (billing["plan_id"], billing["interval"], billing["status"]) == ("pro", "month", "active")
    assert billing["renews_at"]

    await post(await portal(alice), action="change", price="price_local_studio_month")
    await eventually(lambda: limit(alice), STUDIO)

    await post(await portal(alice), action="cancel")

    async def ends() -> bool:
        return (await alice.api.get("/billing")).json()["data"]["ends_at"] is not None

    await eventually(ends, True)
    # What was paid for stays until the end of the period.
    assert await limit(alice) == STUDIO


async def test_a_canceled_plan_ends_with_its_period(product: Product, tmp_path_factory: pytest.TempPathFactory) -> None:
    """With a billing month of 6 seconds: the cap falls when the period ends."""
    folder = tmp_path_factory.mktemp("short")
    with (
        running_stripe(folder, free_port(), month_seconds=6) as stripe,
        running_product(folder, product.stack, product.replicate, stripe.settings(), stripe.api_port) as paid,
    ):
        async with signed_in(paid, "short") as person:
            await bought(person)
            await post(await portal(person), action="cancel")
            assert await limit(person) == PRO
            await eventually(lambda: limit(person), FREE, seconds=15)


async def test_E1_events_in_any_order_and_twice_end_in_the_same_plan(
    alice: Person, paid: Product, stripe: StripeProcess
) -> None:
    await bought(alice)
    customer = profile(paid.stack, alice)["stripe_customer_id"]
    expected = {key: value for key, value in profile(paid.stack, alice).items() if key != "billing_version"}
    events = [one for one in stripe.control("GET", "events") if one["data"]["object"].get("customer") == customer]
    assert len(events) == 3
    for order in itertools.permutations([*events, events[0]]):
        for one in order:
            assert (await deliver(paid, stripe, one)).json()["data"]["outcome"] == "applied"
        found = profile(paid.stack, alice)
        found.pop("billing_version")
        assert found == expected


async def test_E1_an_old_answer_of_stripe_does_not_win(alice: Person, paid: Product) -> None:
    """Two syncs at once: the one that began first and came back last changes nothing."""
    await bought(alice)
    with paid.stack.connect() as connection:
        customer = profile(paid.stack, alice)["stripe_customer_id"]
        early, late = (connection.execute("select private.next_billing_version()").fetchone()[0] for _ in range(2))
        apply = "select private.apply_billing_state(%s, 'invoice.paid', %s, %s, %s)"
        state = json.dumps({"price_id": "price_local_studio_month", "subscription_status": "active"})
        assert connection.execute(apply, ["evt_late", customer, late, state]).fetchone() == ("applied",)
        assert connection.execute(apply, ["evt_early", customer, early, "{}"]).fetchone() == ("stale",)
    assert await limit(alice) == STUDIO


async def test_E2_a_lost_event_is_made_good_by_the_next(alice: Person, stripe: StripeProcess) -> None:
    for kind in ("customer.subscription.created", "invoice.paid"):
        stripe.control("POST", "faults", kind="lose", type=kind)
    await bought(alice)
    stripe.control("POST", "faults", kind="reorder", type="customer.subscription.updated")
    await post(await portal(alice), action="change", price="price_local_studio_month")
    await post(await portal(alice), action="change", price="price_local_pro_month")
    await eventually(lambda: limit(alice), PRO)


async def test_E2_an_event_is_noted_with_its_effect_or_not_at_all(
    alice: Person, paid: Product, stripe: StripeProcess
) -> None:
    """The API is killed while it works on an event; Stripe sends it again and it counts."""
    page = await checkout(alice)
    paid.stop(kill=True)
    assert (await post(page, card=CARD)).status_code == 303
    paid.start()
    assert await limit(alice) == FREE
    # Stripe sends for days; the local one has given up by now and is told to send again.
    stripe.control("POST", f"events/{stripe.control('GET', 'events')[-1]['id']}/resend")
    await eventually(lambda: limit(alice), PRO)
    with paid.stack.connect() as connection:
        noted = connection.execute("select count(*) from webhook_events where provider = 'stripe'").fetchone()
    assert noted
    assert noted[0] >= 1


async def test_E3_forged_and_foreign_events_change_nothing(
    alice: Person, bob: Person, paid: Product, stripe: StripeProcess
) -> None:
    await bought(alice)
    before = profile(paid.stack, alice), profile(paid.stack, bob)
    customer = before[0]["stripe_customer_id"]
    about = {"object": "subscription", "id": "sub_forged", "customer": customer, "client_reference_id": bob.user.id}
    now = int(time.time())
    made = event(now, "customer.subscription.deleted", about)

    async with paid.client() as nobody:
        refused(await nobody.post("/webhooks/stripe", json=made), ErrorCode.NOT_AUTHENTICATED)
        body = json.dumps(made).encode()
        for moment in (now - 301, now + 400):
            headers = {"stripe-signature": signature(stripe.webhook_secret, body, moment)}
            headers["content-type"] = "application/json"
            refused(await nobody.post("/webhooks/stripe", content=body, headers=headers), ErrorCode.NOT_AUTHENTICATED)
    refused(await deliver(paid, stripe, made, secret="whsec_other"), ErrorCode.NOT_AUTHENTICATED)
    assert (await deliver(paid, stripe, {**made, "livemode": True})).json()["data"]["outcome"] == "other_mode"
    unknown = event(now, "invoice.paid", {**about, "customer": "cus_unknown"})
    assert (await deliver(paid, stripe, unknown)).json()["data"]["outcome"] == "unknown_customer"
    assert (await deliver(paid, stripe, event(now, "charge.refunded", about))).json()["data"]["outcome"] == "ignored"
    # Signed rightly and lying: Stripe is asked, and it says that the plan runs.
    assert (await deliver(paid, stripe, made)).json()["data"]["outcome"] == "applied"

    after = profile(paid.stack, alice), profile(paid.stack, bob)
    for found in (*before, *after):
        found.pop("billing_version")
    assert after == before


async def test_E4_the_server_picks_customer_price_and_addresses(alice: Person, bob: Person, paid: Product) -> None:
    for body in (
        {"plan_id": "pro", "interval": "month", "price": "price_local_pro_month"},
        {"plan_id": "pro", "interval": "month", "customer": "cus_1"},
        {"plan_id": "pro", "interval": "month", "success_url": "https://evil.example"},
        {"plan_id": "free", "interval": "month"},
        {"plan_id": "nothing", "interval": "month"},
        {"plan_id": "pro", "interval": "day"},
    ):
        refused(await alice.api.post("/billing/checkout", json=body), ErrorCode.VALIDATION_FAILED)
    refused(await bob.api.post("/billing/portal"), ErrorCode.NO_SUBSCRIPTION)
    await bought(alice)
    refused(
        await alice.api.post("/billing/checkout", json={"plan_id": "studio", "interval": "month"}),
        ErrorCode.ALREADY_SUBSCRIBED,
    )
    assert await limit(bob) == FREE


async def test_E4_two_checkouts_at_once_end_in_one_subscription(
    alice: Person, paid: Product, stripe: StripeProcess
) -> None:
    first, second = await asyncio.gather(checkout(alice), checkout(alice))
    other = await checkout(alice, "studio")
    paid_pages = [await post(page, card=CARD) for page in {first, second, other}]
    assert 303 in {answer.status_code for answer in paid_pages}
    customer = profile(paid.stack, alice)["stripe_customer_id"]

    async def running() -> int:
        headers = {"authorization": f"Bearer {stripe.secret_key}"}
        async with httpx.AsyncClient(headers=headers) as http:
            listed = await http.get(f"{stripe.url}/v1/subscriptions", params={"customer": customer, "status": "active"})
            return len(listed.json()["data"])

    await eventually(running, 1)


async def test_a_failed_renewal_keeps_the_plan_for_its_grace(
    alice: Person, paid: Product, stripe: StripeProcess
) -> None:
    await post(await checkout(alice), card="4000 0000 0000 0341")
    await eventually(lambda: limit(alice), PRO)
    stripe.control("POST", "clock?seconds=3700")

    async def status() -> str:
        return (await alice.api.get("/billing")).json()["data"]["status"]

    await eventually(status, "past_due")
    assert await limit(alice) == PRO
    with paid.stack.connect() as connection:
        connection.execute("update profiles set access_until = now() where id = %s", [alice.user.id])
    assert await limit(alice) == FREE
    await post(await portal(alice), action="card", card=CARD)
    await eventually(lambda: limit(alice), PRO)


async def test_stripe_away_is_said(alice: Person, product: Product) -> None:
    """`product` has no Stripe behind it."""
    async with product.client(alice.user) as api:
        body = {"plan_id": "pro", "interval": "month"}
        refused(await api.post("/billing/checkout", json=body), ErrorCode.BILLING_UNAVAILABLE)
