"""Collections of renders. "My Favorites" is always there and cannot be renamed or deleted."""

from typing import Any
from uuid import UUID

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode, FieldError, MaquetteError
from libs.repositories.collections import CollectionCursor, CollectionRepository, CollectionRow
from libs.repositories.cursor import decode_cursor
from libs.repositories.renders import RenderRepository
from libs.repositories.storage import Storage
from libs.services.gallery.renders import move_one
from libs.services.gallery.views import CollectionView, collection_view, thumbnail_files
from libs.services.paging import Page
from libs.text import clean_text


class CollectionService:
    """Collections of one caller."""

    def __init__(self, collections: CollectionRepository, renders: RenderRepository, storage: Storage) -> None:
        self._collections = collections
        self._renders = renders
        self._storage = storage

    async def page(self, cursor: str | None, limit: int, containing: UUID | None) -> Page[CollectionView]:
        """ "My Favorites" first, then the latest. Raises invalid_cursor."""
        rows = await self._collections.page(decode_cursor(cursor, CollectionCursor), limit, containing)
        page = Page.of(rows, limit, lambda row: CollectionCursor(row.is_favorites, row.created_at, row.id))
        return page.showing(await self._views(page.items))

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

    async def place(self, collection_id: UUID, render_id: UUID, after: UUID | None) -> None:
        """Put a render after another one of the collection, or first. Raises render_not_found."""
        await self._collections.place(collection_id, render_id, after)

    async def _views(self, rows: list[CollectionRow]) -> list[CollectionView]:
        urls = await self._storage.signed_urls(thumbnail_files([cover for row in rows for cover in row.covers]))
        return [collection_view(row, urls) for row in rows]


def _checked_name(name: str) -> str:
    cleaned = clean_text("name", name, LIMITS.collection_name_characters)
    if not cleaned:
        raise FieldError("name", "A collection needs a name.")
    return cleaned
