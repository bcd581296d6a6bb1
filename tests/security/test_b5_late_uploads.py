"""B5: an upload that began earlier, or by a signed address, ends past the policies. A trigger sees its end."""

import asyncio

import psycopg
import pytest

from tests.security.files import new_photo_name
from tests.security.test_b2_swap import put_signed
from tests.security.test_h1_lock_order import until_blocked
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser
from tests.support.processes.supabase_stack import SupabaseStack

# As Storage completes an upload: past the policies.
STORE = "insert into storage.objects (bucket_id, name, version) values (%s, %s, 'one')"
DELETE = "delete from auth.users where id = %s"
LEFT = "select count(*) from storage.objects where starts_with(name, %s)"
QUEUED = "select count(*) from private.file_changes where starts_with(name, %s)"


@pytest.mark.parametrize("bucket", ["inputs", "renders"])
async def test_B5_a_signed_upload_stores_nothing_for_an_account_that_is_gone(
    bucket: str, alice: DatabaseUser, bob: DatabaseUser, service_role: DatabaseUser, superuser: Superuser
) -> None:
    """Its address lives for two hours and carries no token that could end."""
    people = (alice, bob)
    names = {person.id: new_photo_name(person) for person in people}
    signed = {
        person.id: await (person if bucket == "inputs" else service_role).storage(
            "POST", f"object/upload/sign/{bucket}/{names[person.id]}", {}
        )
        for person in people
    }
    assert all(answer.is_success for answer in signed.values())
    superuser.run(DELETE, alice.id)

    gone, living = [await put_signed(person, bucket, names[person.id], signed[person.id]) for person in people]

    assert (gone.status_code, gone.json()["statusCode"]) == (400, "403")
    assert living.is_success
    assert [superuser.value(LEFT, person.id) for person in people] == [0, 1]


@pytest.mark.parametrize("bucket", ["inputs", "renders"])
async def test_B5_H1_an_upload_that_ends_before_the_deletion_is_removed_with_the_rest(
    bucket: str,
    alice: DatabaseUser,
    supabase: SupabaseStack,
    superuser: Superuser,
    superuser_connection: psycopg.Connection,
) -> None:
    """The deletion waits for it and then sees its file."""

    def delete() -> None:
        with supabase.connect() as connection:
            connection.execute(DELETE.encode(), (alice.id,))

    superuser_connection.autocommit = False
    superuser_connection.execute(STORE, (bucket, new_photo_name(alice)))

    deletion = asyncio.create_task(asyncio.to_thread(delete))
    await until_blocked(superuser, superuser_connection, deletion)
    superuser_connection.commit()

    await deletion
    assert superuser.value(QUEUED, alice.id) == 1


@pytest.mark.parametrize("bucket", ["inputs", "renders"])
async def test_B5_H1_an_upload_that_ends_after_the_deletion_began_stores_nothing(
    bucket: str,
    alice: DatabaseUser,
    service_role: DatabaseUser,
    superuser: Superuser,
    superuser_connection: psycopg.Connection,
) -> None:
    """It waits for the deletion and then finds nobody."""
    superuser_connection.autocommit = False
    superuser_connection.execute(DELETE.encode(), (alice.id,))

    upload = asyncio.create_task(service_role.upload(bucket, new_photo_name(alice)))
    await until_blocked(superuser, superuser_connection, upload)
    superuser_connection.commit()
    answer = await upload

    assert (answer.status_code, answer.json()["statusCode"]) == (400, "403")
    assert superuser.value(LEFT, alice.id) == 0


def test_B5_a_refusal_does_not_tell_which_accounts_there_are(alice: DatabaseUser, superuser: Superuser) -> None:
    """The trigger's error is the one of a policy, word for word."""
    refusals: list[tuple[str | None, str | None]] = []
    for folder in (alice.id, "00000000-0000-4000-8000-000000000000"):
        with superuser.connection.transaction(force_rollback=True):
            superuser.run("set local role anon")
            with pytest.raises(psycopg.Error) as raised:
                superuser.connection.execute(STORE, ("inputs", f"{folder}/a.jpg"))
        refusals.append((raised.value.sqlstate, raised.value.diag.message_primary))
    assert refusals[0] == refusals[1] == ("42501", 'new row violates row-level security policy for table "objects"')
