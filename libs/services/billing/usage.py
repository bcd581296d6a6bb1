"""What a person has used and has left."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from libs.app_config.runtime import find_plan
from libs.errors import ErrorCode, MaquetteError
from libs.repositories.cursor import TimeCursor, decode_cursor, encode_cursor
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


class DayView(msgspec.Struct, frozen=True):
    """Credits of one day (UTC) of the running period, net of what came back."""

    day: str
    credits: int


class EntryView(msgspec.Struct, frozen=True):
    """An entry of the ledger: what a render took or gave back, or what was granted, and why."""

    id: UUID
    kind: Literal["debit", "refund", "grant", "adjustment"]
    amount: int
    reason: str
    generation_id: UUID | None
    title: str | None
    created_at: datetime


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

    async def by_day(self) -> list[DayView]:
        """The running period, day by day; days without a render are left out."""
        return [DayView(row.day, row.credits) for row in await self._usage.by_day()]

    async def entries(self, cursor: str | None, limit: int) -> tuple[list[EntryView], str | None]:
        """The ledger, latest first, and the cursor of the next page. Raises invalid_cursor."""
        rows = await self._usage.entries(decode_cursor(cursor, TimeCursor), limit)
        shown = rows[:limit]
        after = encode_cursor(TimeCursor(shown[-1].created_at, shown[-1].id)) if len(rows) > limit else None
        return [
            EntryView(
                row.id,
                row.kind,
                row.amount,
                row.reason,
                row.job_id,
                row.job.title if row.job else None,
                row.created_at,
            )
            for row in shown
        ], after
