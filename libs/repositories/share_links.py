"""Share links: those of an owner, and what one opens for a visitor."""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.cursor import PlaceCursor, TimeCursor
from libs.repositories.database import FOREIGN_KEY_VIOLATION, INSUFFICIENT_PRIVILEGE, Database, DatabaseRefused, RowId
from libs.repositories.render_rows import VariantRow


class ShareLinkRow(msgspec.Struct, frozen=True, kw_only=True):
    """A link to a render or a collection. `token` is None when the API's proof key changed since it was made."""

    id: UUID
    render_id: UUID | None
    collection_id: UUID | None
    title: str
    include_settings: bool
    expires_at: datetime | None
    taken_down_at: datetime | None
    created_at: datetime
    token: str | None


class SharedRecipeRow(msgspec.Struct, frozen=True, kw_only=True):
    """What made a shared render."""

    preset_id: str
    prompt: str
    settings: dict[str, Any]
    seed: int
    from_photo: bool


class SharedRenderRow(msgspec.Struct, frozen=True, kw_only=True):
    """A render as a link shows it, its cover first.

    `recipe` is None unless its owner included it. So is a `title` that would show the prompt.
    """

    id: UUID
    place: float
    preset_id: str
    title: str | None
    recipe: SharedRecipeRow | None
    variants: list[VariantRow]


class SharedRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a link shows: one page of renders. `title` is a collection's; None for a render."""

    kind: Literal["render", "collection"]
    title: str | None
    renders: list[SharedRenderRow]


class _OpenShare(msgspec.Struct, frozen=True):
    token: str
    page_size: int
    after_place: float | None
    after_id: UUID | None
    variant_id: UUID | None


class _OpenPicture(msgspec.Struct, frozen=True):
    token: str
    variant_id: UUID


class ShareLinkRepository:
    """Links as the caller sees them: `db` carries the caller's JWT, RLS scopes it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(
        self, render_id: UUID | None, collection_id: UUID | None, after: TimeCursor | None, limit: int
    ) -> list[ShareLinkRow]:
        """Links that are not turned off, latest first; one row beyond `limit` means that a next page exists."""
        arguments: dict[str, object] = {"page_size": limit, "of_render": render_id, "of_collection": collection_id}
        if after:
            arguments |= {"after_created_at": after.key, "after_id": after.id}
        return await self._db.call("my_share_links", list[ShareLinkRow], arguments)

    async def add(
        self, render_id: UUID | None, collection_id: UUID | None, expires_at: datetime | None, *, include_settings: bool
    ) -> ShareLinkRow:
        """Make a link.

        Raises MaquetteError render_not_found, collection_not_found, sharing_refused, account_blocked, account_gone.
        """
        values = {
            "render_id": render_id,
            "collection_id": collection_id,
            "include_settings": include_settings,
            "expires_at": expires_at,
        }
        query = self._db.from_("share_links").insert(values).select("id")
        try:
            (made,) = await self._db.fetch(query, list[RowId])
        except DatabaseRefused as refusal:
            if refusal.code == FOREIGN_KEY_VIOLATION:
                code = ErrorCode.RENDER_NOT_FOUND if render_id else ErrorCode.COLLECTION_NOT_FOUND
                raise MaquetteError(code) from refusal
            if refusal.code == INSUFFICIENT_PRIVILEGE:
                raise MaquetteError(ErrorCode.ACCOUNT_GONE) from refusal
            raise
        arguments = {"page_size": 1, "wanted": made.id}
        (row,) = await self._db.call("my_share_links", list[ShareLinkRow], arguments)
        return row

    async def turn_off(self, share_id: UUID) -> bool:
        """Turn a link off for ever; False when the caller has no such link."""
        # A trigger writes the database's own time, whatever is sent.
        now = datetime.now(UTC).isoformat()
        query = self._db.from_("share_links").update({"revoked_at": now}).eq("id", str(share_id)).select("id")
        return bool(await self._db.fetch(query, list[RowId]))


class SharedRepository:
    """What tokens open. `db` is anonymous: the functions it calls ask for the API's proof only."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(
        self, token: str, after: PlaceCursor | None, limit: int, of_variant: UUID | None = None
    ) -> SharedRow | None:
        """What a token opens, all or the render of one variant; None when that is nothing.

        One render beyond `limit` means that a next page exists.
        """
        request = _OpenShare(token, limit, after.key if after else None, after.id if after else None, of_variant)
        rows = await self._db.call_with_proof("open_share", request, list[SharedRow])
        return rows[0] if rows else None

    async def picture(self, token: str, variant_id: UUID) -> VariantRow | None:
        """One picture that a token opens; None when it does not."""
        request = _OpenPicture(token, variant_id)
        rows = await self._db.call_with_proof("open_shared_picture", request, list[VariantRow])
        return rows[0] if rows else None
