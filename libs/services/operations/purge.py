"""The trash is purged, and files follow the rows that are gone. Nobody asks for it: reconcile does it every round."""

from typing import Final

from libs.app_config.runtime import LIMITS
from libs.repositories.renders import RenderRepository
from libs.services.media.file_changes import FileChanges

# Rows of one transaction, so that locks stay short.
BATCH: Final = 500


class Purge:
    """`renders` is anonymous: the API's proof alone opens what it calls."""

    def __init__(self, renders: RenderRepository, file_changes: FileChanges) -> None:
        self._renders = renders
        self._file_changes = file_changes

    async def run(self) -> int:
        """Delete what was in anybody's trash for `LIMITS.trash_days`, then every file that no row names.

        Answers how many renders were deleted. Raises MaquetteError database_unavailable and DatabaseRefused.
        """
        purged = 0
        while batch := await self._renders.purge(LIMITS.trash_days, BATCH):
            purged += batch
        await self._file_changes.request_and_wait()
        return purged
