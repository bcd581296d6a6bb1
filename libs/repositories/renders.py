"""Renders: read, retitled and given another cover by their owner."""

from typing import Any, Final
from uuid import UUID

import msgspec

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.database import Database, DatabaseRefused
from libs.repositories.generation_jobs import JobRenderRow, VariantRow

FOREIGN_KEY_VIOLATION: Final = "23503"

COLUMNS: Final = (
    "id,title,cover_variant_id,variants:render_variants!render_variants_render_id_owner_id_fkey("
    + ",".join(field.name for field in msgspec.structs.fields(VariantRow))
    + ")"
)


class RenderRepository:
    """Renders as the caller sees them: `db` carries the caller's JWT, RLS scopes it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def change(self, render_id: UUID, values: dict[str, Any]) -> JobRenderRow | None:
        """Change title or cover; None when the caller has no such render.

        Raises MaquetteError variant_not_found when the cover is not one of its variants.
        """
        query = self._db.from_("renders").update(values).eq("id", str(render_id)).select(COLUMNS)
        try:
            rows = await self._db.fetch(query, list[JobRenderRow])
        except DatabaseRefused as refusal:
            if refusal.code == FOREIGN_KEY_VIOLATION:
                raise MaquetteError(ErrorCode.VARIANT_NOT_FOUND) from refusal
            raise
        return rows[0] if rows else None

    async def find_variant(self, variant_id: UUID) -> VariantRow | None:
        """One stored picture; None when the caller has none of that id."""
        columns = ",".join(field.name for field in msgspec.structs.fields(VariantRow))
        query = self._db.from_("render_variants").select(columns).eq("id", str(variant_id))
        rows = await self._db.fetch(query, list[VariantRow])
        return rows[0] if rows else None
