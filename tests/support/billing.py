"""Plans bought and changed as people do it, and events as Stripe sends them."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import psycopg

from local.stripe.events import signature
from tests.support.clients.api_user import ApiUser
from tests.support.processes.api import ApiProcess
from tests.support.processes.stripe import StripeProcess
from tests.support.processes.supabase_stack import SupabaseStack
from tests.support.waiting import SECONDS

CARD = "4242 4242 4242 4242"
FREE, PRO, STUDIO = 40, 200, 1000


async def checkout(person: ApiUser, plan: str = "pro", interval: str = "month") -> str:
    """The address of a checkout."""
    answer = await person.client.post("/billing/checkout", json={"plan_id": plan, "interval": interval})
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["url"]


async def portal(person: ApiUser) -> str:
    """The address of the customer portal."""
    return (await person.client.post("/billing/portal")).raise_for_status().json()["data"]["url"]


async def post(url: str, **form: str) -> httpx.Response:
    """A form of Stripe's pages, as the browser sends it."""
    async with httpx.AsyncClient(verify=False, timeout=30) as browser:
        return await browser.post(url, data=form)


async def limit(person: ApiUser) -> int:
    """A person's cap now."""
    return (await person.client.get("/usage")).raise_for_status().json()["data"]["limit"]


async def eventually(read: Callable[[], Awaitable[object]], expected: object, seconds: float = SECONDS) -> None:
    """Wait until `read` answers what is expected."""
    deadline = time.monotonic() + seconds
    while (found := await read()) != expected:
        assert time.monotonic() < deadline, f"{found} is not {expected}"
        await asyncio.sleep(0.05)


async def bought(person: ApiUser, plan: str = "pro", interval: str = "month") -> None:
    """A plan bought, and its cap in force."""
    answer = await post(await checkout(person, plan, interval), card=CARD)
    assert answer.status_code == 303
    await eventually(lambda: limit(person), {"pro": PRO, "studio": STUDIO}[plan])


def profile(supabase: SupabaseStack, person: ApiUser) -> dict[str, Any]:
    """A person's row."""
    with supabase.connect() as connection:
        return profile_in(connection, person)


def profile_in(connection: psycopg.Connection, person: ApiUser) -> dict[str, Any]:
    """A person's row, over a connection that is open."""
    found = connection.execute("select to_jsonb(p) from profiles as p where id = %s", [person.id]).fetchone()
    assert found
    return found[0]


async def deliver(
    billing_api: ApiProcess, stripe: StripeProcess, made: dict[str, Any], secret: str | None = None
) -> httpx.Response:
    """An event as Stripe sends it."""
    body = json.dumps(made).encode()
    header = signature(secret or stripe.webhook_secret, body, int(time.time()))
    # No TLS is spoken here, and building a context for it takes longer than a request.
    async with httpx.AsyncClient(verify=False, timeout=30) as anonymous:
        headers = {"stripe-signature": header, "content-type": "application/json"}
        return await anonymous.post(f"{billing_api.url}/api/v1/webhooks/stripe", content=body, headers=headers)
