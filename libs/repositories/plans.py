"""Plans as the database knows them."""

import msgspec

from libs.repositories.database import Database


class _PlanId(msgspec.Struct):
    id: str


class PlanRepository:
    """Readable by everybody."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def ids(self) -> list[str]:
        """The plans there are."""
        rows = await self._db.fetch(self._db.from_("plans").select("id"), list[_PlanId])
        return [row.id for row in rows]
