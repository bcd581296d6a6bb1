"""Downloads: one picture under a readable name, or many as a ZIP that is made while it is sent."""

import re
from collections.abc import AsyncGenerator
from enum import StrEnum
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
import structlog

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode, MaquetteError
from libs.repositories.collections import CollectionRepository
from libs.repositories.cursor import TimeCursor
from libs.repositories.render_rows import VariantRow
from libs.repositories.renders import RenderDetailRow, RenderFilter, RenderRepository
from libs.repositories.storage import RENDERS, Storage
from libs.services.gallery.xmp import Recipe, with_recipe
from libs.services.media.archive import Entry, zip_pieces
from libs.services.media.conversions import Conversions
from libs.services.media.image_workers import ImageError

log = structlog.get_logger()

# Characters that common file systems refuse in a name, and leading or trailing dots, which hide a file or its ending.
UNSAFE: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+|^[. ]+|[. ]+$')
# File systems take 255; the number, the ending and what browsers and archives add need the rest.
NAME_BYTES: Final = 200
EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class PictureFormat(StrEnum):
    """What a picture can be saved as. JPEG has white where the picture is transparent."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"

    @property
    def mime(self) -> str:
        return f"image/{self.value}"


class Choice(msgspec.Struct, frozen=True):
    """What a person wants in the files: the recipe, and a format. Without one, pictures stay as they are stored."""

    recipe: bool
    format: PictureFormat | None

    def mime_of(self, variant: VariantRow) -> str:
        return self.format.mime if self.format else variant.mime


class File(msgspec.Struct, frozen=True):
    """A picture to save."""

    name: str
    mime: str
    data: bytes


class Archive(msgspec.Struct, frozen=True):
    """A ZIP to save; `pieces` can be read once."""

    name: str
    pieces: AsyncGenerator[bytes]


class DownloadService:
    """Files of one caller. The repositories and `storage` carry the caller's JWT."""

    def __init__(
        self,
        owner: UUID,
        renders: RenderRepository,
        collections: CollectionRepository,
        storage: Storage,
        conversions: Conversions,
    ) -> None:
        self._owner = owner
        self._conversions = conversions
        self._renders = renders
        self._collections = collections
        self._storage = storage

    async def picture(self, render_id: UUID, variant_id: UUID, choice: Choice) -> File:
        """One variant. Raises render_not_found, variant_not_found, downloads_under_way, not_convertible."""
        render = await self._find(render_id)
        variant = next((variant for variant in render.variants if variant.id == variant_id), None)
        if variant is None:
            raise MaquetteError(ErrorCode.VARIANT_NOT_FOUND)
        read, mime = partial(self._storage.download, RENDERS, variant.path), choice.mime_of(variant)
        if mime == variant.mime:
            data = await read()
        else:
            data = await self._conversions.convert_one(self._owner, mime, read)
        if data is None:
            raise MaquetteError(ErrorCode.VARIANT_NOT_FOUND)
        return _file(render, variant, mime, data, choice)

    async def renders(self, render_ids: list[UUID], choice: Choice) -> Archive:
        """All variants of these renders. Raises render_not_found when the first is not the caller's."""
        first = await self._find(render_ids[0])
        name = first.title if len(render_ids) == 1 else "Maquette renders"
        return Archive(f"{safe_name(name)}.zip", zip_pieces(self._pictures(_each(render_ids), choice)))

    async def collection(self, collection_id: UUID, choice: Choice) -> Archive:
        """All variants of all renders of a collection. Raises collection_not_found."""
        collection = await self._collections.find(collection_id)
        if collection is None:
            raise MaquetteError(ErrorCode.COLLECTION_NOT_FOUND)
        members = self._members(collection_id)
        return Archive(f"{safe_name(collection.name)}.zip", zip_pieces(self._pictures(members, choice)))

    async def _find(self, render_id: UUID) -> RenderDetailRow:
        render = await self._renders.find(render_id)
        if render is None:
            raise MaquetteError(ErrorCode.RENDER_NOT_FOUND)
        return render

    async def _members(self, collection_id: UUID) -> AsyncGenerator[UUID]:
        """Renders of a collection, page by page."""
        where = RenderFilter(collection_id=collection_id)
        after: TimeCursor | None = None
        while True:
            rows = await self._renders.page(where, "newest", after, LIMITS.max_page_size)
            for row in rows[: LIMITS.max_page_size]:
                yield row.id
            if len(rows) <= LIMITS.max_page_size:
                return
            last = rows[LIMITS.max_page_size - 1]
            after = TimeCursor(last.created_at, last.id)

    async def _pictures(self, render_ids: AsyncGenerator[UUID], choice: Choice) -> AsyncGenerator[Entry]:
        """All variants of renders, one at a time, without what was deleted meanwhile."""
        async for render_id in render_ids:
            render = await self._renders.find(render_id)
            if render is None:
                continue
            for variant in render.variants:
                file = await self._file_in_archive(render, variant, choice)
                if file is not None:
                    yield Entry(file.name, render.created_at, file.data)

    async def _file_in_archive(self, render: RenderDetailRow, variant: VariantRow, choice: Choice) -> File | None:
        read, mime = partial(self._storage.download, RENDERS, variant.path), choice.mime_of(variant)
        try:
            converted = mime != variant.mime
            data = await (self._conversions.convert(self._owner, mime, read) if converted else read())
        except ImageError as error:
            # An archive has every picture: this one as it is.
            log.warning("picture_not_converted", variant=str(variant.id), reason=error.reason)
            mime, data = variant.mime, await read()
        return None if data is None else _file(render, variant, mime, data, choice)


async def _each(render_ids: list[UUID]) -> AsyncGenerator[UUID]:
    for render_id in render_ids:
        yield render_id


def safe_name(title: str) -> str:
    """A title as the name of a file without its ending."""
    words = " ".join(UNSAFE.sub(" ", title).split()).encode()
    return words[:NAME_BYTES].decode(errors="ignore").strip(" .") or "render"


def _file(render: RenderDetailRow, variant: VariantRow, mime: str, data: bytes, choice: Choice) -> File:
    recipe = Recipe(
        render_id=render.id,
        variant=variant.index,
        preset_id=render.preset_id,
        prompt=render.prompt,
        settings=render.settings,
        seed=render.seed,
    )
    # People count from one.
    name = f"{safe_name(render.title)} {variant.index + 1}.{EXTENSIONS[mime]}"
    return File(name, mime, with_recipe(data, mime, recipe) if choice.recipe else data)
