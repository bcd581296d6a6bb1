"""What a person has used and has left."""

from libs.app_config.runtime import LIMITS, find_plan
from libs.errors import ErrorCode, MaquetteError
from libs.repositories.cursor import TimeCursor, decode_cursor
from libs.repositories.usage import DayView, EntryRow, GivenBackRow, UsageRepository
from libs.services.billing.views import EntryView, GivenBackView, PlanName, UsageView
from libs.services.paging import Page


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
            _given_back(row.given_back),
            row.used_elsewhere,
            row.lacks_mailbox,
            row.block,
        )

    async def by_day(self, time_zone: str) -> list[DayView]:
        """The running period, day by day; days without a render are left out. Raises FieldError."""
        return await self._usage.by_day(time_zone)

    async def entries(self, cursor: str | None, limit: int) -> Page[EntryView]:
        """The ledger, latest first. Raises invalid_cursor."""
        rows = await self._usage.entries(decode_cursor(cursor, TimeCursor), limit)
        page = Page.of(rows, limit, lambda row: TimeCursor(row.created_at, row.id))
        return page.showing([_entry(row) for row in page.items])


def _given_back(row: GivenBackRow) -> GivenBackView:
    is_near = row.count >= row.bound - LIMITS.given_back_warning
    return GivenBackView(row.count, row.bound, is_near, row.ends_at)


def _entry(row: EntryRow) -> EntryView:
    title = row.job.title if row.job else None
    return EntryView(row.id, row.kind, row.amount, row.reason, row.job_id, title, row.created_at)
