"""What a person has used and has left."""

from datetime import datetime

import msgspec

from libs.app_config.runtime import find_plan
from libs.errors import ErrorCode, MaquetteError
from libs.repositories.usage import UsageRepository


class PlanName(msgspec.Struct, frozen=True):
    """The plan a person is on."""

    id: str
    name: str
    max_variants: int


class UsageView(msgspec.Struct, frozen=True):
    """Credits of the running period: `used` includes `reserved`, which a running render holds."""

    plan: PlanName
    used: int
    reserved: int
    limit: int
    remaining: int
    period_start: datetime
    resets_at: datetime


class UsageService:
    """Usage of one caller."""

    def __init__(self, usage: UsageRepository) -> None:
        self._usage = usage

    async def find(self) -> UsageView:
        """The caller's usage. Raises account_gone."""
        row = await self._usage.find()
        if row is None:
            raise MaquetteError(ErrorCode.ACCOUNT_GONE)
        plan = find_plan(row.plan_id)
        return UsageView(
            PlanName(row.plan_id, plan.name if plan else row.plan_id, row.max_variants),
            row.used,
            row.reserved,
            row.credit_limit,
            max(row.credit_limit - row.used, 0),
            row.period_start,
            row.resets_at,
        )
