"""Photos that people start from: checked, encoded anew without metadata, stored under their hash."""

import re
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode, MaquetteError
from libs.repositories.storage import INPUTS, Storage
from libs.repositories.usage import UsageRepository
from libs.services.media.image_workers import ImageError, photo_worker, prepare_photo
from libs.services.media.views import EarlierUploadView, UploadView
from libs.services.paging import Page

UPLOAD_ID: Final = re.compile(r"[0-9a-f]{64}\.jpg")


class UploadService:
    """Uploads of one caller; `storage` and `usage` carry the caller's JWT."""

    def __init__(self, owner: UUID, storage: Storage, usage: UsageRepository) -> None:
        self._owner = owner
        self._storage = storage
        self._usage = usage

    async def add(self, read: Callable[[], Awaitable[bytes]]) -> UploadView:
        """Store a photo. The same photo again is the same upload.

        `read` gives its bytes. It is called when a worker is free: the photos that wait hold no memory.
        Raises MaquetteError: upload_too_large, too_many_pixels, unsupported_image, unreadable_image, animated_image,
        image_too_slow, too_many_uploads, input_not_found (deleted meanwhile), account_blocked, account_gone,
        storage_unavailable.
        """
        try:
            async with photo_worker():
                photo = await prepare_photo(await read())
        except ImageError as error:
            raise MaquetteError(error.code, error.details) from error
        name = f"{photo.sha256}.{photo.extension}"
        path = f"{self._owner}/{name}"
        try:
            await self._storage.upload(INPUTS, path, photo.data, photo.mime)
        except MaquetteError as error:
            if error.code is ErrorCode.ACCOUNT_GONE:
                raise await self._why_refused() from error
            raise
        url = (await self._storage.signed_urls([f"{INPUTS}/{path}"])).get(f"{INPUTS}/{path}")
        if url is None:
            # Deleted, or the account with it, between the store and here.
            raise MaquetteError(ErrorCode.INPUT_NOT_FOUND)
        return UploadView(
            name,
            url,
            photo.width,
            photo.height,
            len(photo.data),
            photo.original_width,
            photo.original_height,
            photo.placeholder,
        )

    async def page(self, cursor: str | None, limit: int) -> Page[EarlierUploadView]:
        """Earlier uploads, newest first. Raises invalid_cursor."""
        offset = _offset(cursor)
        files = await self._storage.page(INPUTS, str(self._owner), offset, limit + 1)
        shown = files[:limit]
        urls = await self._storage.signed_urls([f"{INPUTS}/{self._owner}/{file.name}" for file in shown])
        views = [
            EarlierUploadView(file.name, urls.get(f"{INPUTS}/{self._owner}/{file.name}"), file.created_at, file.bytes)
            for file in shown
        ]
        following = offset + limit
        return Page(views, str(following) if len(files) > limit and following <= LIMITS.max_uploads else None)

    async def remove(self, upload_id: str) -> None:
        """Delete an upload; without effect when there is none. Raises not_found for what is no id."""
        if not UPLOAD_ID.fullmatch(upload_id):
            raise MaquetteError(ErrorCode.NOT_FOUND)
        await self._storage.remove(INPUTS, [f"{self._owner}/{upload_id}"])

    async def _why_refused(self) -> MaquetteError:
        """Storage refuses alike a person who is blocked, one who has all the photos they may have, and a gone one."""
        usage = await self._usage.find()
        if usage is not None and usage.block is not None:
            return MaquetteError(ErrorCode.ACCOUNT_BLOCKED)
        if await self._storage.page(INPUTS, str(self._owner), LIMITS.max_uploads - 1, 1):
            return MaquetteError(ErrorCode.TOO_MANY_UPLOADS, {"limit": LIMITS.max_uploads})
        return MaquetteError(ErrorCode.ACCOUNT_GONE)


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    # Storage pages by offset only; the cursor is opaque to clients all the same.
    if not cursor.isascii() or not cursor.isdecimal() or int(cursor) > LIMITS.max_uploads:
        raise MaquetteError(ErrorCode.INVALID_CURSOR)
    return int(cursor)
