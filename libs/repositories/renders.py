"""Renders: listed by a filter, read in full, changed one by one or all that match."""

from datetime import datetime
from types import NoneType
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.cursor import PlaceCursor, TimeCursor
from libs.repositories.database import FOREIGN_KEY_VIOLATION, Database, DatabaseRefused
from libs.repositories.render_rows import RENDER_COLUMNS, RenderRow, TakenDown, VariantRow
from libs.repositories.time_zone import known_time_zone

Sort = Literal["newest", "oldest", "deleted", "manual", "added"]
Action = Literal["trash", "restore", "collect", "uncollect"]


class RenderFilter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which of the caller's renders: all that match every field that is set (`private.render_conditions`).

    `created_from` is included, `created_before` is not. `deleted_at` and `added_at` are the `at` of an earlier change.
    """

    ids: list[UUID] | UnsetType = UNSET
    presets: list[str] | UnsetType = UNSET
    text: str | UnsetType = UNSET
    favorite: bool = False
    collection_id: UUID | UnsetType = UNSET
    added_at: datetime | UnsetType = UNSET
    created_from: datetime | UnsetType = UNSET
    created_before: datetime | UnsetType = UNSET
    trashed: bool = False
    deleted_at: datetime | UnsetType = UNSET


class CardRow(msgspec.Struct, frozen=True):
    """A render in a list; `key` is its value in the list's sort order."""

    id: UUID
    key: datetime | float
    title: str
    preset_id: str
    created_at: datetime
    deleted_at: datetime | None
    variant_count: int
    is_favorite: bool
    cover: VariantRow | None
    is_taken_down: bool = False


class MembershipView(msgspec.Struct, frozen=True):
    """A collection that a render is in."""

    id: UUID
    name: str
    is_favorites: bool


class RelativeRow(msgspec.Struct, frozen=True):
    """The render that another one was made from, or one that was made from it, with one picture of it."""

    render_id: UUID
    title: str
    variant: VariantRow | None


class RefundView(msgspec.Struct, frozen=True):
    """What was given back of a render's credits; `reason` is the ledger's, such as missing_outputs."""

    credits: int
    reason: str


class RenderDetailRow(TakenDown, frozen=True, kw_only=True):
    """Everything about one render. `input_path` starts with its bucket."""

    id: UUID
    title: str
    prompt: str
    preset_id: str
    settings: dict[str, Any]
    seed: int
    input_path: str | None
    cover_variant_id: UUID | None
    created_at: datetime
    deleted_at: datetime | None
    variants: list[VariantRow]
    collections: list[MembershipView]
    source: RelativeRow | None
    made_from_it: list[RelativeRow]
    credits: int
    refund: RefundView | None


class _VariantOfRender(VariantRow, frozen=True, kw_only=True):
    render: TakenDown


class MonthView(msgspec.Struct, frozen=True):
    """How many renders a month has; `month` is YYYY-MM."""

    month: str
    count: int


class ChangePlace(msgspec.Struct, frozen=True):
    """The last render of a step of a change; `place` is when it was made, or moved to the trash if it is there."""

    place: datetime
    id: UUID


class ChangeStep(msgspec.Struct, frozen=True):
    """What one step changed, when the whole change began, and where the next step goes on; None after the last."""

    changed: int
    at: datetime
    next: ChangePlace | None


class ChangedView(msgspec.Struct, frozen=True):
    """How many renders changed, and the time that names them in an undo; None for what cannot be undone."""

    changed: int
    at: datetime | None


class _PurgeRequest(msgspec.Struct, frozen=True):
    days: int
    limit: int


class RenderRepository:
    """Renders as the caller sees them: `db` carries the caller's JWT, RLS scopes it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(
        self, where: RenderFilter, sort: Sort, after: TimeCursor | PlaceCursor | None, limit: int
    ) -> list[CardRow]:
        """Cards in that order; one row beyond `limit` means that a next page exists."""
        arguments: dict[str, object] = {"filter": where, "sort": sort, "page_size": limit}
        if after:
            arguments |= {"after_key": str(after.key), "after_id": after.id}
        return await self._db.call("list_renders", list[CardRow], arguments)

    async def months(self, where: RenderFilter, time_zone: str) -> list[MonthView]:
        """How many renders each month has, latest first. Raises FieldError when there is no such zone."""
        arguments = {"filter": where, "time_zone": time_zone}
        with known_time_zone():
            return await self._db.call("count_renders_by_month", list[MonthView], arguments)

    async def find(self, render_id: UUID) -> RenderDetailRow | None:
        """One render in full, in the trash or not; None when the caller has no such render."""
        rows = await self._db.call("render_detail", list[RenderDetailRow], {"render_id": render_id})
        return rows[0] if rows else None

    async def change(self, render_id: UUID, values: dict[str, Any]) -> RenderRow | None:
        """Change title or cover; None when the caller has no such render.

        Raises MaquetteError variant_not_found when the cover is not one of its variants.
        """
        query = self._db.from_("renders").update(values).eq("id", str(render_id)).select(RENDER_COLUMNS)
        try:
            rows = await self._db.fetch(query, list[RenderRow])
        except DatabaseRefused as refusal:
            if refusal.code == FOREIGN_KEY_VIOLATION:
                raise MaquetteError(ErrorCode.VARIANT_NOT_FOUND) from refusal
            raise
        return rows[0] if rows else None

    async def move(
        self, where: RenderFilter, action: Action, collection_id: UUID | None = None, before: ChangeStep | None = None
    ) -> ChangeStep:
        """Trash, restore, put into a collection or take out of it; without one, "My Favorites" is meant.

        Up to 2,000 renders, those after the step `before`. Raises MaquetteError collection_not_found.
        """
        arguments: dict[str, object] = {"filter": where, "action": action, "collection": collection_id}
        if before and before.next:
            arguments |= {
                "changed_at": before.at,
                "after_place": before.next.place,
                "after_id": before.next.id,
            }
        return await self._db.call("change_renders", ChangeStep, arguments)

    async def delete_trashed(self, where: RenderFilter) -> int:
        """Delete for ever what matches and is in the trash, up to 500; answers how many."""
        return await self._db.call("delete_trashed_renders", int, {"filter": where})

    async def purge(self, days: int, limit: int) -> int:
        """Delete what has been in anybody's trash for `days`; `db` must be anonymous. Answers how many."""
        return await self._db.call_with_proof("purge_trash", _PurgeRequest(days, limit), int)

    async def find_variant(self, variant_id: UUID) -> VariantRow | None:
        """One stored picture; None when the caller has none of that id, or it was taken down."""
        columns = ",".join(field.name for field in msgspec.structs.fields(VariantRow))
        of_render = "render:renders!render_variants_render_id_owner_id_fkey(taken_down_at)"
        query = self._db.from_("render_variants").select(f"{columns},{of_render}").eq("id", str(variant_id))
        rows = await self._db.fetch(query, list[_VariantOfRender])
        return rows[0] if rows and rows[0].render.taken_down_at is None else None

    async def delete_variant(self, variant_id: UUID) -> None:
        """Delete one variant for ever. Raises MaquetteError variant_not_found, last_variant."""
        await self._db.call("delete_variant", NoneType, {"variant": variant_id})
