"""Sharing: an owner's links, what a link opens for a visitor, and what a visitor reports."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from libs.app_config.runtime import LIMITS, find_preset
from libs.errors import ErrorCode, FieldError, MaquetteError
from libs.repositories.cursor import PlaceCursor, TimeCursor, decode_cursor, encode_cursor
from libs.repositories.render_rows import VariantRow
from libs.repositories.reports import Reason, Report, ReportRepository
from libs.repositories.share_links import (
    SharedRenderRow,
    SharedRepository,
    SharedRow,
    ShareLinkRepository,
    ShareLinkRow,
)
from libs.repositories.storage import RENDERS, Storage
from libs.services.publishing.recipe import RecipeView, recipe_view
from libs.text import clean_text

# What a render is called whose name is not shown and whose preset is no longer offered.
UNNAMED: Final = "A render"
# 256 bits in base64url, as private.share_token() makes them.
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")

Size = Literal["full", "thumbnail"]


class ShareLinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A link. `url` is null when it can no longer be shown, though it still opens; `taken_down_at` is an operator's."""

    id: UUID
    render_id: UUID | None
    collection_id: UUID | None
    title: str
    url: str | None
    include_settings: bool
    expires_at: datetime | None
    taken_down_at: datetime | None
    created_at: datetime


class SharedVariantView(msgspec.Struct, frozen=True):
    """A picture of a share: addresses that open while the link does, its size in pixels, and a ThumbHash (base64)."""

    id: UUID
    index: int
    url: str
    thumbnail_url: str
    width: int
    height: int
    placeholder: str


class SharedRenderView(msgspec.Struct, frozen=True):
    """A render of a share, its cover first. `recipe` is null unless its owner included it.

    Without it, a render that nobody named is titled by its preset: its own title would be the prompt.
    """

    id: UUID
    title: str
    recipe: RecipeView | None
    variants: list[SharedVariantView]


class SharedView(msgspec.Struct, frozen=True):
    """What a link shows; nothing in it tells whose it is."""

    kind: Literal["render", "collection"]
    title: str
    renders: list[SharedRenderView]


class SharedFile(msgspec.Struct, frozen=True):
    """A picture to send; `read` fetches its bytes."""

    mime: str
    path: str


class ShareLinkService:
    """Links of one caller."""

    def __init__(self, links: ShareLinkRepository, public_url: str) -> None:
        self._links = links
        self._public_url = public_url

    async def page(
        self, render_id: UUID | None, collection_id: UUID | None, cursor: str | None, limit: int
    ) -> tuple[list[ShareLinkView], str | None]:
        """Links that are not turned off, latest first, and the cursor of the next page. Raises invalid_cursor."""
        rows = await self._links.page(render_id, collection_id, decode_cursor(cursor, TimeCursor), limit)
        shown = rows[:limit]
        after = encode_cursor(TimeCursor(shown[-1].created_at, shown[-1].id)) if len(rows) > limit else None
        return [self._view(row) for row in shown], after

    async def add(
        self, render_id: UUID | None, collection_id: UUID | None, expires_at: datetime | None, *, include_settings: bool
    ) -> ShareLinkView:
        """Make a link. Raises FieldError, render_not_found, collection_not_found, sharing_refused, account_gone."""
        if (render_id is None) == (collection_id is None):
            raise FieldError("", "Name what to share: render_id or collection_id.")
        if expires_at is not None and expires_at <= datetime.now(UTC):
            raise FieldError("expires_at", "The link would end before it begins. Choose a later moment.")
        return self._view(
            await self._links.add(render_id, collection_id, expires_at, include_settings=include_settings)
        )

    async def turn_off(self, share_id: UUID) -> None:
        """Turn a link off for ever; a repeat changes nothing. Raises share_not_found."""
        if not await self._links.turn_off(share_id):
            raise MaquetteError(ErrorCode.SHARE_NOT_FOUND)

    def _view(self, row: ShareLinkRow) -> ShareLinkView:
        return ShareLinkView(
            id=row.id,
            render_id=row.render_id,
            collection_id=row.collection_id,
            title=row.title,
            url=row.token and f"{self._public_url}/s/{row.token}",
            include_settings=row.include_settings,
            expires_at=row.expires_at,
            taken_down_at=row.taken_down_at,
            created_at=row.created_at,
        )


class SharedService:
    """What links open for anybody. `storage_of` is Storage as a visitor with that token sees it."""

    def __init__(self, shared: SharedRepository, storage_of: Callable[[str], Storage]) -> None:
        self._shared = shared
        self._storage_of = storage_of

    async def find(self, token: str, cursor: str | None, limit: int) -> tuple[SharedView, str | None]:
        """What a token opens, and the cursor of the next page. Raises share_not_found, invalid_cursor."""
        after = decode_cursor(cursor, PlaceCursor)
        row = await self._open(token, after, limit)
        shown = row.renders[:limit]
        more = len(row.renders) > limit
        after_page = encode_cursor(PlaceCursor(shown[-1].place, shown[-1].id)) if more else None
        return _view(token, row, shown), after_page

    async def find_picture(self, token: str, variant_id: UUID) -> SharedView | None:
        """What a token opens, with the render of that variant alone; None where it shows no such variant.

        Raises share_not_found.
        """
        row = await self._open(token, None, 1, variant_id)
        return _view(token, row, row.renders) if row.renders else None

    async def file(self, token: str, variant_id: UUID, size: Size) -> SharedFile:
        """Which file a picture of a share is. Raises share_not_found."""
        variant = await self._shared.picture(_checked(token), variant_id)
        if variant is None:
            raise MaquetteError(ErrorCode.SHARE_NOT_FOUND)
        if size == "thumbnail":
            return SharedFile("image/webp", variant.thumbnail_path)
        return SharedFile(variant.mime, variant.path)

    async def read(self, token: str, file: SharedFile) -> bytes:
        """The bytes of a file. Raises share_not_found."""
        data = await self._storage_of(token).download(RENDERS, file.path)
        if data is None:
            raise MaquetteError(ErrorCode.SHARE_NOT_FOUND)
        return data

    async def _open(
        self, token: str, after: PlaceCursor | None, limit: int, of_variant: UUID | None = None
    ) -> SharedRow:
        row = await self._shared.find(_checked(token), after, limit, of_variant)
        if row is None:
            raise MaquetteError(ErrorCode.SHARE_NOT_FOUND)
        return row


class ReportService:
    """Reports of visitors."""

    def __init__(self, reports: ReportRepository) -> None:
        self._reports = reports

    async def add(
        self, token: str | None, render_id: UUID | None, item_id: UUID | None, reason: Reason, message: str
    ) -> None:
        """Note a report. Raises FieldError, share_not_found, community_item_not_found."""
        if (token is None) == (item_id is None):
            raise FieldError("", "Name what is reported: share_token or community_item_id.")
        if render_id is not None and token is None:
            raise FieldError("render_id", "Name the share_token that shows the render.")
        checked = _checked(token) if token is not None else None
        text = clean_text("message", message, LIMITS.report_characters)
        await self._reports.add(
            Report(token=checked, render_id=render_id, item_id=item_id, reason=reason, message=text)
        )


def _checked(token: str) -> str:
    if not TOKEN.fullmatch(token):
        raise MaquetteError(ErrorCode.SHARE_NOT_FOUND)
    return token


def _view(token: str, row: SharedRow, shown: list[SharedRenderRow]) -> SharedView:
    renders = [_render(token, render) for render in shown]
    return SharedView(row.kind, row.title or (renders[0].title if renders else UNNAMED), renders)


def _render(token: str, render: SharedRenderRow) -> SharedRenderView:
    recipe = render.recipe
    preset = find_preset(render.preset_id)
    return SharedRenderView(
        render.id,
        render.title or (preset.name if preset else UNNAMED),
        recipe
        and recipe_view(recipe.preset_id, recipe.prompt, recipe.settings, recipe.seed, from_photo=recipe.from_photo),
        [_variant(token, variant) for variant in render.variants],
    )


def _variant(token: str, variant: VariantRow) -> SharedVariantView:
    url = f"/api/v1/shared/{token}/pictures/{variant.id}"
    return SharedVariantView(
        variant.id, variant.index, url, f"{url}?size=thumbnail", variant.width, variant.height, variant.placeholder
    )
