"""Files whose rows are gone are removed from Storage: asked for in any process, done by the webhook handlers.

Storage deletes files through its API only, and only the webhook handlers hold the service role.
"""

import asyncio
from typing import Final

import structlog

from libs.repositories.file_removals import FileRemovalRepository
from libs.repositories.storage import Storage
from libs.services.external.webhook_client import WebhookClient, WebhookFailed

log = structlog.get_logger()

BATCH: Final = 500


class FileRemovals:
    """Asks for the removal. One per process; what fails stays in the queue, and the next request removes it."""

    def __init__(self, webhook: WebhookClient) -> None:
        self._webhook = webhook
        self._task: asyncio.Task[None] | None = None
        self._is_due = False

    def request(self) -> None:
        """Ask soon, without waiting. Requests made meanwhile are one."""
        self._is_due = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def request_and_wait(self) -> None:
        """Ask now, and return when the files are gone or the request failed, which is logged."""
        try:
            await self._webhook.remove_files()
        except WebhookFailed as error:
            log.warning("files_not_removed_yet", error=str(error))

    async def _run(self) -> None:
        while self._is_due:
            self._is_due = False
            await self.request_and_wait()

    async def aclose(self) -> None:
        """Stop asking: the files stay in the queue."""
        if self._task:
            self._task.cancel()


class FileRemover:
    """Removes the files. `storage` is the service role's."""

    def __init__(self, queue: FileRemovalRepository, storage: Storage) -> None:
        self._queue = queue
        self._storage = storage

    async def remove_files(self) -> None:
        """Empty the queue. Raises MaquetteError database_unavailable: what is left is removed the next time."""
        while names := await self._queue.next(BATCH):
            for bucket in {name.bucket for name in names}:
                await self._storage.remove(bucket, [name.name for name in names if name.bucket == bucket])
            await self._queue.confirm(names)
