"""The queue of stored files whose rows are gone; triggers fill it in the transaction that deletes the rows."""

import msgspec

from libs.repositories.service_role import ServiceRoleDatabase


class StoredName(msgspec.Struct, frozen=True):
    """A file that no row names any more."""

    bucket: str
    name: str


class FileRemovalRepository:
    """Each method raises MaquetteError database_unavailable."""

    def __init__(self, db: ServiceRoleDatabase) -> None:
        self._db = db

    async def next(self, limit: int) -> list[StoredName]:
        """The names that are due, longest waiting first; at most `limit`."""
        return msgspec.convert(await self._db.call("next_file_removals", {"max_count": limit}), list[StoredName])

    async def confirm(self, removed: list[StoredName]) -> None:
        """Take names out of the queue: Storage no longer has them."""
        await self._db.call("confirm_file_removals", {"removed": msgspec.to_builtins(removed)})
