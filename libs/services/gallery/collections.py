"""Collections people keep renders in. "My Favorites" is always there and never renamed or deleted."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode, FieldError, MaquetteError
from libs.repositories.collections import CollectionCursor, CollectionRepository, CollectionRow
from libs.repositories.cursor import decode_cursor, encode_cursor
from libs.repositories.renders import RenderRepository
from libs.repositories.storage import Storage
from libs.services.gallery.renders import move_one
from libs.services.gallery.views import CoverView, cover_view, thumbnail_files
from libs.text import clean_text


class CollectionView(msgspec.Struct, frozen=True):
    """A collection. `covers` are up to three, the chosen one first; `contains` answers `containing` of a list."""

    id: UUID
    name: str
    is_favorites: bool
    created_at: datetime
    cover_render_id: UUID | None
    count: int
    covers: list[CoverView]
    contains: bool


class CollectionService:
    """Collections of one caller."""

    def __init__(self, collections: CollectionRepository, renders: RenderRepository, storage: Storage) -> None:
        self._collections = collections
        self._renders = renders
        self._storage = storage

    async def page(
        self, cursor: str | None, limit: int, containing: UUID | None
    ) -> tuple[list[CollectionView], str | None]:
        """ "My Favorites" first, then the latest, and the cursor of the next page. Raises invalid_cursor."""
        rows = await self._collections.page(decode_cursor(cursor, CollectionCursor), limit, containing)
        shown = rows[:limit]
        return await self._views(shown), _next_cursor(shown[-1]) if len(rows) > limit else None

    async def find(self, collection_id: UUID) -> CollectionView:
        """One collection. Raises collection_not_found."""
        row = await self._collections.find(collection_id)
        if row is None:
            raise MaquetteError(ErrorCode.COLLECTION_NOT_FOUND)
        return (await self._views([row]))[0]

    async def add(self, name: str) -> CollectionView:
        """Make a collection. Raises FieldError, account_gone."""
        return await self.find(await self._collections.add(_checked_name(name)))

    async def change(self, collection_id: UUID, name: str | None, cover_render_id: UUID | None) -> CollectionView:
        """Rename it or choose its cover; None leaves a value as it is.

        Raises FieldError, collection_not_found, render_not_found (the cover is not in it), favorites_fixed.
        """
        values: dict[str, Any] = {}
        if name is not None:
            values["name"] = _checked_name(name)
        if cover_render_id is not None:
            values["cover_render_id"] = str(cover_render_id)
        if not values:
            raise FieldError("", "Name what to change: name or cover_render_id.")
        if not await self._collections.change(collection_id, values):
            raise MaquetteError(ErrorCode.COLLECTION_NOT_FOUND)
        return await self.find(collection_id)

    async def remove(self, collection_id: UUID) -> None:
        """Delete it; its renders stay. Raises collection_not_found, favorites_fixed."""
        if not await self._collections.remove(collection_id):
            raise MaquetteError(ErrorCode.COLLECTION_NOT_FOUND)

    async def put(self, collection_id: UUID, render_id: UUID) -> None:
        """Put a render in; a repeat changes nothing.

        Raises collection_not_found, and render_not_found, also for one in the trash.
        """
        await move_one(self._renders, render_id, "collect", collection_id)

    async def take_out(self, collection_id: UUID, render_id: UUID) -> None:
        """Take a render out; a repeat changes nothing.

        Raises collection_not_found, and render_not_found, also for one in the trash.
        """
        await move_one(self._renders, render_id, "uncollect", collection_id)

    async def place(self, collection_id: UUID, render_id: UUID, behind: UUID | None) -> None:
        """Put a render behind another one of the collection, or first. Raises render_not_found."""
        await self._collections.place(collection_id, render_id, behind)

    async def _views(self, rows: list[CollectionRow]) -> list[CollectionView]:
        urls = await self._storage.signed_urls(thumbnail_files([cover for row in rows for cover in row.covers]))
        return [
            CollectionView(
                row.id,
                row.name,
                row.is_favorites,
                row.created_at,
                row.cover_render_id,
                row.count,
                [view for cover in row.covers if (view := cover_view(cover, urls))],
                row.contains,
            )
            for row in rows
        ]


def _checked_name(name: str) -> str:
    cleaned = clean_text("name", name, LIMITS.collection_name_characters)
    if not cleaned:
        raise FieldError("name", "A collection needs a name.")
    return cleaned


def _next_cursor(last: CollectionRow) -> str:
    return encode_cursor(CollectionCursor(last.is_favorites, last.created_at, last.id))
