"""Accounts of one mailbox, and what they say that was used."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import httpx

from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser, anonymous_user
from tests.support.clients.superuser import Superuser
from tests.support.processes.supabase_stack import SupabaseStack

FREE = 40
Delete: TypeAlias = Callable[[DatabaseUser, ApiRpc, Superuser], Awaitable[None]]


async def sign_up_as(email: str, supabase: SupabaseStack, http: httpx.AsyncClient) -> DatabaseUser:
    """A new account of an address."""
    return DatabaseUser.of_account(await supabase.sign_up(email=email), supabase, http)


async def usage_of(person: DatabaseUser) -> tuple[int, int]:
    """Credits used, and how many there are."""
    usage = (await person.rpc("my_usage", {})).raise_for_status().json()
    return usage["used"], usage["credit_limit"]


async def delete_by_api(person: DatabaseUser, api_rpc: ApiRpc, _superuser: Superuser, batch: int = 100) -> None:
    """As DELETE /me does, and what follows it: rows go in batches, the user last."""
    (await api_rpc.guarded("close_account", person, {})).raise_for_status()
    anonymous = anonymous_user(api_rpc.supabase, api_rpc.http)
    step = {"account_id": person.id, "batch": batch}
    while (await api_rpc.guarded("delete_closed_account", anonymous, step)).raise_for_status().json() != "gone":
        pass


async def delete_by_sql(person: DatabaseUser, _api_rpc: ApiRpc, superuser: Superuser) -> None:
    """As the dashboard of Auth does."""
    superuser.run("delete from auth.users where id = %s", person.id)


DELETIONS: list[Delete] = [delete_by_api, delete_by_sql]
