"""C3: the JWT of a deleted account is good until it expires, at PostgREST and at Storage: it writes nothing."""

import pytest

from tests.security.calls import CALLABLE, arguments
from tests.security.catalog import everything
from tests.security.decisions import PUBLIC_TABLES, Access, decided_access
from tests.security.files import bytes_of, keep_photo, new_photo_name
from tests.security.test_b1_folders import OPERATIONS, Operation
from tests.security.victims import Victim, make_victim
from tests.support.clients.api_rpc import ApiRpc, completion, failure
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser

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


def delete_account(superuser: Superuser, person: DatabaseUser) -> None:
    superuser.run("delete from auth.users where id = %s", person.id)


async def test_C3_nobody_is_found_by_the_token_of_a_deleted_account(fresh_victim: Victim, superuser: Superuser) -> None:
    gone = fresh_victim.user
    tables = [access.table for access in decided_access() if access.role == "authenticated" and access.allows("select")]
    owned = set(tables) - PUBLIC_TABLES
    assert [(await gone.rest("GET", table)).json() for table in sorted(owned)] != [[]] * len(owned)

    delete_account(superuser, gone)

    assert [(await gone.rest("GET", table)).json() for table in sorted(owned)] == [[]] * len(owned)
    assert (await gone.rest("GET", "plans?id=eq.free")).status_code == 200


@pytest.mark.parametrize(("access", "verb"), WRITES)
async def test_C3_a_deleted_account_writes_no_row(
    access: Access, verb: str, fresh_victim: Victim, alice: DatabaseUser, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    """Into what was its own and is gone, and into what is somebody else's. The owner's own grants are proved by A1."""
    gone, living = fresh_victim, await make_victim(alice, api_rpc, superuser)
    delete_account(superuser, gone.user)
    before = everything(superuser.connection)

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
        assert (await gone.user.rest(method, path, body)).status_code in statuses

    assert everything(superuser.connection) == before


@pytest.mark.parametrize("function", CALLABLE)
async def test_C3_a_deleted_account_changes_nothing_by_a_function(
    function: str, fresh_victim: Victim, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    """Even when our API, which may not know yet, proves the call. That the owner is served is proved by A6."""
    gone = fresh_victim.user
    job = (await api_rpc.submit(gone))["id"]
    delete_account(superuser, gone)
    before = everything(superuser.connection)

    answer = await gone.rpc(function, arguments(function, api_rpc, gone, fresh_victim, job))

    assert answer.is_success or answer.is_client_error
    assert everything(superuser.connection) == before


async def test_C3_a_submit_of_a_deleted_account_is_refused_as_such(
    fresh_victim: Victim, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    assert (await api_rpc.reserve(fresh_victim.user)).is_success
    delete_account(superuser, fresh_victim.user)

    refused = await api_rpc.reserve(fresh_victim.user)

    assert (refused.status_code, refused.json()["message"]) == (401, "account_gone")


async def test_C3_a_late_delivery_for_a_deleted_account_makes_nothing(
    alice: DatabaseUser, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    job = (await api_rpc.submit(alice))["id"]
    delete_account(superuser, alice)

    progress = {"job_id": job, "prediction": "late", "percent": 50, "ready": 0}
    assert (await api_rpc.as_service("record_progress", progress)).json()["outcome"] == "unknown_job"
    done = await api_rpc.as_service("complete_generation", completion(alice.id, job, "late"))
    failed = await api_rpc.as_service("fail_generation", failure(job, "late"))

    assert [done.json(), failed.json()] == ["unknown_job", "unknown_job"]
    for table in ("renders", "render_variants", "generation_jobs", "usage_ledger"):
        assert superuser.value(f"select count(*) from {table} where owner_id = %s", alice.id) == 0


@pytest.mark.parametrize("operation", STORING.values(), ids=STORING)
async def test_C3_a_deleted_account_stores_no_file(
    operation: Operation, alice: DatabaseUser, service_role: DatabaseUser, superuser: Superuser
) -> None:
    """Until the webhooks have removed them its own files can still be read and deleted: nothing is added or changed."""
    photo = await keep_photo(alice)
    delete_account(superuser, alice)
    before = everything(superuser.connection)

    for bucket in ("inputs", "renders"):
        for path, own in ((new_photo_name(alice), photo.name), (photo.name, new_photo_name(alice))):
            assert (await operation.run(alice, bucket, path, own)).status_code in {400, 403, 404}

    assert everything(superuser.connection) == before
    assert await bytes_of(service_role, photo) == photo.content
