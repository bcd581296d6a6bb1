"""Plans bought and changed on Stripe's pages as users do it, and events as Stripe sends them."""

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg

from local.stripe.events import signature
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser
from tests.support.processes.api import ApiProcess, running_api
from tests.support.processes.stripe import StripeProcess, running_stripe
from tests.support.processes.supabase_stack import SupabaseStack, free_port
from tests.support.waiting import equals, until

CARD = "4242 4242 4242 4242"
FREE, PRO, STUDIO = 40, 200, 1000


@contextmanager
def running_shop(
    folder: Path, api: ApiProcess, month_seconds: float = 30 * 86_400
) -> Generator[tuple[StripeProcess, ApiProcess]]:
    """A Stripe of its own, and an API in front of the same database that sells with it."""
    with (
        running_stripe(folder, free_port(), month_seconds) as stripe,
        running_api(folder, api.supabase, api.replicate, stripe.settings(), stripe.api_port) as running,
    ):
        yield stripe, running


async def open_checkout(user: ApiUser, plan: str = "pro", interval: str = "month") -> str:
    """The address of a new checkout."""
    answer = await user.client.post("/billing/checkout", json={"plan_id": plan, "interval": interval})
    return answer.raise_for_status().json()["data"]["url"]


async def open_portal(user: ApiUser) -> str:
    """The address of the customer portal."""
    return (await user.client.post("/billing/portal")).raise_for_status().json()["data"]["url"]


async def submit_form(url: str, **form: str) -> httpx.Response:
    """Send a form of Stripe's pages as the browser does."""
    async with http_client.AsyncClient() as browser:
        return await browser.post(url, data=form)


async def credit_limit(user: ApiUser) -> int:
    """A user's cap now."""
    return (await user.client.get("/usage")).raise_for_status().json()["data"]["limit"]


async def buy_plan(user: ApiUser, plan: str = "pro", interval: str = "month") -> None:
    """Buy a plan, and wait until its cap is in force."""
    paid = await submit_form(await open_checkout(user, plan, interval), card=CARD)
    assert paid.status_code == 303, paid.text
    await until(lambda: credit_limit(user), equals({"pro": PRO, "studio": STUDIO}[plan]))


def profile(supabase: SupabaseStack, user: ApiUser) -> dict[str, Any]:
    """A user's row in `profiles`."""
    with supabase.connect() as connection:
        return profile_in(connection, user)


def profile_in(connection: psycopg.Connection, user: ApiUser) -> dict[str, Any]:
    """A user's row in `profiles`, over a connection that is open."""
    found = connection.execute("select to_jsonb(p) from profiles as p where id = %s", [user.id]).fetchone()
    assert found
    return found[0]


async def deliver_event(
    billing_api: ApiProcess, stripe: StripeProcess, event: dict[str, Any], secret: str | None = None
) -> httpx.Response:
    """Send an event to the API as Stripe does."""
    body = json.dumps(event).encode()
    header = signature(secret or stripe.webhook_secret, body, int(time.time()))
    async with http_client.AsyncClient() as anonymous:
        headers = {"stripe-signature": header, "content-type": "application/json"}
        return await anonymous.post(f"{billing_api.url}/api/v1/webhooks/stripe", content=body, headers=headers)
