"""What complete_generation() writes beside a run's pictures."""

from datetime import timedelta
from uuid import uuid4

import psycopg

from tests.support.clients.api_rpc import completion
from tests.support.clients.api_user import ApiUser
from tests.support.clients.database_calls import call_as
from tests.support.factories import Draft, JobRow, add_renders, insert
from tests.support.processes.api import ApiProcess

EXPECTED = 4  # seconds


def complete(
    connection: psycopg.Connection,
    owner: str,
    collection: str | None = None,
    took: timedelta = timedelta(seconds=5),
) -> str:
    """A job that was submitted this long ago by the database's clock and succeeds now; returns its render's id."""
    row = connection.execute("select now()").fetchone()
    assert row
    job = JobRow(
        owner_id=owner,
        status="processing",
        prediction_id=uuid4().hex,
        collection_id=collection,
        expected_seconds=EXPECTED,
        created_at=row[0] - took,
    )
    insert(connection, [job])
    arguments = completion(owner, str(job.id), job.prediction_id or "")
    assert call_as(connection, "service_role", "", "complete_generation", arguments) == "applied"
    render = connection.execute("select id from renders where job_id = %s", [job.id]).fetchone()
    assert render
    return str(render[0])


async def test_what_a_run_puts_into_a_collection_comes_last(api: ApiProcess, alice: ApiUser) -> None:
    collection = (await alice.client.post("/collections", json={"name": "Ideas"})).json()["data"]["id"]
    with api.supabase.connect() as connection:
        expected = [str(render) for render in add_renders(connection, alice.id, [Draft(), Draft()])]
        for render in expected:
            (await alice.client.put(f"/collections/{collection}/items/{render}")).raise_for_status()
        expected += [complete(connection, alice.id, collection) for _ in range(5)]

    parameters = {"collection_id": collection, "sort": "manual"}
    shown = (await alice.client.get("/renders", params=parameters)).raise_for_status().json()["data"]

    assert [card["id"] for card in shown] == expected


async def test_a_run_settled_long_after_its_end_teaches_nothing(api: ApiProcess, alice: ApiUser) -> None:
    """As after an outage: others would be told to wait as long."""
    with api.supabase.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute("delete from preset_timings where preset_id = 'graphic-poster'")
        seconds = "select seconds from preset_timings where preset_id = 'graphic-poster'"
        complete(connection, alice.id, took=timedelta(hours=6))
        assert connection.execute(seconds).fetchone() == (3 * EXPECTED,)
        complete(connection, alice.id, took=timedelta(seconds=6))
        assert connection.execute(seconds).fetchone() == (9,)
