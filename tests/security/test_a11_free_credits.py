"""A11: free credits belong to a mailbox. Deleting the account, another spelling and another address bring no second
helping, and nobody else is touched."""

import asyncio
import hashlib
import hmac
from collections import Counter
from uuid import uuid4

import httpx
import pytest

from libs.repositories.proof import INNER_PAD
from tests.security.mailboxes import DELETIONS, FREE, Delete, sign_up_as, usage_of
from tests.support.clients.api_rpc import ApiRpc, failure
from tests.support.clients.database_user import DatabaseUser, Row
from tests.support.clients.superuser import Superuser
from tests.support.processes.supabase_stack import SupabaseStack

TEN_CREDITS = "ten-credits"


@pytest.fixture(scope="session", autouse=True)
def ten_credits(superuser: Superuser) -> None:
    superuser.run("insert into presets (id, credits, max_variants) values (%s, 10, 4)", TEN_CREDITS)
    superuser.run("insert into private.preset_costs values (%s, 0.001)", TEN_CREDITS)


@pytest.fixture
def name() -> str:
    """The name of a mailbox that nobody has."""
    return f"ada{uuid4().hex[:12]}"


async def use_ten(api_rpc: ApiRpc, person: DatabaseUser) -> Row:
    return await api_rpc.submit(person, preset_id=TEN_CREDITS)


def free_slot(superuser: Superuser, person: DatabaseUser) -> None:
    """The run of a person ends; its debit stays."""
    superuser.run("update generation_jobs set status = 'succeeded' where owner_id = %s", person.id)


# ---- Deletion


@pytest.mark.parametrize("delete", DELETIONS)
async def test_A11_five_deletions_bring_no_more_than_one_month_of_credits(
    delete: Delete, name: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser
) -> None:

    email = f"{name}@example.com"
    answers: list[int] = []
    seen: list[tuple[int, int]] = []
    for _ in range(5):
        person = await sign_up_as(email, supabase, http)
        seen.append(await usage_of(person))
        answers.append((await api_rpc.reserve(person, preset_id=TEN_CREDITS)).status_code)
        await delete(person, api_rpc, superuser)

    assert seen == [(0, FREE), (10, FREE), (20, FREE), (30, FREE), (40, FREE)]
    assert answers == [200, 200, 200, 200, 402]


async def test_A11_the_refusal_says_that_another_account_used_them(
    name: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    first = await sign_up_as(f"{name}@example.com", supabase, http)
    for _ in range(4):
        await use_ten(api_rpc, first)
        free_slot(superuser, first)
    second = await sign_up_as(f"{name}+again@example.com", supabase, http)

    refused = await api_rpc.reserve(second)

    assert refused.status_code == 402
    assert '"used_elsewhere": 40' in refused.json()["details"]


async def test_A11_what_came_back_is_not_carried_over(
    name: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    email = f"{name}@example.com"
    person = await sign_up_as(email, supabase, http)
    job = (await use_ten(api_rpc, person))["id"]
    assert (await api_rpc.as_service("fail_generation", failure(job, f"run-{job}"))).json() == "applied"
    await use_ten(api_rpc, person)
    superuser.run("delete from auth.users where id = %s", person.id)

    assert await usage_of(await sign_up_as(email, supabase, http)) == (10, FREE)


async def test_A11_what_was_paid_for_is_not_carried_over(
    name: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    email = f"{name}@example.com"
    person = await sign_up_as(email, supabase, http)
    await use_ten(api_rpc, person)
    free_slot(superuser, person)
    superuser.grant_cap(person, 100)
    await use_ten(api_rpc, person)
    superuser.run("delete from auth.users where id = %s", person.id)

    assert await usage_of(await sign_up_as(email, supabase, http)) == (10, FREE)


# ---- Spellings


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{}@example.com", "{}+Tag@EXAMPLE.com"),
        ("{}@example.com", "{}+tag@example.com"),
        ("{}+one@example.com", "{}+two+three@example.com"),
        ("a.{}@gmail.com", "a{}@gmail.com"),
        ("a{}@gmail.com", "A.{}+x@GoogleMail.com"),
        ("a-{}@proton.me", "a.{}@protonmail.com"),
    ],
)
async def test_A11_spellings_of_one_mailbox_share_its_credits(
    first: str,
    second: str,
    name: str,
    supabase: SupabaseStack,
    http: httpx.AsyncClient,
    api_rpc: ApiRpc,
    superuser: Superuser,
) -> None:
    one = await sign_up_as(first.format(name), supabase, http)
    await use_ten(api_rpc, one)
    two = await sign_up_as(second.format(name), supabase, http)
    assert await usage_of(two) == (10, FREE)
    await use_ten(api_rpc, two)
    assert await usage_of(one) == (20, FREE)

    superuser.run("delete from auth.users where id = %s", one.id)

    assert await usage_of(two) == (20, FREE)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{}@example.com", "b{}@example.com"),
        ("a.{}@example.com", "a{}@example.com"),
        ("{}@example.com", "{}@example.org"),
        ("{}@gmail.com", "{}@example.com"),
        ("+{}@example.com", "+b{}@example.com"),
    ],
)
async def test_A11_people_of_one_domain_or_of_one_name_are_not_touched(
    first: str, second: str, name: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc
) -> None:
    one = await sign_up_as(first.format(name), supabase, http)
    await use_ten(api_rpc, one)
    two = await sign_up_as(second.format(name), supabase, http)

    assert (await usage_of(one), await usage_of(two)) == ((10, FREE), (0, FREE))
    assert (await api_rpc.reserve(two, preset_id=TEN_CREDITS)).is_success


async def test_A11_accounts_of_one_mailbox_that_submit_at_once_share_the_last_credit(
    name: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    people = [await sign_up_as(f"{name}+{number}@example.com", supabase, http) for number in range(6)]
    for person in people[:3]:
        await use_ten(api_rpc, person)
        free_slot(superuser, person)

    answers = await asyncio.gather(*(api_rpc.reserve(person, preset_id=TEN_CREDITS) for person in people))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 402: 5}


# ---- Another address


async def test_A11_a_change_of_address_leaves_what_was_used_with_the_mailbox(
    name: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    old, new = f"{name}@example.com", f"{name}@example.org"
    person = await sign_up_as(old, supabase, http)
    await use_ten(api_rpc, person)
    # As Auth does once both addresses have confirmed.
    superuser.run("update auth.users set email = %s where id = %s", new, person.id)
    assert await usage_of(person) == (10, FREE)

    again = await sign_up_as(old, supabase, http)
    other = await sign_up_as(f"{name}+other@example.org", supabase, http)
    assert (await usage_of(again), await usage_of(other)) == ((10, FREE), (10, FREE))

    # Back again: nothing counts twice.
    superuser.run("delete from auth.users where id = %s", again.id)
    superuser.run("update auth.users set email = %s where id = %s", old, person.id)
    assert await usage_of(person) == (10, FREE)
    superuser.run("delete from auth.users where id = %s", person.id)
    assert await usage_of(await sign_up_as(old, supabase, http)) == (10, FREE)


async def test_A11_leaving_twice_carries_once(
    name: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    """As a deletion in several steps does, whose last one finds an empty ledger."""
    email = f"{name}@example.com"
    person = await sign_up_as(email, supabase, http)
    await use_ten(api_rpc, person)
    superuser.run("select private.leave_mailbox(%s)", person.id)
    superuser.run("delete from generation_jobs where owner_id = %s", person.id)
    superuser.run("delete from auth.users where id = %s", person.id)

    assert await usage_of(await sign_up_as(email, supabase, http)) == (10, FREE)


# ---- What is kept


async def test_A11_a_mailbox_is_kept_as_its_hmac_and_read_by_nobody(
    name: str, supabase: SupabaseStack, http: httpx.AsyncClient, anonymous: DatabaseUser, superuser: Superuser
) -> None:
    person = await sign_up_as(f"A.{name}+tag@gmail.com", supabase, http)
    (key,) = superuser.rows("select * from private.mailbox_key")
    secret = bytes(byte ^ INNER_PAD for byte in key["inner_pad"])
    expected = hmac.new(secret, f"a{name}@gmail.com".encode(), hashlib.sha256).digest()

    kept = superuser.value("select mailbox from private.mailboxes where owner_id = %s", person.id)

    assert bytes(kept) == expected
    for table in ("mailbox_key", "mailboxes", "carried_usage", "disposable_domains", "blocked_mailboxes"):
        for caller in (anonymous, person):
            assert (await caller.rest("GET", table, accept_profile="private")).status_code == 406


async def test_A11_a_new_key_keeps_what_accounts_that_are_there_used(
    name: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    one = await sign_up_as(f"{name}@example.com", supabase, http)
    two = await sign_up_as(f"{name}+two@example.com", supabase, http)
    await use_ten(api_rpc, one)
    before = superuser.value("select mailbox from private.mailboxes where owner_id = %s", two.id)

    superuser.run("select private.renew_mailbox_key()")

    assert superuser.value("select mailbox from private.mailboxes where owner_id = %s", two.id) != before
    assert (await usage_of(one), await usage_of(two)) == ((10, FREE), (10, FREE))
