"""What the provider cost today, over everybody."""

from datetime import datetime

import msgspec

from libs.repositories.database import Database


class ProviderCost(msgspec.Struct, frozen=True):
    """Cost of today (UTC) and its ceiling, in US dollars; `now` is the database's clock."""

    dollars: float
    ceiling: float
    now: datetime


class _NoArguments(msgspec.Struct, frozen=True):
    pass


class ProviderCostRepository:
    """`db` is anonymous: the function it calls asks for the API's proof only."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def today(self) -> ProviderCost:
        """What was reserved today. Raises MaquetteError database_unavailable and DatabaseRefused."""
        return await self._db.call_with_proof("provider_cost_today", _NoArguments(), ProviderCost)
