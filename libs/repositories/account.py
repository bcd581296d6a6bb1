"""Every row of a person, table by table, for the export; and the deletion of the account."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from libs.app_config.runtime import LIMITS
from libs.repositories.cursor import TimeCursor, after
from libs.repositories.database import Database

# Tables whose rows have an id and a time to page by; RLS keeps each to the caller's own.
PAGED_TABLES: Final = (
    "generation_jobs",
    "renders",
    "render_variants",
    "collections",
    "share_links",
    "usage_ledger",
)


class _AccountRequest(msgspec.Struct, frozen=True):
    account_id: UUID


class AccountRepository:
    """The caller's rows as they are; `db` carries the caller's JWT."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def profile(self) -> list[dict[str, Any]]:
        """The caller's profile; empty when the account is gone."""
        return await self._db.fetch(self._db.from_("profiles").select("*"), list[dict[str, Any]])

    async def rows(self, table: str) -> AsyncGenerator[dict[str, Any]]:
        """All rows of one of `PAGED_TABLES`, latest first."""
        cursor: TimeCursor | None = None
        while True:
            query = self._db.from_(table).select("*")
            if cursor:
                query = after(query, cursor)
            query = query.order("created_at", desc=True).order("id", desc=True).limit(LIMITS.max_page_size)
            page = await self._db.fetch(query, list[dict[str, Any]])
            for row in page:
                yield row
            if len(page) < LIMITS.max_page_size:
                return
            cursor = msgspec.convert((page[-1]["created_at"], page[-1]["id"]), TimeCursor, strict=False)

    async def memberships(self) -> AsyncGenerator[dict[str, Any]]:
        """Which render is in which collection."""
        offset = 0
        while True:
            query = self._db.from_("collection_items").select("collection_id,render_id,position,added_at")
            query = query.order("added_at").order("render_id").order("collection_id")
            query = query.range(offset, offset + LIMITS.max_page_size - 1)
            page = await self._db.fetch(query, list[dict[str, Any]])
            for row in page:
                yield row
            if len(page) < LIMITS.max_page_size:
                return
            offset += len(page)

    async def delete(self, account_id: UUID) -> None:
        """Delete the caller's account with everything in it. Raises MaquetteError account_gone."""
        await self._db.call_with_proof("delete_account", _AccountRequest(account_id), type(None))


def created_at(row: dict[str, Any]) -> datetime:
    """The `created_at` of a row of `PAGED_TABLES`."""
    return msgspec.convert(row["created_at"], datetime, strict=False)
