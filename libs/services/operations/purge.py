"""What nobody asks for: the trash lets go of what is due, and files follow their rows."""

from typing import Final

from libs.app_config.runtime import LIMITS
from libs.repositories.renders import RenderRepository
from libs.services.external.webhook_client import WebhookRedelivery

# Rows of one transaction: locks stay short.
BATCH: Final = 500


class Housekeeping:
    """`renders` is anonymous: the functions it calls ask for the API's proof only."""

    def __init__(self, renders: RenderRepository, redelivery: WebhookRedelivery) -> None:
        self._renders = renders
        self._redelivery = redelivery

    async def purge(self) -> int:
        """Delete what was in anybody's trash for `LIMITS.trash_days` and remove every file that no row names.

        Answers how many renders went. Raises MaquetteError database_unavailable.
        """
        purged = 0
        while batch := await self._renders.purge(LIMITS.trash_days, BATCH):
            purged += batch
        await self._redelivery.remove_files()
        return purged
