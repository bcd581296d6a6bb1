"""Notes of what was delivered and what came of it; webhooks write them, operators read them."""

import msgspec

from libs.repositories.database import Database


class _PurgeRequest(msgspec.Struct, frozen=True):
    days: int
    limit: int


class WebhookEventRepository:
    """`db` must be anonymous."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def purge(self, days: int, limit: int) -> int:
        """Delete notes that are older than `days`, up to `limit`; answers how many."""
        return await self._db.call_with_proof("purge_webhook_events", _PurgeRequest(days, limit), int)
