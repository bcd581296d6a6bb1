"""The trash and old notes of deliveries are purged, and files follow the rows that are gone, with every reconcile."""

from typing import Final

from libs.app_config.runtime import LIMITS
from libs.repositories.renders import RenderRepository
from libs.repositories.webhook_events import WebhookEventRepository
from libs.services.media.file_changes import FileChanges

# Rows of one transaction, so that locks stay short.
BATCH: Final = 500


class Purge:
    """`renders` and `events` are anonymous: the API's proof alone opens what they call."""

    def __init__(self, renders: RenderRepository, events: WebhookEventRepository, file_changes: FileChanges) -> None:
        self._renders = renders
        self._events = events
        self._file_changes = file_changes

    async def run(self) -> int:
        """Delete what was in anybody's trash for `LIMITS.trash_days`, and then every file that no row names.

        Notes of deliveries go after `LIMITS.webhook_event_days`.

        Answers how many renders were deleted. Raises MaquetteError database_unavailable and DatabaseRefused.
        """
        purged = 0
        while batch := await self._renders.purge(LIMITS.trash_days, BATCH):
            purged += batch
        while await self._events.purge(LIMITS.webhook_event_days, BATCH):
            pass
        await self._file_changes.request_and_wait()
        return purged
