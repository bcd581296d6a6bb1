"""Our client of Stripe against the local one: foreign objects, and answers that do not come."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp import web

from libs.services.external import stripe_client
from libs.services.external.stripe_client import BillingUnavailable, StripeClient
from local.database.deployment import LOCAL_PRICES
from tests.support.clients import http_client
from tests.support.processes.stripe import StripeProcess, running_stripe
from tests.support.processes.supabase_stack import free_port

PRO, STUDIO = "price_local_pro_month", "price_local_studio_month"
RETURN = {"success_url": "https://maquette.test/return", "cancel_url": "https://maquette.test/usage"}


@pytest.fixture(scope="module")
def stripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeProcess]:
    with running_stripe(tmp_path_factory.mktemp("client"), free_port()) as running:
        yield running


@pytest.fixture
async def client(stripe: StripeProcess) -> AsyncIterator[StripeClient]:
    made = StripeClient(stripe.secret_key, stripe.url, LOCAL_PRICES.values())
    yield made
    await made.aclose()


def open_sessions(stripe: StripeProcess, customer: str) -> list[str]:
    headers = {"authorization": f"Bearer {stripe.secret_key}"}
    found = http_client.get(f"{stripe.url}/v1/checkout/sessions", params={"customer": customer}, headers=headers).json()
    return [one["id"] for one in found["data"] if one["status"] == "open"]


async def test_E7_a_checkout_that_others_opened_is_left_open_and_hinders_nobody(
    stripe: StripeProcess, client: StripeClient
) -> None:
    customer = await client.add_customer("account", 0)
    foreign = stripe.open_checkout(customer, PRO).rpartition("/")[2]

    first = await client.checkout(customer, "account", PRO, **RETURN)
    # The same price again is the same page; another price closes our own page alone.
    assert await client.checkout(customer, "account", PRO, **RETURN) == first
    second = await client.checkout(customer, "account", STUDIO, **RETURN)

    sessions = open_sessions(stripe, customer)
    assert foreign in sessions
    assert {second.rpartition("/")[2], foreign} == set(sessions)


async def test_H3_calls_to_a_stripe_that_does_not_answer_end_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is over all calls and their repeats together; another one works afterwards."""
    calls = 0

    async def never(_: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        if calls > 1:
            return web.json_response({"object": "list", "data": [], "has_more": False, "url": "/v1/subscriptions"})
        await asyncio.sleep(60)
        return web.Response()

    app = web.Application()
    app.router.add_get("/v1/subscriptions", never)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    monkeypatch.setattr(stripe_client, "TOTAL_SECONDS", 0.5)
    client = StripeClient("sk_test_local_tests", f"http://127.0.0.1:{port}", LOCAL_PRICES.values())
    began = time.monotonic()
    with pytest.raises(BillingUnavailable):
        async with client.bounded():
            await client.subscriptions("cus_1")
    assert time.monotonic() - began < stripe_client.TIMEOUT_SECONDS

    async with client.bounded():
        assert await client.subscriptions("cus_1") == []
    await client.aclose()
    await runner.cleanup()
