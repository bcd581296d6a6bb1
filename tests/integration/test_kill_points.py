"""H1: the API is killed at each step of its work, or the account goes then; nothing is lost, nothing doubled."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.support.checks.invariants import assert_consistent, assert_nothing_left
from tests.support.clock import until_settled
from tests.support.predictions import (
    ONE_VARIANT,
    TWO_VARIANTS,
    deliver,
    delivery_body,
    outcome_of,
    prediction_ids,
    running_generation,
    succeed_at_once,
    until_delivered,
    until_new_prediction,
    until_prediction_ended,
)
from tests.support.processes.api import ApiProcess, submit, until_ended
from tests.support.processes.paused_api import PausedApi, paused_at
from tests.support.waiting import until

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
def no_fault_left(api: ApiProcess) -> Iterator[None]:
    yield
    api.replicate.clear_faults()


def delete_account(api: ApiProcess, owner: str) -> None:
    with api.supabase.connect() as connection:
        deleted = connection.execute("delete from auth.users where id = %s", (owner,))
        assert deleted.rowcount == 1


async def assert_serves(api: ApiProcess, client: httpx.AsyncClient) -> None:
    """The next submit of the same person works."""
    api.replicate.clear_faults()
    succeed_at_once(api.replicate, outputs=1)
    answer = await submit(client, **ONE_VARIANT)
    assert answer.status_code == 202, answer.text
    assert (await until_ended(client, answer.json()["data"]["id"]))["status"] == "succeeded"


@pytest.mark.parametrize("step", SUBMIT)
async def test_H1_killed_during_submit(api: ApiProcess, step: str) -> None:
    person, key = await api.supabase.sign_up(), str(uuid4())
    succeed_at_once(api.replicate)
    async with paused_at(step, api) as paused, paused.api.client(person) as client:
        call = asyncio.create_task(submit(client, key, **TWO_VARIANTS))
        await paused.wait_until_paused()
        paused.kill()
        with pytest.raises(httpx.TransportError):
            await call
    async with api.client(person) as client:
        # A client that got no answer asks again with its key.
        again = await submit(client, key, **TWO_VARIANTS)
        assert again.status_code == 202, again.text
        generation = await until_settled(api, client, again.json()["data"]["id"])
        assert generation["status"] == ("succeeded" if SUBMIT[step] or step == NEVER_RESERVED else "failed")
        await assert_serves(api, client)
    assert len(await assert_consistent(api, person.id)) == 2


async def test_H1_killed_while_the_create_is_under_way(api: ApiProcess) -> None:
    person, key = await api.supabase.sign_up(), str(uuid4())
    succeed_at_once(api.replicate)
    api.replicate.fault(on="api", kind="hang", performed=True, seconds=2)
    known = prediction_ids(api.replicate)
    async with paused_at("after ReplicateClient.create", api) as paused, paused.api.client(person) as client:
        call = asyncio.create_task(submit(client, key, **TWO_VARIANTS))
        await until_new_prediction(api.replicate, known)
        paused.kill()
        with pytest.raises(httpx.TransportError):
            await call
    async with api.client(person) as client:
        again = await submit(client, key, **TWO_VARIANTS)
        assert (await until_settled(api, client, again.json()["data"]["id"]))["status"] == "succeeded"
        await assert_serves(api, client)
    assert len(await assert_consistent(api, person.id)) == 2


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "goes on"])
@pytest.mark.parametrize("step", SUBMIT)
async def test_H1_account_deleted_during_submit(api: ApiProcess, step: str, killed: bool) -> None:
    person = await api.supabase.sign_up()
    succeed_at_once(api.replicate)
    known = prediction_ids(api.replicate)
    async with paused_at(step, api) as paused, paused.api.client(person) as client:
        call = asyncio.create_task(submit(client, **TWO_VARIANTS))
        await paused.wait_until_paused()
        delete_account(api, person.id)
        if killed:
            paused.kill()
            with pytest.raises(httpx.TransportError):
                await call
        else:
            paused.resume()
            answer = await call
            assert answer.status_code in {401, 404} or step == "after GenerationJobRepository.attach", answer.text
            assert answer.status_code < 500
    created = prediction_ids(api.replicate) - known
    for prediction_id in created:
        assert await until_delivered(api.replicate, prediction_id) == 200
    # Before the reservation the account is asked for; later the run that nobody waits for is stopped.
    assert bool(created) == (SUBMIT[step] or (not killed and step != NEVER_RESERVED))
    await assert_nothing_left(api, person.id)


async def held_ingest(
    api: ApiProcess, paused: PausedApi, client: httpx.AsyncClient
) -> tuple[str, bytes, asyncio.Task[httpx.Response]]:
    """A generation whose final delivery reached only the held replica: its id, the delivery's body and the call."""
    succeed_at_once(api.replicate)
    api.replicate.fault(on="delivery", kind="lose", event="completed")
    known = prediction_ids(api.replicate)
    job = (await submit(client, **TWO_VARIANTS)).raise_for_status().json()["data"]
    body = await until_prediction_ended(api.replicate, await until_new_prediction(api.replicate, known))
    call = asyncio.create_task(deliver(paused.api, job["id"], body))
    await paused.wait_until_paused()
    return job["id"], body, call


@pytest.mark.parametrize("step", INGEST)
async def test_H1_killed_during_ingest(api: ApiProcess, step: str) -> None:
    person = await api.supabase.sign_up()
    async with paused_at(step, api) as paused, api.client(person) as client:
        job, body, call = await held_ingest(api, paused, client)
        paused.kill()
        with pytest.raises(httpx.TransportError):
            await call
        assert outcome_of(await deliver(api, job, body)) == INGEST[step]
        assert (await until_ended(client, job))["status"] == "succeeded"
        await assert_serves(api, client)
    assert [entry["pictures"] for entry in await assert_consistent(api, person.id)] == [2, 1]


# A run that was canceled with one of two pictures ready.
PARTIAL = [
    "after WebhookJobRepository.record_progress",
    "after OutputFetcher.fetch 1",
    "after WebhookJobRepository.announce_files",
    "after Storage.upload 1",
    "after Storage.upload 2",
    "before WebhookJobRepository.complete",
    "after WebhookJobRepository.complete",
]


@pytest.mark.parametrize("step", PARTIAL)
async def test_H1_A10_killed_during_the_ingest_of_a_canceled_run(api: ApiProcess, step: str) -> None:
    person = await api.supabase.sign_up()
    async with paused_at(step, api) as paused, api.client(person) as client:
        job, prediction = await running_generation(api, client, **TWO_VARIANTS)
        api.replicate.fault(on="delivery", kind="lose", event="completed")
        (await client.post(f"/generations/{job}/cancel")).raise_for_status()
        body = delivery_body(api, prediction, "canceled", outputs=1)
        call = asyncio.create_task(deliver(paused.api, job, body))
        await paused.wait_until_paused()
        paused.kill()
        with pytest.raises(httpx.TransportError):
            await call
        assert outcome_of(await deliver(api, job, body)) == (
            "repeated" if "after" in step and "complete" in step else "applied"
        )
        generation = await until_ended(client, job)
        assert (generation["status"], generation["ready"]) == ("succeeded", 1)
        usage = (await client.get("/usage")).json()["data"]
        assert (usage["used"], usage["given_back"]["count"]) == (1, 1)
        await assert_serves(api, client)
    assert [entry["pictures"] for entry in await assert_consistent(api, person.id)] == [1, 1]


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "goes on"])
@pytest.mark.parametrize("step", list(INGEST)[1::2])
async def test_H1_account_deleted_during_ingest(api: ApiProcess, step: str, killed: bool) -> None:
    person = await api.supabase.sign_up()
    async with paused_at(step, api) as paused, api.client(person) as client:
        job, body, call = await held_ingest(api, paused, client)
        delete_account(api, person.id)
        if killed:
            paused.kill()
            with pytest.raises(httpx.TransportError):
                await call
        else:
            paused.resume()
            assert outcome_of(await call) == ("unknown_job" if INGEST[step] == "applied" else "applied")
        assert outcome_of(await deliver(api, job, body)) == "unknown_job"
    await assert_nothing_left(api, person.id)


async def test_H1_account_deleted_while_its_job_is_locked(api: ApiProcess) -> None:
    person = await api.supabase.sign_up()
    api.replicate.fault(on="run", kind="stall")
    async with api.client(person) as client:
        job = (await submit(client, **ONE_VARIANT)).raise_for_status().json()["data"]["id"]
        with api.supabase.connect() as connection:
            with connection.transaction():
                query = "select prediction_id from public.generation_jobs where id = %s"
                ((prediction_id,),) = connection.execute(query, (job,)).fetchall()
                claim = "select outcome from private.claim_job(%s, %s)"
                assert connection.execute(claim, (job, prediction_id)).fetchall() == [("applied",)]
                deletion = asyncio.create_task(asyncio.to_thread(delete_account, api, person.id))
                await until_a_deletion_waits_for_a_lock(api)
                # What only a settled job gets: it needs the profile that the deletion wants.
                fail = "select private.fail_generation('event', %s, %s, 'failed', 'provider_failed')"
                assert connection.execute(fail, (job, prediction_id)).fetchall() == [("applied",)]
            await deletion
    await assert_nothing_left(api, person.id)


async def until_a_deletion_waits_for_a_lock(api: ApiProcess) -> None:
    waiting = "select from pg_stat_activity where wait_event_type = 'Lock' and query like 'delete from auth.users%'"
    with api.supabase.connect() as connection:
        await until(lambda: connection.execute(waiting).fetchall())
