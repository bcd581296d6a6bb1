"""The local Stripe answers as the real one does: shapes of the official fixtures, test cards, repeats, faults."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiohttp import web

from local.stripe import objects
from tests.support.billing import submit_form
from tests.support.clients import http_client
from tests.support.processes.stripe import StripeProcess, running_stripe
from tests.support.processes.supabase_stack import free_port
from tests.support.waiting import equals, until

FIXTURES: dict[str, dict[str, Any]] = json.loads((Path(objects.__file__).parent / "fixtures.json").read_text())
PRICE = "price_local_pro_month"
# Seconds by which Stripe's own verifier lets the stamp of a signature differ.
TOLERANCE = 300
# Sent only to those who ask for them (expandable), or only about what was deleted.
BESIDE_FIXTURE = {"checkout.session": {"line_items"}}
GOOD, DECLINED, CONFIRMED, FAILS_LATER = (
    "4242 4242 4242 4242",
    "4000 0000 0000 0002",
    "4000 0025 0000 3155",
    "4000 0000 0000 0341",
)


class Shop:
    """A local Stripe, its API, and a receiver that notes its events."""

    def __init__(self, stripe: StripeProcess) -> None:
        self.stripe = stripe
        self.api = http_client.Client(
            base_url=f"{stripe.url}/v1", headers={"authorization": f"Bearer {stripe.secret_key}"}
        )

    def add(self, path: str, key: str | None = None, **form: str) -> httpx.Response:
        return self.api.post(path, data=form, headers={"idempotency-key": key or uuid4().hex})

    def customer(self) -> str:
        return self.add("/customers").raise_for_status().json()["id"]

    def checkout(self, customer: str, price: str = PRICE) -> dict[str, Any]:
        answer = self.add(
            "/checkout/sessions",
            mode="subscription",
            customer=customer,
            success_url="https://maquette.test/return",
            cancel_url="https://maquette.test/usage",
            **{"line_items[0][price]": price, "subscription_data[metadata][account_id]": "account"},
        )
        return answer.raise_for_status().json()

    def subscriptions(self, customer: str) -> list[dict[str, Any]]:
        return self.api.get("/subscriptions", params={"customer": customer, "status": "all"}).json()["data"]

    def events(self, customer: str) -> list[str]:
        """Kinds of the events about a customer, in the order of what happened."""
        return [one["type"] for one in self._events(customer)]

    def _events(self, customer: str) -> list[dict[str, Any]]:
        made = self.stripe.control("GET", "events")
        return [one for one in made if one["data"]["object"].get("customer") == customer]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running_stripe(tmp_path_factory.mktemp("shop"), free_port()) as stripe:
        shop = Shop(stripe)
        with shop.api:
            yield shop


def assert_shape(made: dict[str, Any]) -> None:
    """Every field of the official fixture, none beside it, each of the fixture's type where both have a value."""
    kind = made["object"]
    fixture = FIXTURES[kind]
    assert made.keys() - BESIDE_FIXTURE.get(kind, set()) == fixture.keys(), kind
    for field, example in fixture.items():
        if example is not None and made[field] is not None:
            assert type(made[field]) is type(example), (kind, field)


async def test_every_object_has_the_shape_of_the_official_fixtures(shop: Shop) -> None:
    customer = shop.customer()
    session = shop.checkout(customer)
    portal = shop.add("/billing_portal/sessions", customer=customer, return_url="https://maquette.test/").json()
    assert (await submit_form(session["url"], card=GOOD)).status_code == 303
    (subscription,) = shop.subscriptions(customer)
    events = [one for one in shop.stripe.control("GET", "events") if one["data"]["object"].get("customer") == customer]

    shown = [shop.api.get(f"/customers/{customer}").json(), session, portal, subscription]
    shown += [subscription["items"]["data"][0], subscription["items"]["data"][0]["price"]]
    shown += [*events, *(event["data"]["object"] for event in events)]
    assert {one["object"] for one in shown} == FIXTURES.keys()
    for one in shown:
        assert_shape(one)
    assert subscription["metadata"] == {"account_id": "account"}


async def test_a_declined_card_buys_nothing(shop: Shop) -> None:
    customer = shop.customer()
    session = shop.checkout(customer)
    answer = await submit_form(session["url"], card=DECLINED)
    assert (answer.status_code, "Your card was declined." in answer.text) == (200, True)
    assert "Your card number is invalid." in (await submit_form(session["url"], card="1234 5678")).text
    assert (shop.subscriptions(customer), shop.events(customer)) == ([], [])
    assert (await submit_form(session["url"], card=GOOD)).status_code == 303
    assert len(shop.subscriptions(customer)) == 1


async def test_3d_secure_asks_the_bank_first(shop: Shop) -> None:
    customer = shop.customer()
    session = shop.checkout(customer)
    assert "Confirm this payment" in (await submit_form(session["url"], card=CONFIRMED)).text
    assert "did not confirm" in (await submit_form(session["url"], card=CONFIRMED, confirmed="no")).text
    assert shop.subscriptions(customer) == []
    answer = await submit_form(session["url"], card=CONFIRMED, confirmed="yes")
    assert (answer.status_code, answer.headers["location"]) == (303, "https://maquette.test/return")
    assert len(shop.subscriptions(customer)) == 1
    # A session is paid once.
    assert "This checkout is complete." in (await submit_form(session["url"], card=GOOD)).text
    assert len(shop.subscriptions(customer)) == 1


async def test_a_card_that_fails_later_is_past_due_until_another_is_given(shop: Shop) -> None:
    customer = shop.customer()
    await submit_form(shop.checkout(customer)["url"], card=FAILS_LATER)
    shop.stripe.control("POST", "clock?seconds=3700")
    assert shop.subscriptions(customer)[0]["status"] == "past_due"
    assert shop.events(customer)[-2:] == ["customer.subscription.updated", "invoice.payment_failed"]
    page = shop.add("/billing_portal/sessions", customer=customer, return_url="https://maquette.test/").json()["url"]
    await submit_form(page, action="card", card=GOOD)
    assert shop.subscriptions(customer)[0]["status"] == "active"
    assert shop.events(customer)[-1] == "invoice.paid"


def test_a_key_is_answered_once_and_bound_to_its_body(shop: Shop) -> None:
    first = shop.add("/customers", "one-key", **{"metadata[account_id]": "a"})
    again = shop.add("/customers", "one-key", **{"metadata[account_id]": "a"})
    other = shop.add("/customers", "one-key", **{"metadata[account_id]": "b"})
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")
    assert shop.add("/customers", **{"metadata[account_id]": "a"}).json()["id"] != first.json()["id"]


def test_errors_are_those_of_stripe(shop: Shop) -> None:
    unauthorized = http_client.post(
        f"{shop.stripe.url}/v1/customers", headers={"authorization": "Bearer sk_test_other"}
    )
    assert (unauthorized.status_code, unauthorized.json()["error"]["type"]) == (401, "invalid_request_error")
    missing = shop.add("/billing_portal/sessions", customer="cus_none", return_url="https://maquette.test/")
    assert missing.json()["error"]["code"] == "resource_missing"
    form = {"line_items[0][price]": "price_none"}
    unsold = shop.add("/checkout/sessions", mode="subscription", customer=shop.customer(), **form)
    assert (unsold.status_code, unsold.json()["error"]["code"]) == (400, "resource_missing")


async def test_events_are_signed_repeated_doubled_reordered_and_lost(tmp_path: Path) -> None:
    """The first delivery is refused and comes again; then one is sent twice, one held behind the next, one lost."""
    received: list[tuple[str, bool]] = []
    answers = iter([500])
    secret = b"whsec_local_tests"

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        stamp, signed = (part.partition("=")[2] for part in request.headers["stripe-signature"].split(","))
        expected = hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        is_signed = signed == expected and abs(int(stamp) - time.time()) < TOLERANCE
        received.append((json.loads(body)["type"].rpartition(".")[2], is_signed))
        return web.Response(status=next(answers, 200))

    app = web.Application()
    app.router.add_post("/api/v1/webhooks/stripe", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    with running_stripe(tmp_path, port) as stripe:
        shop = Shop(stripe)
        customer = shop.customer()
        await submit_form(shop.checkout(customer)["url"], card=GOOD)
        await until(lambda: len(received), equals(4))
        page = shop.add("/billing_portal/sessions", customer=customer, return_url="https://maquette.test/")
        portal = page.json()["url"]

        names = [name for name, _ in received]
        assert set(names) == {"created", "paid", "completed"}
        assert all(signed for _, signed in received)
        received.clear()

        stripe.control("POST", "faults", kind="duplicate", type="customer.subscription.updated")
        await submit_form(portal, action="cancel")
        await until(lambda: len(received), equals(2))
        assert received == [("updated", True)] * 2

        received.clear()
        stripe.control("POST", "faults", kind="lose", type="customer.subscription.updated")
        await submit_form(portal, action="resume")
        stripe.control("POST", "faults", kind="reorder", type="customer.subscription.updated")
        await submit_form(portal, action="cancel")
        stripe.control("POST", "faults", kind="bad_signature", type="customer.subscription.updated")
        await submit_form(portal, action="resume")
        await until(lambda: len(received), equals(2))
        assert sorted(signed for _, signed in received) == [False, True]
    await runner.cleanup()
