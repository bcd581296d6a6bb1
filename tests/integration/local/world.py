"""What a check of the gateway may use, and how a shim is named."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
from postgrest import AsyncPostgrestClient
from storage3 import AsyncStorageClient

from tests.integration.local.conftest import Mails
from tests.support.accounts import Account
from tests.support.processes.supabase_stack import SupabaseStack
from tests.support.waiting import SECONDS, until

PNG: Any = {"content-type": "image/png"}


class World(NamedTuple):
    """What a check may use."""

    supabase: SupabaseStack
    mailbox: Mails
    # How long a check waits. Where a shim is cut what it waits for never comes, so that less is enough.
    seconds: float = SECONDS

    def database(self, user: Account) -> AsyncPostgrestClient:
        return AsyncPostgrestClient(f"{self.supabase.url}/rest/v1", headers=self.supabase.headers(user.token))

    def storage(self, user: Account) -> AsyncStorageClient:
        return AsyncStorageClient(f"{self.supabase.url}/storage/v1/", headers=self.supabase.headers(user.token))

    async def upload(self, user: Account, name: str = "a.png", content: bytes = b"picture") -> str:
        path = f"{user.id}/{uuid4().hex}/{name}"
        await self.storage(user).from_("files").upload(path, content, PNG)
        return path

    async def until_served(self, client: httpx.AsyncClient, table: str) -> None:
        await until(
            lambda: client.get(f"/rest/v1/{table}"), lambda answer: answer.status_code == 200, seconds=self.seconds
        )


class Shim(NamedTuple):
    """`cut` is the shim's text in `file`, `instead` what stands there without it.

    With `confirms`, the gateway asks new people for the code of a mail.
    """

    check: Callable[[World], Awaitable[None]]
    cut: str
    instead: str = ""
    file: str = "supabase.mjs"
    confirms: bool = False
