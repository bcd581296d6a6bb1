"""J4: each key can be replaced while people work (docs/operations.md, "Changing a key")."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
import psycopg
import pytest

from libs.errors import ErrorCode
from local.database.deployment import deployment_rows
from tests.support.billing import deliver_event
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.predictions import deliver, running_generation
from tests.support.processes.api import ApiProcess, running_api, submit
from tests.support.processes.stripe import StripeProcess

OLD = "0" * 40
NEW_PROOF_SECRET = "proof_local_next_" + "1" * 32


@pytest.fixture
def database(api: ApiProcess) -> Iterator[psycopg.Connection]:
    """The superuser, who stores keys; the stack's own key is the only one again at the end."""
    with api.supabase.connect() as connection:
        yield connection
        connection.execute(deployment_rows(connection, api.supabase.proof_secret, {}).encode())
        connection.execute("delete from private.proof_key where accepted_until is not null")


async def canceled(client: httpx.AsyncClient, job_id: str) -> bool:
    """Cancel by a guarded call; whether the database took the proof."""
    return (await client.post(f"/generations/{job_id}/cancel")).is_success


async def test_J4_the_old_proof_key_and_the_new_one_are_accepted_until_the_old_one_is_removed(
    api: ApiProcess, alice: ApiUser, database: psycopg.Connection, tmp_path: Path
) -> None:
    job_id, _ = await running_generation(api, alice.client)
    database.execute(deployment_rows(database, NEW_PROOF_SECRET, {}).encode())
    database.execute(deployment_rows(database, NEW_PROOF_SECRET, {}).encode())

    restarted = {"API_PROOF_SECRET": NEW_PROOF_SECRET}
    with running_api(tmp_path, api.supabase, api.replicate, restarted) as replica:
        async with replica.client(alice.account) as client:
            assert await canceled(alice.client, job_id)
            assert await canceled(client, job_id)

            database.execute("update private.proof_key set accepted_until = now() where accepted_until is not null")
            assert_refused(await alice.client.post(f"/generations/{job_id}/cancel"), ErrorCode.DATABASE_UNAVAILABLE)
            assert await canceled(client, job_id)
    assert "proof_refused" in api.log.read_text()


async def test_J4_going_back_to_the_old_proof_key_makes_it_the_current_one(
    api: ApiProcess, alice: ApiUser, database: psycopg.Connection
) -> None:
    job_id, _ = await running_generation(api, alice.client)
    for secret in (NEW_PROOF_SECRET, api.supabase.proof_secret):
        database.execute(deployment_rows(database, secret, {}).encode())
    database.execute("delete from private.proof_key where accepted_until is not null")

    assert await canceled(alice.client, job_id)
    assert database.execute("select count(*) from private.proof_key").fetchone() == (1,)


Attempt = Callable[[ApiProcess, ApiUser, StripeProcess], Awaitable[httpx.Response]]


async def delivered(own: ApiProcess, _: ApiUser, __: StripeProcess) -> httpx.Response:
    """A webhook of Replicate, signed with the secret that it has now."""
    return await deliver(own, str(uuid4()), msgspec.json.encode({"id": "of-a-deleted-job", "status": "processing"}))


async def billed(own: ApiProcess, _: ApiUser, stripe: StripeProcess) -> httpx.Response:
    """An event of Stripe, signed with the secret that it has now."""
    event = {
        "id": "evt_rotation",
        "object": "event",
        "type": "customer.subscription.updated",
        "livemode": False,
        "data": {"object": {"object": "subscription", "customer": "cus_of_nobody"}},
    }
    return await deliver_event(own, stripe, event)


async def generated(own: ApiProcess, person: ApiUser, _: StripeProcess) -> httpx.Response:
    async with own.client(person.account) as client:
        return await submit(client)


async def paid(own: ApiProcess, person: ApiUser, _: StripeProcess) -> httpx.Response:
    async with own.client(person.account) as client:
        return await client.post("/billing/checkout", json={"plan_id": "pro", "interval": "month"})


@pytest.mark.parametrize(
    ("name", "old", "attempt", "status"),
    [
        ("SUPABASE_SECRET_KEY", f"sb_secret_local_{OLD}", delivered, 503),
        ("REPLICATE_WEBHOOK_SECRET", f"whsec_{OLD}", delivered, 401),
        ("REPLICATE_API_TOKEN", f"r8_local_{OLD}", generated, 502),
        ("STRIPE_SECRET_KEY", f"sk_test_local_{OLD}", paid, 502),
        ("STRIPE_WEBHOOK_SECRET", f"whsec_local_{OLD}", billed, 401),
        ("SUPABASE_JWT_SECRET", f"jwt_local_{OLD}", generated, 401),
    ],
)
async def test_J4_with_a_replaced_key_calls_fail_openly_until_the_restart(
    api: ApiProcess,
    alice: ApiUser,
    stripe: StripeProcess,
    tmp_path: Path,
    name: str,
    old: str,
    attempt: Attempt,
    status: int,
) -> None:
    with running_api(tmp_path, api.supabase, api.replicate, {**stripe.settings(), name: old}) as own:
        assert (await attempt(own, alice, stripe)).status_code == status
        assert old not in own.log.read_text()

        own.stop()
        own.overrides = stripe.settings()
        own.start()

        assert (await attempt(own, alice, stripe)).is_success
