"""H1: who deletes what a run refers to and who settles the run take the same locks in the same order: no deadlock, and
whoever comes second sees what the first one did."""

import asyncio
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.actors import Actor, Api, completion
from tests.security.conftest import Database

REFERENCES = {"collection_id": "collections", "source_variant_id": "render_variants"}


async def held_up(database: Database, first: psycopg.Connection, act: asyncio.Task[httpx.Response]) -> None:
    """Wait until an act waits for the transaction that `first` has open."""
    waiting = "select from pg_stat_activity where %s = any (pg_blocking_pids(pid))"
    async with asyncio.timeout(20):
        while not database.rows(waiting, first.info.backend_pid):
            assert not act.done(), act.result().text
            await asyncio.sleep(0.02)


async def referred(api: Api, person: Actor, field: str) -> str:
    """Something that a run can refer to by that field."""
    if field == "source_variant_id":
        return (await api.render(person, variants=2)).variant_ids[0]
    answer = await person.rest("POST", "collections", {"name": "Ideas"}, prefer="return=representation")
    return answer.raise_for_status().json()[0]["id"]


@pytest.mark.parametrize("field", REFERENCES)
async def test_H1_a_delivery_outlives_the_deletion_of_what_it_refers_to(
    field: str, api: Api, alice: Actor, database: Database, stack_connection: psycopg.Connection
) -> None:
    named = await referred(api, alice, field)
    job = (await api.submit(alice, **{field: named}))["id"]
    arguments = completion(alice.id, job, uuid4().hex)

    stack_connection.autocommit = False
    # What a deletion does first, before it takes itself out of the jobs.
    stack_connection.execute(f"select from {REFERENCES[field]} where id = %s for update".encode(), (named,))
    delivery = asyncio.create_task(api.as_service("complete_generation", arguments))
    await held_up(database, stack_connection, delivery)
    stack_connection.execute(f"delete from {REFERENCES[field]} where id = %s".encode(), (named,))
    stack_connection.commit()
    answer = await delivery

    assert (answer.status_code, answer.json()) == (200, "applied")
    (render,) = database.rows("select id, source_variant_id from renders where job_id = %s", job)
    assert render["source_variant_id"] is None
    assert database.rows("select from collection_items where render_id = %s", render["id"]) == []


@pytest.mark.parametrize(
    ("field", "refusal"), [("source_variant_id", "input_not_found"), ("collection_id", "collection_not_found")]
)
async def test_H1_a_submit_finds_gone_what_is_being_deleted(
    field: str, refusal: str, api: Api, alice: Actor, database: Database, stack_connection: psycopg.Connection
) -> None:
    named = await referred(api, alice, field)
    stack_connection.autocommit = False
    stack_connection.execute(f"delete from {REFERENCES[field]} where id = %s".encode(), (named,))

    submit = asyncio.create_task(api.reserve(alice, **{field: named}))
    await held_up(database, stack_connection, submit)
    stack_connection.commit()
    answer = await submit

    assert (answer.status_code, answer.json()["message"]) == (404, refusal)
    assert (await api.reserve(alice)).is_success
