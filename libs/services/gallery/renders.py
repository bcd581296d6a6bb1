"""Renders: listed, shown, changed, moved to the trash and deleted."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta

from libs.app_config.runtime import FAMILIES, LIMITS, PRESETS
from libs.errors import ErrorCode, FieldError, MaquetteError
from libs.repositories.cursor import PlaceCursor, TimeCursor, decode_cursor
from libs.repositories.renders import (
    Action,
    CardRow,
    ChangedView,
    MonthView,
    RenderFilter,
    RenderRepository,
    Sort,
)
from libs.repositories.storage import Storage
from libs.services.gallery.views import (
    RenderCardView,
    RenderDetailView,
    RenderView,
    card_view,
    detail_files,
    detail_view,
    render_files,
    render_view,
    thumbnail_files,
)
from libs.services.media.file_changes import FileChanges
from libs.services.paging import Page
from libs.text import clean_text

# Sort orders of a collection: a query with one of them must name the collection.
COLLECTION_SORTS: Final = frozenset({"manual", "added"})


class RenderQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The filters of a list: preset or family, words, favorites, collection, dates from `created_from` (included) to
    `created_before` (not included).
    """

    preset: Annotated[list[str], Meta(max_length=50)] = []
    family: Annotated[list[str], Meta(max_length=50)] = []
    text: Annotated[str, Meta(max_length=LIMITS.search_characters)] | None = None
    favorite: bool = False
    collection_id: UUID | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


class Selection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The renders of a bulk change, named in exactly one way. `matching`: all that a list with these filters shows.
    `changed_at`: the `at` of an earlier change, to undo it.
    """

    ids: Annotated[list[UUID], Meta(min_length=1, max_length=LIMITS.max_bulk_ids)] | None = None
    matching: RenderQuery | None = None
    changed_at: datetime | None = None


class RenderService:
    """Renders of one caller."""

    def __init__(self, renders: RenderRepository, storage: Storage, file_changes: FileChanges) -> None:
        self._renders = renders
        self._storage = storage
        self._file_changes = file_changes

    async def page(
        self, query: RenderQuery, sort: Sort, cursor: str | None, limit: int, *, trashed: bool = False
    ) -> Page[RenderCardView]:
        """Cards in that order. Raises FieldError, invalid_cursor."""
        if sort in COLLECTION_SORTS and query.collection_id is None:
            raise FieldError("sort", "This order is a collection's own. Name the collection.")
        if sort == "deleted" and not trashed:
            raise FieldError("sort", "This order is the trash's own. Ask for trashed renders.")
        after = decode_cursor(cursor, PlaceCursor if sort == "manual" else TimeCursor)
        rows = await self._renders.page(_filter(query, trashed=trashed), sort, after, limit)
        page = Page.of(rows, limit, _cursor)
        urls = await self._storage.signed_urls(thumbnail_files([row.cover for row in page.items]))
        return page.showing([card_view(row, urls) for row in page.items])

    async def months(self, query: RenderQuery, time_zone: str, *, trashed: bool = False) -> list[MonthView]:
        """How many renders each month has, latest first. Raises FieldError."""
        return await self._renders.months(_filter(query, trashed=trashed), time_zone)

    async def find(self, render_id: UUID) -> RenderDetailView:
        """One render in full. Raises render_not_found."""
        render = await self._renders.find(render_id)
        if render is None:
            raise MaquetteError(ErrorCode.RENDER_NOT_FOUND)
        return detail_view(render, await self._storage.signed_urls(detail_files(render)))

    async def change(self, render_id: UUID, title: str | None, cover_variant_id: UUID | None) -> RenderView:
        """Retitle a render or choose its cover; None leaves a value as it is.

        Raises FieldError, render_not_found, variant_not_found.
        """
        values: dict[str, Any] = {}
        if title is not None:
            values["title"] = clean_text("title", title, LIMITS.title_characters)
            if not values["title"]:
                raise FieldError("title", "A title needs at least one character.")
        if cover_variant_id is not None:
            values["cover_variant_id"] = str(cover_variant_id)
        if not values:
            raise FieldError("", "Name what to change: title or cover_variant_id.")
        render = await self._renders.change(render_id, values)
        if render is None:
            raise MaquetteError(ErrorCode.RENDER_NOT_FOUND)
        return render_view(render, await self._storage.signed_urls(render_files(render)))

    async def trash(self, render_id: UUID) -> ChangedView:
        """Move a render to the trash; one that is there already stays. Raises render_not_found."""
        return await move_one(self._renders, render_id, "trash")

    async def set_favorite(self, render_id: UUID, *, favorite: bool) -> None:
        """Put a render into "My Favorites" or take it out; a repeat changes nothing.

        Raises render_not_found, also for one in the trash.
        """
        await move_one(self._renders, render_id, "collect" if favorite else "uncollect")

    async def move(self, selection: Selection, action: Action, collection_id: UUID | None = None) -> ChangedView:
        """Trash, restore, put into a collection or take out of it (by default "My Favorites").

        In several transactions, with one `at`: after a failure, a repeat changes the rest.
        Raises FieldError, collection_not_found.
        """
        where = _selected(selection, action)
        step = await self._renders.move(where, action, collection_id)
        changed = step.changed
        while step.next:
            step = await self._renders.move(where, action, collection_id, step)
            changed += step.changed
        return ChangedView(changed, step.at)

    async def delete(self, selection: Selection) -> ChangedView:
        """Delete for ever what is in the trash. The files follow.

        In several transactions: after a failure, a repeat deletes the rest. Raises FieldError.
        """
        where = _selected(selection, "restore")
        deleted = 0
        while step := await self._renders.delete_trashed(where):
            deleted += step
            self._file_changes.request()
        return ChangedView(deleted, None)

    async def delete_variant(self, variant_id: UUID) -> None:
        """Delete one variant for ever. Raises variant_not_found, last_variant."""
        await self._renders.delete_variant(variant_id)
        self._file_changes.request()


async def move_one(
    renders: RenderRepository, render_id: UUID, action: Action, collection_id: UUID | None = None
) -> ChangedView:
    """Change one render; a repeat changes nothing.

    Raises collection_not_found, and render_not_found, also for one in the trash unless it is to go there.
    """
    change = await renders.move(RenderFilter(ids=[render_id]), action, collection_id)
    if change.changed == 0:
        render = await renders.find(render_id)
        if render is None or (render.deleted_at and action != "trash"):
            raise MaquetteError(ErrorCode.RENDER_NOT_FOUND)
    return ChangedView(change.changed, change.at)


def _filter(query: RenderQuery, *, trashed: bool) -> RenderFilter:
    """The filter of a query. Raises FieldError."""
    named = [clean_text("preset", preset, LIMITS.search_characters) for preset in query.preset]
    presets = [preset.id for preset in PRESETS if preset.family in query.family] if query.family else named
    if unknown := set(query.family) - {family.id for family in FAMILIES}:
        raise FieldError("family", f"There is no family {min(unknown)}.")
    if query.family and named:
        presets = [preset for preset in presets if preset in named]
    text = clean_text("text", query.text or "", LIMITS.search_characters)
    return RenderFilter(
        presets=presets if query.family or named else UNSET,
        text=text or UNSET,
        favorite=query.favorite,
        collection_id=query.collection_id or UNSET,
        created_from=_time("created_from", query.created_from),
        created_before=_time("created_before", query.created_before),
        trashed=trashed,
    )


def _cursor(last: CardRow) -> PlaceCursor | TimeCursor:
    return TimeCursor(last.key, last.id) if isinstance(last.key, datetime) else PlaceCursor(last.key, last.id)


def _time(field: str, time: datetime | None) -> datetime | msgspec.UnsetType:
    if time is None:
        return UNSET
    if time.tzinfo is None:
        raise FieldError(field, "Add a time zone, for example 2026-11-01T00:00:00Z.")
    return time


def _selected(selection: Selection, action: Action) -> RenderFilter:
    """The filter of a bulk change. Raises FieldError."""
    named = [part for part in (selection.ids, selection.matching, selection.changed_at) if part is not None]
    if len(named) != 1:
        raise FieldError("selection", "Name the renders by ids, matching or changed_at: exactly one of them.")
    # What is restored is in the trash; every other action is on renders outside of it.
    trashed = action == "restore"
    if selection.ids is not None:
        return RenderFilter(ids=selection.ids, trashed=trashed)
    if selection.changed_at is not None:
        changed_at = _time("selection.changed_at", selection.changed_at)
        if trashed:
            return RenderFilter(trashed=True, deleted_at=changed_at)
        if action == "uncollect":
            return RenderFilter(added_at=changed_at)
        raise FieldError("selection.changed_at", "Only a move to the trash or into a collection can be undone by it.")
    assert selection.matching is not None
    return _filter(selection.matching, trashed=trashed)
