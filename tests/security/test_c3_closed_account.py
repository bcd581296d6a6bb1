"""C3: an account that its owner closed is refused on every path, long before its last row is deleted."""

import pytest

from tests.security.calls import CALLABLE, arguments
from tests.security.catalog import everything
from tests.security.decisions import PUBLIC_TABLES, Access, decided_access
from tests.security.files import bytes_of, keep_photo, new_photo_name
from tests.security.test_b1_folders import OPERATIONS, Operation
from tests.security.test_c3_deleted_account import WISHES, WRITES
from tests.security.victims import Victim
from tests.support.clients.api_rpc import ApiRpc, completion, failure
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser

REFUSED = (401, "account_closed")
OPEN_TO_ALL = {"community_addresses", "community_tags", "list_community"}
READ = sorted(
    {access.table for access in decided_access() if access.role == "authenticated" and access.allows("select")}
    - PUBLIC_TABLES
)


async def close(api_rpc: ApiRpc, person: DatabaseUser) -> None:
    (await api_rpc.guarded("close_account", person, {})).raise_for_status()


@pytest.mark.parametrize("table", READ)
async def test_C3_a_closed_account_reads_nothing_of_its_own(table: str, fresh_victim: Victim, api_rpc: ApiRpc) -> None:
    person = fresh_victim.user
    assert (await person.rest("GET", table)).json() != []

    await close(api_rpc, person)

    answer = await person.rest("GET", table)
    assert (answer.status_code, answer.json()["message"]) == REFUSED
    assert (await person.rest("GET", "plans?id=eq.free")).status_code == 200


@pytest.mark.parametrize(("access", "verb"), WRITES)
async def test_C3_a_closed_account_writes_no_row(
    access: Access, verb: str, fresh_victim: Victim, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    """The owner's own grants are proved by A1."""
    row = fresh_victim.rows[access.table]
    key = "id" if "id" in row else "render_id"
    address = f"{access.table}?{key}=eq.{row[key]}"
    await close(api_rpc, fresh_victim.user)
    before = everything(superuser.connection)

    method, path, body = {
        "insert": ("POST", access.table, {name: row[name] for name in access.columns("insert")}),
        "update": ("PATCH", address, WISHES.get(access.table)),
        "delete": ("DELETE", address, None),
    }[verb]
    answer = await fresh_victim.user.rest(method, path, body)

    assert (answer.status_code, answer.json()["message"]) == REFUSED
    assert everything(superuser.connection) == before


@pytest.mark.parametrize("function", [name for name in CALLABLE if name not in OPEN_TO_ALL])
async def test_C3_a_closed_account_is_refused_by_every_function(
    function: str, fresh_victim: Victim, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    """Even when our API, which may not know yet, proves the call. That the owner is served is proved by A6."""
    person = fresh_victim.user
    job = (await api_rpc.submit(person))["id"]
    await close(api_rpc, person)
    before = everything(superuser.connection)

    answer = await person.rpc(function, arguments(function, api_rpc, person, fresh_victim, job))

    assert (answer.status_code, answer.json()["message"]) == REFUSED
    assert everything(superuser.connection) == before


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
async def test_C3_a_closed_account_reaches_no_file(
    operation: Operation, alice: DatabaseUser, api_rpc: ApiRpc, service_role: DatabaseUser, superuser: Superuser
) -> None:
    """That the owner of an open account reaches them is proved by B1."""
    photo = await keep_photo(alice)
    await close(api_rpc, alice)
    before = everything(superuser.connection)

    for bucket in ("inputs", "renders"):
        for path, own in ((new_photo_name(alice), photo.name), (photo.name, new_photo_name(alice))):
            answer = await operation.run(alice, bucket, path, own)
            assert photo.content not in answer.content
            assert "token=" not in answer.text

    assert everything(superuser.connection) == before
    assert await bytes_of(service_role, photo) == photo.content


async def test_C3_a_share_link_of_a_closed_account_opens_nothing(
    fresh_victim: Victim, api_rpc: ApiRpc, anonymous: DatabaseUser, superuser: Superuser
) -> None:
    token = superuser.value("select private.share_token(%s)", fresh_victim.rows["share_links"]["id"])
    request = {"token": token, "page_size": 10}
    assert (await api_rpc.guarded("open_share", anonymous, request)).json() != []

    await close(api_rpc, fresh_victim.user)

    assert (await api_rpc.guarded("open_share", anonymous, request)).json() == []


async def test_C3_a_late_delivery_for_a_closed_account_makes_nothing(
    alice: DatabaseUser, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    job = (await api_rpc.submit(alice))["id"]
    await close(api_rpc, alice)
    before = superuser.rows("select * from generation_jobs where id = %s", job)

    progress = {"job_id": job, "prediction": "late", "percent": 50, "ready": 0}
    assert (await api_rpc.as_service("record_progress", progress)).json()["outcome"] == "unknown_job"
    done = await api_rpc.as_service("complete_generation", completion(alice.id, job, "late"))
    failed = await api_rpc.as_service("fail_generation", failure(job, "late"))

    assert [done.json(), failed.json()] == ["unknown_job", "unknown_job"]
    assert superuser.rows("select * from generation_jobs where id = %s", job) == before
    assert superuser.rows("select id from renders where owner_id = %s", alice.id) == []


async def test_C3_closing_again_changes_nothing(alice: DatabaseUser, api_rpc: ApiRpc) -> None:
    first = await api_rpc.guarded("close_account", alice, {})
    again = await api_rpc.guarded("close_account", alice, {})

    assert again.raise_for_status().json() == first.raise_for_status().json()


async def test_E4_nothing_of_an_account_is_deleted_while_stripe_has_its_customer(
    fresh_victim: Victim, api_rpc: ApiRpc, anonymous: DatabaseUser, superuser: Superuser
) -> None:
    owner, customer = fresh_victim.user.id, fresh_victim.rows["profiles"]["stripe_customer_id"]
    await close(api_rpc, fresh_victim.user)
    step = {"account_id": owner, "batch": 500}

    assert owner not in (await api_rpc.guarded("closed_accounts", anonymous, {"after": None, "limit": 1000})).json()
    assert (await api_rpc.guarded("delete_closed_account", anonymous, step)).json() == "waiting"
    assert superuser.value("select count(*) from renders where owner_id = %s", owner) == 1

    (await api_rpc.guarded("confirm_customer_removal", anonymous, {"customer_id": customer})).raise_for_status()
    assert owner in (await api_rpc.guarded("closed_accounts", anonymous, {"after": None, "limit": 1000})).json()
    assert (await api_rpc.guarded("delete_closed_account", anonymous, step)).json() == "more"


async def test_C3_an_open_account_is_never_deleted_by_a_step(
    victim: Victim, api_rpc: ApiRpc, anonymous: DatabaseUser, superuser: Superuser
) -> None:
    before = everything(superuser.connection)

    step = await api_rpc.guarded("delete_closed_account", anonymous, {"account_id": victim.user.id, "batch": 500})

    assert step.json() == "gone"
    assert everything(superuser.connection) == before


async def test_E4_a_user_who_is_deleted_in_studio_leaves_the_customer_to_be_removed(
    fresh_victim: Victim, superuser: Superuser
) -> None:
    superuser.run("delete from auth.users where id = %s", fresh_victim.user.id)

    queued = superuser.rows(
        "select customer_id from private.customer_removals where account_id = %s", fresh_victim.user.id
    )
    assert queued == [{"customer_id": fresh_victim.rows["profiles"]["stripe_customer_id"]}]
