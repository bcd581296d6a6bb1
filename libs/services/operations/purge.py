"""What has had its time is purged: the trash, notes of deliveries, what deleted accounts used for free. Files follow.

Nobody asks for it: reconcile does it every round.
"""

from typing import Final

from libs.app_config.runtime import LIMITS
from libs.repositories.renders import RenderRepository
from libs.repositories.usage import UsageRepository
from libs.repositories.webhook_events import WebhookEventRepository
from libs.services.media.file_changes import FileChanges

# Rows of one transaction, so that locks stay short.
BATCH: Final = 500


class Purge:
    """The repositories are anonymous: the API's proof alone opens what they call."""

    def __init__(
        self,
        renders: RenderRepository,
        events: WebhookEventRepository,
        usage: UsageRepository,
        file_changes: FileChanges,
    ) -> None:
        self._renders = renders
        self._events = events
        self._usage = usage
        self._file_changes = file_changes

    async def run(self) -> int:
        """Delete what was in anybody's trash for `LIMITS.trash_days`, and then every file that no row names.

        Notes of deliveries go after `LIMITS.webhook_event_days`. What deleted accounts used for free in months that
        have ended is forgotten.

        Answers how many renders were deleted. Raises MaquetteError database_unavailable and DatabaseRefused.
        """
        purged = 0
        while batch := await self._renders.purge(LIMITS.trash_days, BATCH):
            purged += batch
        while await self._events.purge(LIMITS.webhook_event_days, BATCH):
            pass
        await self._usage.purge_carried()
        await self._file_changes.request_and_wait()
        return purged
