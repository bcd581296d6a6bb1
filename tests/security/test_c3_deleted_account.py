"""C3: the JWT of a deleted account is good until it expires, at PostgREST and at Storage: it writes nothing."""

import pytest

from tests.security.calls import CALLABLE, arguments
from tests.security.catalog import everything
from tests.security.conftest import Database, Victim, make_victim
from tests.security.decisions import PUBLIC_TABLES, Access, decided_access
from tests.security.files import bytes_of, keep_photo, new_photo_name
from tests.security.test_b1_folders import OPERATIONS, Operation
from tests.support.clients.database_client import Actor, Api, completion, failure

WRITES = [
    pytest.param(access, verb, id=f"{verb} {access.table}")
    for access in decided_access()
    for verb in ("insert", "update", "delete")
    if access.role == "authenticated" and access.allows(verb)
]
STORING = {name: operation for name, operation in OPERATIONS.items() if operation.stores}
WISHES = {
    "collection_items": {"position": 7},
    "collections": {"name": "After the end"},
    "renders": {"title": "After the end"},
    "share_links": {"revoked_at": "2026-01-01"},
}


def delete_account(database: Database, person: Actor) -> None:
    database.run("delete from auth.users where id = %s", person.id)


async def test_C3_nobody_is_found_by_the_token_of_a_deleted_account(fresh_victim: Victim, database: Database) -> None:
    gone = fresh_victim.actor
    tables = [access.table for access in decided_access() if access.role == "authenticated" and access.allows("select")]
    owned = set(tables) - PUBLIC_TABLES
    assert [(await gone.rest("GET", table)).json() for table in sorted(owned)] != [[]] * len(owned)

    delete_account(database, gone)

    assert [(await gone.rest("GET", table)).json() for table in sorted(owned)] == [[]] * len(owned)
    assert (await gone.rest("GET", "plans?id=eq.free")).status_code == 200


@pytest.mark.parametrize(("access", "verb"), WRITES)
async def test_C3_a_deleted_account_writes_no_row(
    access: Access, verb: str, fresh_victim: Victim, alice: Actor, api: Api, database: Database
) -> None:
    """Into what was its own and is gone, and into what is somebody else's. The owner's own grants are proved by A1."""
    gone, living = fresh_victim, await make_victim(alice, api, database)
    delete_account(database, gone.actor)
    before = everything(database.connection)

    for whose in (gone, living):
        row = whose.rows[access.table]
        key = "id" if "id" in row else "render_id"
        address = f"{access.table}?{key}=eq.{row[key]}"
        method, path, body, statuses = {
            "insert": ("POST", access.table, {name: row[name] for name in access.columns("insert")}, {403, 409}),
            "update": ("PATCH", address, WISHES.get(access.table), {204}),
            "delete": ("DELETE", address, None, {204}),
        }[verb]
        # An update or delete of what one does not see is no error: it reaches no row.
        assert (await gone.actor.rest(method, path, body)).status_code in statuses

    assert everything(database.connection) == before


@pytest.mark.parametrize("function", CALLABLE)
async def test_C3_a_deleted_account_changes_nothing_by_a_function(
    function: str, fresh_victim: Victim, api: Api, database: Database
) -> None:
    """Even when our API, which may not know yet, proves the call. That the owner is served is proved by A6."""
    gone = fresh_victim.actor
    job = (await api.submit(gone))["id"]
    delete_account(database, gone)
    before = everything(database.connection)

    answer = await gone.rpc(function, arguments(function, api, gone, fresh_victim, job))

    assert answer.is_success or answer.is_client_error
    assert everything(database.connection) == before


async def test_C3_a_submit_of_a_deleted_account_is_refused_as_such(
    fresh_victim: Victim, api: Api, database: Database
) -> None:
    assert (await api.reserve(fresh_victim.actor)).is_success
    delete_account(database, fresh_victim.actor)

    refused = await api.reserve(fresh_victim.actor)

    assert (refused.status_code, refused.json()["message"]) == (401, "account_gone")


async def test_C3_a_late_delivery_for_a_deleted_account_makes_nothing(
    alice: Actor, api: Api, database: Database
) -> None:
    job = (await api.submit(alice))["id"]
    delete_account(database, alice)

    progress = {"job_id": job, "prediction": "late", "percent": 50, "ready": 0}
    assert (await api.as_service("record_progress", progress)).json()["outcome"] == "unknown_job"
    done = await api.as_service("complete_generation", completion(alice.id, job, "late"))
    failed = await api.as_service("fail_generation", failure(job, "late"))

    assert [done.json(), failed.json()] == ["unknown_job", "unknown_job"]
    for table in ("renders", "render_variants", "generation_jobs", "usage_ledger"):
        assert database.value(f"select count(*) from {table} where owner_id = %s", alice.id) == 0


@pytest.mark.parametrize("operation", STORING.values(), ids=STORING)
async def test_C3_a_deleted_account_stores_no_file(
    operation: Operation, alice: Actor, webhooks: Actor, database: Database
) -> None:
    """Until the webhooks have removed them its own files can still be read and deleted: nothing is added or changed."""
    photo = await keep_photo(alice)
    delete_account(database, alice)
    before = everything(database.connection)

    for bucket in ("inputs", "renders"):
        for path, own in ((new_photo_name(alice), photo.name), (photo.name, new_photo_name(alice))):
            assert (await operation.run(alice, bucket, path, own)).status_code in {400, 403, 404}

    assert everything(database.connection) == before
    assert await bytes_of(webhooks, photo) == photo.content
