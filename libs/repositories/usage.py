"""What a person has used of their plan."""

from datetime import datetime
from typing import cast

import msgspec

from libs.repositories.database import Database


class UsageRow(msgspec.Struct, frozen=True):
    """Credits of the running period. `used` includes `reserved`, which running renders hold."""

    plan_id: str
    max_variants: int
    used: int
    reserved: int
    credit_limit: int
    period_start: datetime
    resets_at: datetime


class UsageRepository:
    """Usage as the database counts it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self) -> UsageRow | None:
        """The caller's usage; None when the account is gone."""
        wanted = cast("type[UsageRow | None]", UsageRow | None)
        return await self._db.call("my_usage", wanted)
