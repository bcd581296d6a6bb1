"""The queue of what is to become of stored files; the database fills it in the transactions that make it due."""

import msgspec

from libs.repositories.service_role import ServiceRoleDatabase


class FileChange(msgspec.Struct, frozen=True):
    """A stored file to move to `new_name` in its bucket, or to remove where there is none."""

    bucket: str
    name: str
    new_name: str | None


class FileChangeRepository:
    """Each method raises MaquetteError database_unavailable."""

    def __init__(self, db: ServiceRoleDatabase) -> None:
        self._db = db

    async def next(self, limit: int) -> list[FileChange]:
        """The changes that are due, longest waiting first; at most `limit`."""
        return msgspec.convert(await self._db.call("next_file_changes", {"max_count": limit}), list[FileChange])

    async def confirm(self, done: list[FileChange]) -> None:
        """Take changes out of the queue: Storage has done them. Variants get the new names of their files."""
        await self._db.call("confirm_file_changes", {"done": msgspec.to_builtins(done)})
