"""H1: the API is killed at each step of its work, or the account goes then; nothing is lost, nothing doubled."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.support.checks.invariants import assert_nothing_left, assert_sound
from tests.support.clock import settled
from tests.support.predictions import (
    ONE,
    TWO,
    deliver,
    delivered,
    ended_run,
    new_run,
    outcome_of,
    run_ids,
    succeed_at_once,
)
from tests.support.processes.api import Product, ended, submit
from tests.support.processes.paused_api import HeldApi, held_at
from tests.support.waiting import SECONDS

# Whether a run was created by the time of the step.
SUBMIT = {
    "before GenerationJobRepository.reserve": False,
    "after GenerationJobRepository.reserve": False,
    "before ReplicateClient.create": False,
    "after ReplicateClient.create": True,
    "before GenerationJobRepository.attach": True,
    "after GenerationJobRepository.attach": True,
}

NEVER_RESERVED = "before GenerationJobRepository.reserve"

# What comes of the delivery that repeats the one that died: two pictures, each with its thumbnail.
INGEST = {
    "before WebhookIngest.apply": "applied",
    "after WebhookJobRepository.record_progress": "applied",
    "after OutputFetcher.fetch 2": "applied",
    "after WebhookJobRepository.announce_files": "applied",
    "after Storage.upload 1": "applied",
    "after Storage.upload 2": "applied",
    "after Storage.upload 3": "applied",
    "after Storage.upload 4": "applied",
    "after WebhookJobRepository.complete": "repeated",
    "after WebhookIngest.apply": "repeated",
}


@pytest.fixture(autouse=True)
def no_fault_left(product: Product) -> Iterator[None]:
    yield
    product.replicate.clear_faults()


def delete_account(product: Product, owner: str) -> None:
    with product.stack.connect() as connection:
        deleted = connection.execute("delete from auth.users where id = %s", (owner,))
        assert deleted.rowcount == 1


async def assert_serves(product: Product, client: httpx.AsyncClient) -> None:
    """The next submit of the same person works."""
    product.replicate.clear_faults()
    succeed_at_once(product.replicate, pictures=1)
    answer = await submit(client, **ONE)
    assert answer.status_code == 202, answer.text
    assert (await ended(client, answer.json()["data"]["id"]))["status"] == "succeeded"


@pytest.mark.parametrize("step", SUBMIT)
async def test_H1_killed_during_submit(product: Product, step: str) -> None:
    person, key = await product.stack.sign_up(), str(uuid4())
    succeed_at_once(product.replicate)
    async with held_at(step, product) as held, held.product.client(person) as client:
        call = asyncio.create_task(submit(client, key, **TWO))
        await held.reached()
        held.kill()
        with pytest.raises(httpx.TransportError):
            await call
    async with product.client(person) as client:
        # A client that got no answer asks again with its key.
        again = await submit(client, key, **TWO)
        assert again.status_code == 202, again.text
        generation = await settled(product, client, again.json()["data"]["id"])
        assert generation["status"] == ("succeeded" if SUBMIT[step] or step == NEVER_RESERVED else "failed")
        await assert_serves(product, client)
    assert len(await assert_sound(product, person.id)) == 2


async def test_H1_killed_while_the_create_is_under_way(product: Product) -> None:
    person, key = await product.stack.sign_up(), str(uuid4())
    succeed_at_once(product.replicate)
    product.replicate.fault(on="api", kind="hang", performed=True, seconds=2)
    known = run_ids(product.replicate)
    async with held_at("after ReplicateClient.create", product) as held, held.product.client(person) as client:
        call = asyncio.create_task(submit(client, key, **TWO))
        await new_run(product.replicate, known)
        held.kill()
        with pytest.raises(httpx.TransportError):
            await call
    async with product.client(person) as client:
        again = await submit(client, key, **TWO)
        assert (await settled(product, client, again.json()["data"]["id"]))["status"] == "succeeded"
        await assert_serves(product, client)
    assert len(await assert_sound(product, person.id)) == 2


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "goes on"])
@pytest.mark.parametrize("step", SUBMIT)
async def test_H1_account_deleted_during_submit(product: Product, step: str, killed: bool) -> None:
    person = await product.stack.sign_up()
    succeed_at_once(product.replicate)
    known = run_ids(product.replicate)
    async with held_at(step, product) as held, held.product.client(person) as client:
        call = asyncio.create_task(submit(client, **TWO))
        await held.reached()
        delete_account(product, person.id)
        if killed:
            held.kill()
            with pytest.raises(httpx.TransportError):
                await call
        else:
            held.go_on()
            answer = await call
            assert answer.status_code in {401, 404} or step == "after GenerationJobRepository.attach", answer.text
            assert answer.status_code < 500
    created = run_ids(product.replicate) - known
    for prediction_id in created:
        assert await delivered(product.replicate, prediction_id) == 200
    # Before the reservation the account is asked for; later the run that nobody waits for is stopped.
    assert bool(created) == (SUBMIT[step] or (not killed and step != NEVER_RESERVED))
    await assert_nothing_left(product, person.id)


async def held_ingest(product: Product, held: HeldApi, client: httpx.AsyncClient) -> tuple[str, bytes, asyncio.Task]:
    """A generation whose final delivery reached only the held replica: its id, the delivery's body and the call."""
    succeed_at_once(product.replicate)
    product.replicate.fault(on="delivery", kind="lose", event="completed")
    known = run_ids(product.replicate)
    job = (await submit(client, **TWO)).raise_for_status().json()["data"]
    body = await ended_run(product.replicate, await new_run(product.replicate, known))
    call = asyncio.create_task(deliver(held.product, job["id"], body))
    await held.reached()
    return job["id"], body, call


@pytest.mark.parametrize("step", INGEST)
async def test_H1_killed_during_ingest(product: Product, step: str) -> None:
    person = await product.stack.sign_up()
    async with held_at(step, product) as held, product.client(person) as client:
        job, body, call = await held_ingest(product, held, client)
        held.kill()
        with pytest.raises(httpx.TransportError):
            await call
        assert outcome_of(await deliver(product, job, body)) == INGEST[step]
        assert (await ended(client, job))["status"] == "succeeded"
        await assert_serves(product, client)
    assert [entry["pictures"] for entry in await assert_sound(product, person.id)] == [2, 1]


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "goes on"])
@pytest.mark.parametrize("step", list(INGEST)[1::2])
async def test_H1_account_deleted_during_ingest(product: Product, step: str, killed: bool) -> None:
    person = await product.stack.sign_up()
    async with held_at(step, product) as held, product.client(person) as client:
        job, body, call = await held_ingest(product, held, client)
        delete_account(product, person.id)
        if killed:
            held.kill()
            with pytest.raises(httpx.TransportError):
                await call
        else:
            held.go_on()
            assert outcome_of(await call) == ("unknown_job" if INGEST[step] == "applied" else "applied")
        assert outcome_of(await deliver(product, job, body)) == "unknown_job"
    await assert_nothing_left(product, person.id)


async def test_H1_account_deleted_while_its_job_is_locked(product: Product) -> None:
    person = await product.stack.sign_up()
    product.replicate.fault(on="run", kind="stall")
    async with product.client(person) as client:
        job = (await submit(client, **ONE)).raise_for_status().json()["data"]["id"]
        with product.stack.connect() as connection:
            with connection.transaction():
                query = "select prediction_id from public.generation_jobs where id = %s"
                ((prediction_id,),) = connection.execute(query, (job,)).fetchall()
                claim = "select outcome from private.claim_job(%s, %s)"
                assert connection.execute(claim, (job, prediction_id)).fetchall() == [("applied",)]
                deletion = asyncio.create_task(asyncio.to_thread(delete_account, product, person.id))
                await blocked(product)
                # What only a settled job gets: it needs the profile that the deletion wants.
                fail = "select private.fail_generation('event', %s, %s, 'failed', 'provider_failed')"
                assert connection.execute(fail, (job, prediction_id)).fetchall() == [("applied",)]
            await deletion
    await assert_nothing_left(product, person.id)


async def blocked(product: Product) -> None:
    """Wait until a deletion waits for a lock."""
    waiting = "select from pg_stat_activity where wait_event_type = 'Lock' and query like 'delete from auth.users%'"
    with product.stack.connect() as connection:
        async with asyncio.timeout(SECONDS):
            while not connection.execute(waiting).fetchall():  # noqa: ASYNC110 - another process's
                await asyncio.sleep(0.02)
