"""How near the provider cost of today is to its ceiling. The ceiling itself holds in Postgres, at each submit."""

import asyncio
import time
from typing import Final

import msgspec
import structlog

from libs.errors import MaquetteError, causes_of
from libs.repositories.database import DatabaseRefused
from libs.repositories.provider_cost import ProviderCostRepository

ASK_SECONDS: Final = 5

log = structlog.get_logger()


class Today(msgspec.Struct, frozen=True):
    """Today's provider cost as a share of its ceiling, and by how many seconds our clock is ahead of the database's."""

    share: float
    clock_ahead: float


class Spending:
    """`costs` is anonymous: the API's proof alone opens what it calls."""

    def __init__(self, costs: ProviderCostRepository) -> None:
        self._costs = costs

    async def today(self) -> Today | None:
        """What the database says; None when it does not tell in time."""
        asked = time.time()
        try:
            async with asyncio.timeout(ASK_SECONDS):
                cost = await self._costs.today()
        except (MaquetteError, DatabaseRefused, TimeoutError) as error:
            log.warning("provider_cost_unknown", **causes_of(error))
            return None
        # It told the time between question and answer.
        clock_ahead = (asked + time.time()) / 2 - cost.now.timestamp()
        # A ceiling of 0 lets nothing through: it is reached.
        return Today(cost.dollars / cost.ceiling if cost.ceiling else 1.0, clock_ahead)
