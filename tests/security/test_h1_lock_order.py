"""H1: who uses what another one is deleting takes the same locks in the same order: no deadlock, and whoever comes
second sees what the first one did."""

import asyncio
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.support.clients.api_rpc import ApiRpc, completion
from tests.support.clients.database_user import DatabaseUser, Row
from tests.support.clients.superuser import Superuser
from tests.support.waiting import until

RESTORE = "update renders set deleted_at = null where id = %s"
REFERENCES = {"collection_id": "collections", "source_variant_id": "render_variants"}


async def until_blocked(
    superuser: Superuser, first: psycopg.Connection, act: asyncio.Task[httpx.Response] | asyncio.Task[None]
) -> None:
    """Wait until an act waits for a lock of the transaction that `first` has open."""
    waiting = "select from pg_stat_activity where %s = any (pg_blocking_pids(pid))"

    def look() -> bool:
        assert not act.done(), act.result()
        return superuser.rows(waiting, first.info.backend_pid) != []

    await until(look)


async def referred(api_rpc: ApiRpc, person: DatabaseUser, field: str) -> str:
    """Something that a run can refer to by that field."""
    if field == "source_variant_id":
        return (await api_rpc.render(person, variants=2)).variant_ids[0]
    answer = await person.rest("POST", "collections", {"name": "Ideas"}, prefer="return=representation")
    return answer.raise_for_status().json()[0]["id"]


@pytest.mark.parametrize("field", REFERENCES)
async def test_H1_a_delivery_outlives_the_deletion_of_what_it_refers_to(
    field: str, api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser, superuser_connection: psycopg.Connection
) -> None:
    named = await referred(api_rpc, alice, field)
    job = (await api_rpc.submit(alice, **{field: named}))["id"]
    arguments = completion(alice.id, job, uuid4().hex)

    superuser_connection.autocommit = False
    # What a deletion does first, before it takes itself out of the jobs.
    superuser_connection.execute(f"select from {REFERENCES[field]} where id = %s for update".encode(), (named,))
    delivery = asyncio.create_task(api_rpc.as_service("complete_generation", arguments))
    await until_blocked(superuser, superuser_connection, delivery)
    superuser_connection.execute(f"delete from {REFERENCES[field]} where id = %s".encode(), (named,))
    superuser_connection.commit()
    answer = await delivery

    assert (answer.status_code, answer.json()) == (200, "applied")
    (render,) = superuser.rows("select id, source_variant_id from renders where job_id = %s", job)
    assert render["source_variant_id"] is None
    assert superuser.rows("select from collection_items where render_id = %s", render["id"]) == []


@pytest.mark.parametrize(
    ("field", "refusal"), [("source_variant_id", "input_not_found"), ("collection_id", "collection_not_found")]
)
async def test_H1_a_submit_finds_gone_what_is_being_deleted(
    field: str,
    refusal: str,
    api_rpc: ApiRpc,
    alice: DatabaseUser,
    superuser: Superuser,
    superuser_connection: psycopg.Connection,
) -> None:
    named = await referred(api_rpc, alice, field)
    superuser_connection.autocommit = False
    superuser_connection.execute(f"delete from {REFERENCES[field]} where id = %s".encode(), (named,))

    submit = asyncio.create_task(api_rpc.reserve(alice, **{field: named}))
    await until_blocked(superuser, superuser_connection, submit)
    superuser_connection.commit()
    answer = await submit

    assert (answer.status_code, answer.json()["message"]) == (404, refusal)
    assert (await api_rpc.reserve(alice)).is_success


async def test_H1_what_is_collected_while_it_is_deleted_is_left_out(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser, superuser_connection: psycopg.Connection
) -> None:
    kept, gone = (await api_rpc.render(alice)).id, (await api_rpc.render(alice)).id
    superuser_connection.autocommit = False
    superuser_connection.execute("delete from renders where id = %s", (gone,))

    collecting = asyncio.create_task(alice.rpc("change_renders", {"filter": {}, "action": "collect"}))
    await until_blocked(superuser, superuser_connection, collecting)
    superuser_connection.commit()
    answer = await collecting

    assert (answer.status_code, answer.json()["changed"]) == (200, 1), answer.text
    items = superuser.rows("select render_id from collection_items where owner_id = %s", alice.id)
    assert [str(item["render_id"]) for item in items] == [kept]


@pytest.mark.parametrize("action", ["collect", "uncollect"])
async def test_H1_a_collection_that_is_being_deleted_is_gone_for_a_change(
    action: str, api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser, superuser_connection: psycopg.Connection
) -> None:
    render, collection = (await api_rpc.render(alice)).id, await referred(api_rpc, alice, "collection_id")
    superuser_connection.autocommit = False
    superuser_connection.execute("delete from collections where id = %s", (collection,))

    change = {"filter": {"ids": [render]}, "action": action, "collection": collection}
    changing = asyncio.create_task(alice.rpc("change_renders", change))
    await until_blocked(superuser, superuser_connection, changing)
    superuser_connection.commit()
    answer = await changing

    assert (answer.status_code, answer.json()["message"]) == (404, "collection_not_found")


async def trashed(api_rpc: ApiRpc, person: DatabaseUser) -> str:
    """A render in their trash."""
    render = (await api_rpc.render(person)).id
    answer = await person.rpc("change_renders", {"filter": {"ids": [render]}, "action": "trash"})
    assert answer.json()["changed"] == 1
    return render


def renders_of(superuser: Superuser, person: DatabaseUser) -> list[str]:
    """The ids of what they made."""
    return [str(row["id"]) for row in superuser.rows("select id from renders where owner_id = %s", person.id)]


async def test_H1_a_purge_leaves_what_is_being_restored(
    api_rpc: ApiRpc,
    alice: DatabaseUser,
    anonymous: DatabaseUser,
    superuser: Superuser,
    superuser_connection: psycopg.Connection,
) -> None:
    restored, _ = await trashed(api_rpc, alice), await trashed(api_rpc, alice)
    superuser_connection.autocommit = False
    superuser_connection.execute(RESTORE, (restored,))

    # It waits for nobody.
    answer = await api_rpc.guarded("purge_trash", anonymous, {"days": 0, "limit": 1000})

    assert answer.json() >= 1
    superuser_connection.commit()
    assert renders_of(superuser, alice) == [restored]


async def test_H1_emptying_the_trash_leaves_what_was_restored_meanwhile(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser, superuser_connection: psycopg.Connection
) -> None:
    restored, _ = await trashed(api_rpc, alice), await trashed(api_rpc, alice)
    superuser_connection.autocommit = False
    superuser_connection.execute(RESTORE, (restored,))

    emptying = asyncio.create_task(alice.rpc("delete_trashed_renders", {"filter": {}}))
    await until_blocked(superuser, superuser_connection, emptying)
    superuser_connection.commit()

    assert (await emptying).json() == 1
    assert renders_of(superuser, alice) == [restored]


async def test_H1_of_two_who_delete_the_last_two_variants_one_is_refused(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    for _ in range(5):
        render = await api_rpc.render(alice, variants=2)
        answers = await asyncio.gather(
            *(alice.rpc("delete_variant", {"variant": variant}) for variant in render.variant_ids)
        )
        assert sorted(answer.status_code for answer in answers) == [204, 409]
        (left,) = superuser.rows("select id from render_variants where render_id = %s", render.id)
        assert superuser.value("select cover_variant_id from renders where id = %s", render.id) == left["id"]


async def test_H1_a_move_locks_its_collection_and_no_other_item(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser, superuser_connection: psycopg.Connection
) -> None:
    first, second = (await api_rpc.render(alice)).id, (await api_rpc.render(alice)).id
    collect: Row = {"filter": {}, "action": "collect"}
    assert (await alice.rpc("change_renders", collect)).json()["changed"] == 2
    favorites = str(superuser.value("select id from collections where owner_id = %s", alice.id))

    superuser_connection.autocommit = False
    move = "select public.move_collection_item(%s, %s, null)"
    superuser_connection.execute(move.encode(), (favorites, first))
    # The other item is free.
    item = f"collection_items?collection_id=eq.{favorites}&render_id=eq.{second}"
    assert (await alice.rest("PATCH", item, {"position": 5})).status_code == 204
    # What puts in and takes out, and another move, wait.
    waiters: list[tuple[str, Row]] = [
        ("change_renders", {"filter": {"ids": [second]}, "action": "uncollect"}),
        ("change_renders", collect),
        ("move_collection_item", {"collection": favorites, "render": first, "after": None}),
    ]
    for name, arguments in waiters:
        waiting = asyncio.create_task(alice.rpc(name, arguments))
        await until_blocked(superuser, superuser_connection, waiting)
        superuser_connection.commit()
        assert (await waiting).status_code < 300
        superuser_connection.execute(move.encode(), (favorites, first))
    superuser_connection.rollback()
