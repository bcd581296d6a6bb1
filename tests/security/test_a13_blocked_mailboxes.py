"""A13: a block is one of the mailbox. Neither another sign-up, nor another account, nor another address ends it, and
nothing is sold to who is blocked; what they bought they can still end."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import httpx
import psycopg
import pytest

from libs.errors import ErrorCode
from tests.security.mailboxes import DELETIONS, Delete, sign_up_as
from tests.support.billing import buy_plan, open_checkout, open_portal, profile, running_shop, submit_form
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.api_user import ApiUser, assert_refused, signed_in
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser
from tests.support.processes.api import ApiProcess
from tests.support.processes.stripe import StripeProcess
from tests.support.processes.supabase_stack import SupabaseStack
from tests.support.waiting import until

REASON = "Three of your pictures were reported as illegal."


@pytest.fixture
def name() -> str:
    """The name of a mailbox that nobody has."""
    return f"ada{uuid4().hex[:12]}"


def block(superuser: Superuser, account: str) -> None:
    superuser.run("select private.block(%s, %s)", account, REASON)


async def block_of(person: DatabaseUser) -> str | None:
    """The reason that a person reads, if they are blocked."""
    found = (await person.rpc("my_usage", {})).raise_for_status().json()["block"]
    return found and found["reason"]


@pytest.mark.parametrize("delete", DELETIONS)
async def test_A13_a_block_does_not_end_with_a_deletion_and_another_sign_up(
    delete: Delete,
    name: str,
    supabase: SupabaseStack,
    http: httpx.AsyncClient,
    api_rpc: ApiRpc,
    bob: DatabaseUser,
    superuser: Superuser,
) -> None:
    person = await sign_up_as(f"{name}@example.com", supabase, http)
    block(superuser, person.id)
    for tag in ("", "+again", "+once.more"):
        await delete(person, api_rpc, superuser)
        person = await sign_up_as(f"{name}{tag}@example.com", supabase, http)
        refused = await api_rpc.reserve(person)
        assert (refused.status_code, refused.json()["message"]) == (403, "account_blocked")
        assert await block_of(person) == REASON
    assert (await api_rpc.reserve(bob)).is_success

    # An operator ends it, for good.
    assert superuser.value("select private.unblock(%s)", person.id) == "the block is over"
    assert (await api_rpc.reserve(person)).is_success
    await delete(person, api_rpc, superuser)
    assert await block_of(await sign_up_as(f"{name}@example.com", supabase, http)) is None


async def test_A13_a_block_is_ended_by_the_id_of_an_account_that_is_gone(
    name: str, supabase: SupabaseStack, http: httpx.AsyncClient, superuser: Superuser
) -> None:
    person = await sign_up_as(f"{name}@example.com", supabase, http)
    block(superuser, person.id)
    superuser.run("delete from auth.users where id = %s", person.id)

    assert superuser.value("select private.unblock(%s)", person.id) == "the block is over"

    assert superuser.value("select private.unblock(%s)", person.id) == "this account was not blocked"
    assert await block_of(await sign_up_as(f"{name}@example.com", supabase, http)) is None


async def test_A13_all_accounts_of_the_mailbox_are_blocked_and_no_other_of_its_domain(
    name: str, supabase: SupabaseStack, http: httpx.AsyncClient, superuser: Superuser
) -> None:
    one, two, other = [
        await sign_up_as(f"{local}@example.com", supabase, http) for local in (name, f"{name}+two", f"b{name}")
    ]
    block(superuser, two.id)
    assert [await block_of(person) for person in (one, two, other)] == [REASON, REASON, None]
    superuser.run("select private.unblock(%s)", one.id)
    assert [await block_of(person) for person in (one, two, other)] == [None, None, None]


async def test_A13_a_change_of_address_takes_the_block_along_and_leaves_it_behind(
    name: str, supabase: SupabaseStack, http: httpx.AsyncClient, superuser: Superuser
) -> None:
    old, new = f"{name}@example.com", f"{name}@example.org"
    person = await sign_up_as(old, supabase, http)
    block(superuser, person.id)
    superuser.run("update auth.users set email = %s where id = %s", new, person.id)

    again = await sign_up_as(old, supabase, http)
    superuser.run("delete from auth.users where id = %s", person.id)
    once_more = await sign_up_as(new, supabase, http)

    assert [await block_of(one) for one in (again, once_more)] == [REASON, REASON]


async def test_A13_a_new_key_of_the_mailboxes_keeps_the_blocks_of_accounts_that_are_there(
    name: str, supabase: SupabaseStack, http: httpx.AsyncClient, superuser: Superuser
) -> None:
    person = await sign_up_as(f"{name}@example.com", supabase, http)
    block(superuser, person.id)

    superuser.run("select private.renew_mailbox_key()")

    superuser.run("delete from auth.users where id = %s", person.id)
    assert await block_of(await sign_up_as(f"{name}@example.com", supabase, http)) == REASON


async def test_A13_who_signs_up_while_the_mailbox_is_being_blocked_is_blocked(
    name: str,
    supabase: SupabaseStack,
    http: httpx.AsyncClient,
    superuser: Superuser,
    superuser_connection: psycopg.Connection,
) -> None:
    person = await sign_up_as(f"{name}@example.com", supabase, http)
    superuser_connection.autocommit = False
    superuser_connection.execute("select private.block(%s, %s)", (person.id, REASON))
    signing_up = asyncio.create_task(sign_up_as(f"{name}+two@example.com", supabase, http))
    waiting = "select from pg_stat_activity where %s = any (pg_blocking_pids(pid))"
    await until(lambda: superuser.rows(waiting, superuser_connection.info.backend_pid))
    superuser_connection.commit()

    assert await block_of(await signing_up) == REASON


# ---- Nothing is sold, and what was bought can be ended


@pytest.fixture(scope="module")
def shop(api: ApiProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StripeProcess, ApiProcess]]:
    with running_shop(tmp_path_factory.mktemp("shop"), api) as shop:
        yield shop


@pytest.fixture
async def buyer(shop: tuple[StripeProcess, ApiProcess]) -> AsyncIterator[ApiUser]:
    async with signed_in(shop[1], "alice") as user:
        yield user


async def test_A13_a_blocked_person_cannot_start_a_checkout(
    buyer: ApiUser, supabase: SupabaseStack, superuser: Superuser
) -> None:
    block(superuser, buyer.id)

    refused = await buyer.client.post("/billing/checkout", json={"plan_id": "pro", "interval": "month"})

    assert_refused(refused, ErrorCode.ACCOUNT_BLOCKED)
    assert profile(supabase, buyer)["stripe_customer_id"] is None
    superuser.run("select private.unblock(%s)", buyer.id)
    assert await open_checkout(buyer)


async def test_A13_a_blocked_person_can_still_cancel_the_plan_and_delete_the_account(
    buyer: ApiUser, shop: tuple[StripeProcess, ApiProcess], superuser: Superuser
) -> None:
    await buy_plan(buyer)
    customer = profile(shop[1].supabase, buyer)["stripe_customer_id"]
    block(superuser, buyer.id)

    await submit_form(await open_portal(buyer), action="cancel")

    async def ends() -> bool:
        return (await buyer.client.get("/billing")).raise_for_status().json()["data"]["ends_at"] is not None

    await until(ends)
    assert (await buyer.client.delete("/me")).is_success
    await until(lambda: shop[0].subscriptions(customer, "active"), lambda found: found == [])
