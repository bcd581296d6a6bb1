"""A11: mailboxes for single use have no free credits until a plan is bought; relays and everybody else have them."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import psycopg
import pytest

from libs.app_config.mailboxes import PRIVACY_RELAYS
from libs.app_config.runtime import find_plan
from libs.errors import ErrorCode
from local.database.disposable_domains import disposable_rows, listed_domains
from tests.security.mailboxes import FREE, sign_up_as, usage_of
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.clients.superuser import Superuser
from tests.support.processes.api import submit
from tests.support.processes.supabase_stack import SupabaseStack

# What the list has for sure.
DISPOSABLE = "mailinator.com"


@pytest.mark.parametrize("domain", [DISPOSABLE, f"mail.{DISPOSABLE}", DISPOSABLE.upper()])
async def test_A11_a_mailbox_for_single_use_may_sign_up_and_has_no_free_credits(
    domain: str, supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    person = await sign_up_as(f"ada{uuid4().hex[:12]}@{domain}", supabase, http)
    assert await usage_of(person) == (0, 0)
    refused = await api_rpc.reserve(person)
    assert refused.status_code == 402
    assert '"disposable_mailbox": true' in refused.json()["details"]

    superuser.grant_cap(person, 100)

    assert await usage_of(person) == (0, 100)
    assert (await api_rpc.reserve(person)).is_success


@pytest.mark.parametrize("domain", ["duck.com", "privaterelay.appleid.com", "example.com", f"not-{DISPOSABLE}"])
async def test_A11_relays_and_everybody_else_have_free_credits(
    domain: str, supabase: SupabaseStack, http: httpx.AsyncClient
) -> None:
    assert await usage_of(await sign_up_as(f"ada{uuid4().hex[:12]}@{domain}", supabase, http)) == (0, FREE)


def test_A11_the_list_names_no_relay_and_no_large_provider() -> None:
    listed = listed_domains()
    assert len(listed) > 5000
    assert DISPOSABLE in listed
    providers = {"gmail.com", "outlook.com", "yahoo.com", "icloud.com", "proton.me", "gmx.de", "fastmail.com"}
    assert listed.isdisjoint(PRIVACY_RELAYS | providers)


@pytest.fixture
def stored(superuser_connection: psycopg.Connection) -> Iterator[psycopg.Connection]:
    with superuser_connection.transaction(force_rollback=True):
        yield superuser_connection


async def test_A11_the_rule_can_be_switched_off(
    supabase: SupabaseStack, http: httpx.AsyncClient, stored: psycopg.Connection
) -> None:
    person = await sign_up_as(f"ada{uuid4().hex[:12]}@{DISPOSABLE}", supabase, http)
    limit = "select credit_limit from private.usage_of(%s)"
    assert stored.execute(limit, (person.id,)).fetchone() == (0,)

    stored.execute(disposable_rows(stored, listed_domains(have_free_credits=True)).encode())

    assert stored.execute(limit, (person.id,)).fetchone() == (FREE,)


def test_A11_the_list_is_brought_to_what_it_shall_be_and_then_left_alone(stored: psycopg.Connection) -> None:
    assert disposable_rows(stored, listed_domains()) == ""
    wanted = (listed_domains() - {DISPOSABLE}) | {"new.example"}

    statements = disposable_rows(stored, wanted)

    assert len(statements.splitlines()) == 2
    stored.execute(statements.encode())
    assert disposable_rows(stored, wanted) == ""


def test_A11_an_account_without_a_mailbox_has_no_free_credits(stored: psycopg.Connection) -> None:
    account = str(uuid4())
    stored.execute("insert into auth.users (id) values (%s)", (account,))
    assert stored.execute("select credit_limit from private.usage_of(%s)", (account,)).fetchone() == (0,)


async def test_A11_the_api_says_why(api_alice: ApiUser, superuser: Superuser) -> None:
    superuser.run("update auth.users set email = id || '@mailinator.com' where id = %s", api_alice.id)

    usage = (await api_alice.client.get("/usage")).json()["data"]
    details = assert_refused(await submit(api_alice.client), ErrorCode.PLAN_CAP_REACHED)

    assert (usage["disposable_mailbox"], usage["used_elsewhere"], usage["limit"]) == (True, 0, 0)
    assert (details["disposable_mailbox"], details["used_elsewhere"]) == (True, 0)
    free = find_plan("free")
    assert free is not None
    assert free.monthly_credits == FREE
