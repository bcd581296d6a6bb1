"""Every row of a person, table by table, for the export; and the closing of the account."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

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
# Rows of one read: of everything that people have, rows are at most a few kilobytes.
PAGE: Final = 500


class PictureFile(msgspec.Struct, frozen=True):
    """A stored picture; `path` is its name in the bucket `renders`, `bytes` its size."""

    path: str
    created_at: datetime
    bytes: int


class _Place(msgspec.Struct, frozen=True):
    created_at: datetime
    id: UUID


class _Member(msgspec.Struct, frozen=True):
    render_id: UUID


class _NoRequest(msgspec.Struct, frozen=True):
    pass


class _Closed(msgspec.Struct, frozen=True):
    closed_at: datetime


class AccountRepository:
    """The caller's rows as they are; `db` carries the caller's JWT."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def profile(self) -> list[msgspec.Raw]:
        """The caller's profile; empty when the account is gone."""
        return await self._db.fetch(self._db.from_("profiles").select("*"), list[msgspec.Raw])

    async def pages(self, table: str) -> AsyncGenerator[list[msgspec.Raw]]:
        """All rows of one of `PAGED_TABLES`, latest first, each as the JSON that PostgREST gave; pages of `PAGE`."""
        cursor: TimeCursor | None = None
        while True:
            query = self._db.from_(table).select("*")
            if cursor:
                query = after(query, cursor)
            query = query.order("created_at", desc=True).order("id", desc=True).limit(PAGE)
            page = await self._db.fetch(query, list[msgspec.Raw])
            yield page
            if len(page) < PAGE:
                return
            last = msgspec.json.decode(page[-1], type=_Place)
            cursor = TimeCursor(last.created_at, last.id)

    async def memberships(self) -> AsyncGenerator[list[msgspec.Raw]]:
        """Which render is in which collection, collection by collection, as `pages` gives rows.

        By the primary key: thousands of items may have been added in the same moment, so a time is no place to go on.
        """
        async for collections in self.pages("collections"):
            for collection in collections:
                collection_id = msgspec.json.decode(collection, type=_Place).id
                last: UUID | None = None
                while True:
                    query = self._db.from_("collection_items").select("collection_id,render_id,position,added_at")
                    query = query.eq("collection_id", str(collection_id))
                    if last:
                        query = query.gt("render_id", str(last))
                    page = await self._db.fetch(query.order("render_id").limit(PAGE), list[msgspec.Raw])
                    yield page
                    if len(page) < PAGE:
                        break
                    last = msgspec.json.decode(page[-1], type=_Member).render_id

    async def pictures(self) -> AsyncGenerator[list[PictureFile]]:
        """The stored files of all variants, without thumbnails; pages of `PAGE`."""
        async for page in self.pages("render_variants"):
            yield [msgspec.json.decode(row, type=PictureFile) for row in page]

    async def close(self) -> datetime:
        """Close the caller's account; answers since when it is closed. Raises MaquetteError account_gone."""
        return (await self._db.call_with_proof("close_account", _NoRequest(), _Closed)).closed_at
