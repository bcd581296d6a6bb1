"""A10, A11: what follows a mailbox beside its free credits: runs that were given back today, and until when."""

from uuid import uuid4

import httpx
import pytest

from libs.app_config.runtime import PLANS
from tests.security.mailboxes import DELETIONS, FREE, Delete, sign_up_as, usage_of
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser, anonymous_user
from tests.support.clients.superuser import Superuser
from tests.support.processes.supabase_stack import SupabaseStack

BOUND = PLANS[0].daily_given_back


async def given_back(person: DatabaseUser) -> int:
    return (await person.rpc("my_usage", {})).raise_for_status().json()["given_back"]["count"]


@pytest.fixture
def email() -> str:
    """An address that nobody has."""
    return f"ada{uuid4().hex[:12]}@example.com"


@pytest.mark.parametrize("delete", DELETIONS)
async def test_A10_deletions_bring_no_more_than_a_days_bound_of_runs_that_are_given_back(
    delete: Delete, email: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    answers: list[int] = []
    for round_ in range(3):
        person = await sign_up_as(email, supabase, http)
        assert await given_back(person) == min(round_ * (BOUND - 2), BOUND)
        answers += [(await api_rpc.end_run(person, "canceled", "canceled")).status_code for _ in range(BOUND - 2)]
        await delete(person, api_rpc, superuser)

    assert answers == [200] * BOUND + [429] * (3 * (BOUND - 2) - BOUND)
    # The free credits came back each time, and the day after everything is as on the first.
    again = await sign_up_as(email, supabase, http)
    assert (await usage_of(again))[0] == 0
    superuser.run("update private.carried_usage set given_back_on = given_back_on - 1")
    assert await given_back(again) == 0
    assert (await api_rpc.reserve(again)).status_code == 200


@pytest.mark.parametrize("batch", [1, 3])
async def test_A11_a_large_account_that_is_deleted_in_batches_takes_what_it_used_along_at_once(
    batch: int, email: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    """Another account of the mailbox looks on while the rows go, of which each batch has some of the ledger's."""
    person = await sign_up_as(email, supabase, http)
    other = await sign_up_as(email.replace("@", "+other@"), supabase, http)
    for _ in range(10):
        await api_rpc.render(person)
    await api_rpc.end_run(person, "canceled", "canceled")
    (await api_rpc.guarded("close_account", person, {})).raise_for_status()
    anonymous = anonymous_user(supabase, http)
    states: list[str] = []
    while "gone" not in states:
        assert (await usage_of(other), await given_back(other)) == ((10, FREE), 1)
        step = {"account_id": person.id, "batch": batch}
        states.append((await api_rpc.guarded("delete_closed_account", anonymous, step)).raise_for_status().json())
        # The files of the renders, which Storage does not have.
        superuser.run("delete from private.file_changes where starts_with(name, %s)", person.id)

    assert states.count("more") >= 11 // batch
    again = await sign_up_as(email, supabase, http)
    assert (await usage_of(again), await given_back(again)) == ((10, FREE), 1)


async def test_A10_accounts_of_one_mailbox_share_the_days_bound(
    email: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, bob: DatabaseUser
) -> None:
    one = await sign_up_as(email, supabase, http)
    two = await sign_up_as(email.replace("@", "+two@"), supabase, http)
    for _ in range(BOUND):
        await api_rpc.end_run(one, "failed", "safety_blocked")

    refused = await api_rpc.reserve(two)

    assert (refused.status_code, refused.json()["message"]) == (429, "too_many_given_back")
    assert (await api_rpc.reserve(bob)).status_code == 200


async def test_A10_a_change_of_address_takes_what_was_given_back_along_and_leaves_it_behind(
    email: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    person = await sign_up_as(email, supabase, http)
    await api_rpc.end_run(person, "canceled", "canceled")
    change = "update auth.users set email = %s where id = %s"
    superuser.run(change, f"new-{email}", person.id)
    assert await given_back(person) == 1
    assert await given_back(await sign_up_as(email.replace("@", "+two@"), supabase, http)) == 1

    # Back again, and once more away: nothing counts twice.
    superuser.run(change, email, person.id)
    assert await given_back(person) == 1
    await api_rpc.end_run(person, "canceled", "canceled")
    superuser.run(change, f"third-{email}", person.id)
    assert await given_back(await sign_up_as(email, supabase, http)) == 2


async def test_A11_what_was_carried_over_is_purged_when_the_month_has_ended(
    email: str,
    supabase: SupabaseStack,
    http: httpx.AsyncClient,
    anonymous: DatabaseUser,
    api_rpc: ApiRpc,
    superuser: Superuser,
) -> None:
    person = await sign_up_as(email, supabase, http)
    await api_rpc.submit(person)
    superuser.run("delete from auth.users where id = %s", person.id)
    count = "select count(*) from private.carried_usage where account_id = %s"

    assert (await api_rpc.guarded("purge_carried_usage", anonymous, {})).is_success
    assert superuser.value(count, person.id) == 1
    superuser.run(
        "update private.carried_usage set month = month - interval '1 month', month_ends = now() where account_id = %s",
        person.id,
    )
    assert (await usage_of(await sign_up_as(email, supabase, http)))[0] == 0
    assert (await api_rpc.guarded("purge_carried_usage", anonymous, {})).json() >= 1
    assert superuser.value(count, person.id) == 0
