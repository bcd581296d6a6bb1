"""Stored files follow their rows: removed when the rows are gone, moved away when a picture was taken down.

Asked for in any process, done by the webhook handlers: Storage changes files through its API only, and only these
handlers hold the service role.
"""

import asyncio
from typing import Final

import structlog

from libs.errors import causes_of
from libs.repositories.file_changes import FileChangeRepository
from libs.repositories.storage import Storage
from libs.services.background import Background
from libs.services.external.webhook_client import WebhookClient, WebhookFailed

log = structlog.get_logger()

BATCH: Final = 500
# Storage copies a file to move it. So many at once are done well within the time that a request of ours waits.
MOVES_AT_ONCE: Final = 8


class FileChanges:
    """Asks for the changes. One per process; what fails stays in the queue, and the next request does it."""

    def __init__(self, webhook: WebhookClient) -> None:
        self._webhook = webhook
        self._background = Background(self.request_and_wait)

    def request(self) -> None:
        """Ask soon, without waiting. Requests made meanwhile are one."""
        self._background.request()

    async def request_and_wait(self) -> None:
        """Ask now, and return when the changes are done or the request failed, which is logged."""
        try:
            # One batch for each request, so that none lasts long, however many files wait.
            while await self._webhook.change_files():
                pass
        except WebhookFailed as error:
            log.warning("files_not_changed_yet", **causes_of(error))

    async def aclose(self) -> None:
        """Stop asking: the changes stay in the queue."""
        await self._background.aclose()


class FileChanger:
    """Does the changes. `storage` is the service role's. Each can be repeated: it may have died before it confirmed."""

    def __init__(self, queue: FileChangeRepository, storage: Storage) -> None:
        self._queue = queue
        self._storage = storage

    async def change_files(self) -> int:
        """Do what is due longest; answers how many changes left the queue, 0 when nothing is due.

        Raises MaquetteError database_unavailable: what is left is done the next time.
        """
        changes = await self._queue.next(BATCH)
        removals = [change for change in changes if change.new_name is None]
        for bucket in {change.bucket for change in removals}:
            await self._storage.remove(bucket, [change.name for change in removals if change.bucket == bucket])
        await self._move([(one.bucket, one.name, one.new_name) for one in changes if one.new_name is not None])
        if changes:
            await self._queue.confirm(changes)
        return len(changes)

    async def _move(self, moves: list[tuple[str, str, str]]) -> None:
        for start in range(0, len(moves), MOVES_AT_ONCE):
            await asyncio.gather(*(self._storage.move(*move) for move in moves[start : start + MOVES_AT_ONCE]))
