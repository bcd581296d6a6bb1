"""What a share link opens for a visitor."""

import re
from collections.abc import Callable
from typing import Final, Literal
from uuid import UUID

import msgspec

from libs.app_config.runtime import find_preset
from libs.errors import ErrorCode, MaquetteError
from libs.repositories.cursor import PlaceCursor, decode_cursor
from libs.repositories.render_rows import VariantRow
from libs.repositories.share_links import SharedRenderRow, SharedRepository, SharedRow
from libs.repositories.storage import RENDERS, Storage
from libs.services.paging import Page
from libs.services.publishing.recipe import recipe_view
from libs.services.publishing.views import SharedRenderView, SharedVariantView, SharedView

# The title of a render whose own title is not shown and whose preset is no longer offered.
UNNAMED: Final = "A render"
# 256 bits in base64url, as private.share_token() makes them.
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")

Size = Literal["full", "thumbnail"]


class SharedFile(msgspec.Struct, frozen=True):
    """A picture to send; `path` is its name in the `renders` bucket."""

    mime: str
    path: str


class SharedService:
    """What links open for anybody. `storage_of` gives Storage as a visitor with that token sees it."""

    def __init__(self, shared: SharedRepository, storage_of: Callable[[str], Storage]) -> None:
        self._shared = shared
        self._storage_of = storage_of

    async def find(self, token: str, cursor: str | None, limit: int) -> tuple[SharedView, str | None]:
        """What a token opens, and the cursor of the next page. Raises share_not_found, invalid_cursor."""
        row = await self._open(token, decode_cursor(cursor, PlaceCursor), limit)
        page = Page.of(row.renders, limit, lambda render: PlaceCursor(render.place, render.id))
        return _view(token, row, page.items), page.next_cursor

    async def find_picture(self, token: str, variant_id: UUID) -> SharedView | None:
        """What a token opens, with the render of that variant alone; None where it shows no such variant.

        Raises share_not_found.
        """
        row = await self._open(token, None, 1, variant_id)
        return _view(token, row, row.renders) if row.renders else None

    async def file(self, token: str, variant_id: UUID, size: Size) -> SharedFile:
        """Which file a picture of a share is. Raises share_not_found."""
        variant = await self._shared.picture(checked_token(token), variant_id)
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
        row = await self._shared.find(checked_token(token), after, limit, of_variant)
        if row is None:
            raise MaquetteError(ErrorCode.SHARE_NOT_FOUND)
        return row


def checked_token(token: str) -> str:
    """The token, when it has the form of one. Raises share_not_found."""
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
