"""The export of an account: rows as JSON, variants and photos as files."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode, MaquetteError
from libs.repositories.account import PAGED_TABLES, AccountRepository, PictureFile
from libs.repositories.storage import INPUTS, RENDERS, Storage
from libs.services.media.archive import Entry, TextEntry, zip_pieces

# Pictures that are read at once: one after another, 100,000 of them would take longer than the hour of a token.
AT_ONCE: Final = 8
# A replica has 512 MB (docs/deploy.md), and several people may export.
BYTES_AT_ONCE: Final = 32 * 1024 * 1024


class ExportService:
    """The export of one caller; `account` and `storage` carry the caller's JWT."""

    def __init__(self, owner: UUID, account: AccountRepository, storage: Storage) -> None:
        self._owner = owner
        self._account = account
        self._storage = storage

    async def archive(self) -> AsyncGenerator[bytes]:
        """The pieces of a ZIP with everything. Raises account_gone."""
        profile = await self._account.profile()
        if not profile:
            raise MaquetteError(ErrorCode.ACCOUNT_GONE)
        return zip_pieces(self._entries(profile))

    async def _entries(self, profile: list[msgspec.Raw]) -> AsyncGenerator[Entry | TextEntry]:
        now = datetime.now(UTC)
        yield TextEntry("data/profile.json", now, _json(_one(profile)))
        for table in PAGED_TABLES:
            yield TextEntry(f"data/{table}.json", now, _json(self._account.pages(table)))
        yield TextEntry("data/collection_items.json", now, _json(self._account.memberships()))
        async for page in self._account.pictures():
            for group in _groups(page):
                for file, data in zip(group, await self._read(group), strict=True):
                    if data is not None:
                        # Without the owner's folder: job and number say which variant it is.
                        yield Entry(f"renders/{file.path.partition('/')[2]}", file.created_at, data)
        async for entry in self._photos():
            yield entry

    async def _read(self, group: list[PictureFile]) -> list[bytes | None]:
        return await asyncio.gather(*(self._storage.download(RENDERS, file.path) for file in group))

    async def _photos(self) -> AsyncGenerator[Entry]:
        offset = 0
        while files := await self._storage.page(INPUTS, str(self._owner), offset, LIMITS.max_page_size):
            for file in files:
                data = await self._storage.download(INPUTS, f"{self._owner}/{file.name}")
                if data is not None:
                    yield Entry(f"photos/{file.name}", file.created_at, data)
            offset += len(files)


def _groups(files: list[PictureFile]) -> Iterator[list[PictureFile]]:
    """In order, up to `AT_ONCE` files and `BYTES_AT_ONCE` bytes each, one file at least."""
    group: list[PictureFile] = []
    for file in files:
        if group and (len(group) == AT_ONCE or sum(one.bytes for one in group) + file.bytes > BYTES_AT_ONCE):
            yield group
            group = []
        group.append(file)
    if group:
        yield group


async def _one(page: list[msgspec.Raw]) -> AsyncGenerator[list[msgspec.Raw]]:
    yield page


async def _json(pages: AsyncGenerator[list[msgspec.Raw]]) -> AsyncGenerator[bytes]:
    """A JSON array with a row on each line, page by page."""
    before = b"[\n"
    async for page in pages:
        if page:
            yield before + b",\n".join(bytes(row) for row in page)
            before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"
