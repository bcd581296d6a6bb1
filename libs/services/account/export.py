"""The export of an account: rows as JSON, variants and photos as files."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode, MaquetteError
from libs.repositories.account import PAGED_TABLES, AccountRepository, created_at
from libs.repositories.storage import INPUTS, RENDERS, Storage
from libs.services.media.archive import Entry, zip_pieces


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

    async def _entries(self, profile: list[dict[str, object]]) -> AsyncGenerator[Entry]:
        now = datetime.now(UTC)
        yield _json("profile", profile, now)
        for table in PAGED_TABLES:
            yield _json(table, [row async for row in self._account.rows(table)], now)
        yield _json("collection_items", [row async for row in self._account.memberships()], now)
        async for variant in self._account.rows("render_variants"):
            data = await self._storage.download(RENDERS, variant["path"])
            if data is not None:
                # Without the owner's folder: job and number say which variant it is.
                yield Entry(f"renders/{variant['path'].partition('/')[2]}", created_at(variant), data)
        async for entry in self._photos():
            yield entry

    async def _photos(self) -> AsyncGenerator[Entry]:
        offset = 0
        while files := await self._storage.page(INPUTS, str(self._owner), offset, LIMITS.max_page_size):
            for file in files:
                data = await self._storage.download(INPUTS, f"{self._owner}/{file.name}")
                if data is not None:
                    yield Entry(f"photos/{file.name}", file.created_at, data)
            offset += len(files)


def _json(name: str, rows: list[dict[str, object]], now: datetime) -> Entry:
    return Entry(f"data/{name}.json", now, msgspec.json.format(msgspec.json.encode(rows), indent=2))
