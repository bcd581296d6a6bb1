"""Renders and their variants as the database stores them, for every repository that reads pictures."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec


class VariantRow(msgspec.Struct, frozen=True):
    """A stored picture; `path` and `thumbnail_path` are names in the `renders` bucket."""

    id: UUID
    index: int
    path: str
    thumbnail_path: str
    mime: str
    width: int
    height: int
    bytes: int
    placeholder: str


class TakenDown(msgspec.Struct, frozen=True, kw_only=True):
    """When and for which reason of a report an operator took a render down; both are None where nobody did."""

    taken_down_at: datetime | None = None
    taken_down_reason: str | None = None


class RenderRow(TakenDown, frozen=True, kw_only=True):
    """The render of a job."""

    id: UUID
    title: str
    cover_variant_id: UUID | None
    deleted_at: datetime | None
    variants: list[VariantRow]


RENDER_COLUMNS: Final = (
    "id,title,cover_variant_id,deleted_at,taken_down_at,taken_down_reason,variants:render_variants!render_variants_render_id_owner_id_fkey("
    + ",".join(field.name for field in msgspec.structs.fields(VariantRow))
    + ")"
)
