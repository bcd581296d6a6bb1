"""Collections: listed with their covers, made, renamed, deleted and put in order."""

from datetime import datetime
from types import NoneType
from typing import Any
from uuid import UUID

import msgspec

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.cursor import Timestamp
from libs.repositories.database import FOREIGN_KEY_VIOLATION, INSUFFICIENT_PRIVILEGE, Database, DatabaseRefused, RowId
from libs.repositories.render_rows import VariantRow


class CollectionRow(msgspec.Struct, frozen=True):
    """A collection; `contains` says whether the render that `page` is asked about is in it."""

    id: UUID
    name: str
    is_favorites: bool
    created_at: datetime
    cover_render_id: UUID | None
    count: int
    covers: list[VariantRow]
    contains: bool


class CollectionCursor(msgspec.Struct, frozen=True, array_like=True):
    """The last row of a page of collections."""

    is_favorites: bool
    created_at: Timestamp
    id: UUID


class CollectionRepository:
    """Collections as the caller sees them: `db` carries the caller's JWT, RLS scopes it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(self, after: CollectionCursor | None, limit: int, containing: UUID | None) -> list[CollectionRow]:
        """ "My Favorites" first, then the latest; one row beyond `limit` means that a next page exists.

        `containing`: each row says whether that render is in it.
        """
        arguments: dict[str, object] = {"page_size": limit, "containing": containing}
        if after:
            arguments |= {
                "after_favorites": after.is_favorites,
                "after_created_at": after.created_at,
                "after_id": after.id,
            }
        return await self._db.call("list_collections", list[CollectionRow], arguments)

    async def find(self, collection_id: UUID) -> CollectionRow | None:
        """One collection; None when the caller has no such collection."""
        rows = await self._db.call("list_collections", list[CollectionRow], {"page_size": 1, "wanted": collection_id})
        return rows[0] if rows else None

    async def add(self, name: str) -> UUID:
        """Make a collection; answers its id. Raises MaquetteError account_gone."""
        query = self._db.from_("collections").insert({"name": name}).select("id")
        try:
            rows = await self._db.fetch(query, list[RowId])
        except DatabaseRefused as refusal:
            if refusal.code in {INSUFFICIENT_PRIVILEGE, FOREIGN_KEY_VIOLATION}:
                raise MaquetteError(ErrorCode.ACCOUNT_GONE) from refusal
            raise
        return rows[0].id

    async def change(self, collection_id: UUID, values: dict[str, Any]) -> bool:
        """Rename it or choose its cover; False when the caller has no such collection.

        Raises MaquetteError render_not_found when the cover is not in it, favorites_fixed.
        """
        query = self._db.from_("collections").update(values).eq("id", str(collection_id)).select("id")
        try:
            return bool(await self._db.fetch(query, list[RowId]))
        except DatabaseRefused as refusal:
            if refusal.code == FOREIGN_KEY_VIOLATION:
                raise MaquetteError(ErrorCode.RENDER_NOT_FOUND) from refusal
            raise

    async def remove(self, collection_id: UUID) -> bool:
        """Delete it, its renders stay; False when the caller has no such collection.

        Raises MaquetteError favorites_fixed.
        """
        query = self._db.from_("collections").delete().eq("id", str(collection_id)).select("id")
        return bool(await self._db.fetch(query, list[RowId]))

    async def place(self, collection_id: UUID, render_id: UUID, after: UUID | None) -> None:
        """Put an item after another one, or first. Raises MaquetteError render_not_found."""
        arguments = {"collection": collection_id, "render": render_id, "after": after}
        await self._db.call("move_collection_item", NoneType, arguments)
