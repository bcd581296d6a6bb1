"""How near the provider cost of today is to its ceiling. The ceiling itself holds in Postgres, at each submit."""

import asyncio
from typing import Final

import structlog

from libs.errors import MaquetteError, causes_of
from libs.repositories.database import DatabaseRefused
from libs.repositories.provider_cost import ProviderCostRepository

ASK_SECONDS: Final = 5

log = structlog.get_logger()


class Spending:
    """`costs` is anonymous: the API's proof alone opens what it calls."""

    def __init__(self, costs: ProviderCostRepository) -> None:
        self._costs = costs

    async def share_of_ceiling(self) -> float | None:
        """Today's provider cost as a share of its ceiling; None when the database does not tell in time."""
        try:
            async with asyncio.timeout(ASK_SECONDS):
                cost = await self._costs.today()
        except (MaquetteError, DatabaseRefused, TimeoutError) as error:
            log.warning("provider_cost_unknown", **causes_of(error))
            return None
        # A ceiling of 0 lets nothing through: it is reached.
        return cost.dollars / cost.ceiling if cost.ceiling else 1.0
