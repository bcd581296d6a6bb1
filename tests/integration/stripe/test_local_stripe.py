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

    def invoices(self, customer: str) -> list[dict[str, Any]]:
        """Latest first, with their payments."""
        asked = {"customer": customer, "expand[0]": "data.payments"}
        return self.api.get("/invoices", params=asked).json()["data"]

    async def in_portal(self, customer: str, **form: str) -> httpx.Response:
        page = self.add("/billing_portal/sessions", customer=customer, return_url="https://maquette.test/").json()
        return await submit_form(page["url"], **form)

    def events(self, customer: str) -> list[str]:
        """Kinds of the events about a customer, in the order of what happened."""
        return [one["type"] for one in self._events(customer)]

    def _events(self, customer: str) -> list[dict[str, Any]]:
        made = self.stripe.control("GET", "events")
        return [one for one in made if one["data"]["object"].get("customer") == customer]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with running_stripe(tmp_path_factory.mktemp("shop"), free_port(), month_seconds=3600) as stripe:
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
    shown += shop.api.get("/billing_portal/configurations").json()["data"]
    shown += shop.api.get("/webhook_endpoints").json()["data"]
    (charge,) = shop.api.get("/charges", params={"customer": customer}).json()["data"]
    shown += [charge, shop.add("/refunds", charge=charge["id"], amount="400").json()]
    shown += [shop.stripe.control("POST", f"fraud_warnings?charge={charge['id']}")]
    shown += [shop.stripe.control("POST", f"disputes?charge={charge['id']}")]
    shown += shop.invoices(customer)[0].pop("payments")["data"]
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


STUDIO = "price_local_studio_month"


async def test_an_upgrade_gives_the_rest_of_the_old_price_back_and_is_charged_at_once(shop: Shop) -> None:
    customer = shop.customer()
    await submit_form(shop.checkout(customer)["url"], card=GOOD)
    shop.stripe.control("POST", "clock?seconds=1800")
    await shop.in_portal(customer, action="change", price=STUDIO)

    invoice, _ = shop.invoices(customer)
    credit, cycle = invoice["lines"]["data"]
    assert (cycle["amount"], credit["amount"]) == (4900, pytest.approx(-700, abs=5))
    assert (invoice["status"], invoice["total"]) == ("paid", 4900 + credit["amount"])
    details = credit["parent"]["subscription_item_details"]
    assert (details["proration"], details["proration_details"]["credited_items"] is not None) == (True, True)
    assert shop.api.get("/charges", params={"customer": customer}).json()["data"][0]["amount"] == invoice["amount_paid"]
    assert shop.events(customer)[-2:] == ["invoice.paid", "customer.subscription.updated"]
    (item,) = shop.subscriptions(customer)[0]["items"]["data"]
    assert (item["price"]["id"], item["current_period_start"]) == (STUDIO, cycle["period"]["start"])


async def test_a_downgrade_waits_and_one_at_once_leaves_a_balance_that_pays_later(shop: Shop) -> None:
    customer = shop.customer()
    await submit_form(shop.checkout(customer, STUDIO)["url"], card=GOOD)
    await shop.in_portal(customer, action="change", price=PRICE)
    assert shop.subscriptions(customer)[0]["items"]["data"][0]["price"]["id"] == STUDIO
    assert len(shop.invoices(customer)) == 1

    shop.stripe.control("POST", "portal", schedule_at_period_end={"conditions": []})
    await shop.in_portal(customer, action="change", price=PRICE)
    shop.stripe.control("POST", "portal")
    change = shop.invoices(customer)[0]
    assert (change["status"], change["total"], change["ending_balance"]) == (
        "paid",
        *[pytest.approx(-3500, abs=20)] * 2,
    )
    shop.stripe.control("POST", "clock?seconds=3700")
    renewal = shop.invoices(customer)[0]
    assert (renewal["status"], renewal["total"], renewal["amount_due"]) == ("paid", 1400, 0)


async def test_a_refund_and_a_dispute_are_shown_at_their_charge(shop: Shop) -> None:
    customer = shop.customer()
    await submit_form(shop.checkout(customer)["url"], card=GOOD)
    (charge,) = shop.api.get("/charges", params={"customer": customer}).json()["data"]
    shop.add("/refunds", charge=charge["id"], amount="400").raise_for_status()
    shown = shop.api.get(f"/charges/{charge['id']}").json()
    assert (shown["refunded"], shown["amount_refunded"]) == (False, 400)
    dispute = shop.stripe.control("POST", f"disputes?charge={charge['id']}")
    refused = shop.add("/refunds", payment_intent=charge["payment_intent"])
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "charge_disputed")
    shop.stripe.control("POST", f"disputes/{dispute['id']}/close?status=won")
    assert shop.api.get("/disputes", params={"charge": charge["id"]}).json()["data"][0]["status"] == "won"
    assert shop.api.get(f"/charges/{charge['id']}").json()["disputed"] is True


async def test_a_discount_is_on_every_later_invoice(shop: Shop) -> None:
    customer = shop.customer()
    shop.stripe.control("POST", f"discounts?customer={customer}&percent=50")
    await submit_form(shop.checkout(customer)["url"], card=GOOD)
    (invoice,) = shop.invoices(customer)
    assert (invoice["subtotal"], invoice["total"], invoice["amount_paid"]) == (1400, 700, 700)


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
