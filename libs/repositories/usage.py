"""The caller's credits and ledger."""

from datetime import datetime
from typing import Final, Literal, cast
from uuid import UUID

import msgspec

from libs.repositories.cursor import TimeCursor, after
from libs.repositories.database import Database
from libs.repositories.time_zone import known_time_zone


class GivenBackRow(msgspec.Struct, frozen=True):
    """Runs of today (UTC) that were canceled or blocked at the provider's cost, and how many may be."""

    count: int
    bound: int
    ends_at: datetime


class BlockView(msgspec.Struct, frozen=True):
    """A block by operators: no generating, uploading, sharing or buying. `reason` is a sentence for the person."""

    reason: str
    blocked_at: datetime


class UsageRow(msgspec.Struct, frozen=True):
    """Credits of the running period. `used` includes `reserved`, which running renders hold, and `used_elsewhere`.

    Free credits belong to a mailbox: other accounts of it used `used_elsewhere` of them, and who `lacks_mailbox`, that
    is to say has one for single use, has none.
    """

    plan_id: str
    max_variants: int
    used: int
    reserved: int
    credit_limit: int
    period_start: datetime
    resets_at: datetime
    given_back: GivenBackRow
    used_elsewhere: int
    lacks_mailbox: bool
    block: BlockView | None


class DayView(msgspec.Struct, frozen=True):
    """Credits used on one day, YYYY-MM-DD, without those that were given back."""

    day: str
    credits: int


class _JobTitle(msgspec.Struct, frozen=True):
    title: str


class _NoArguments(msgspec.Struct, frozen=True):
    pass


class EntryRow(msgspec.Struct, frozen=True):
    """A ledger entry with the title of its job."""

    id: UUID
    kind: Literal["debit", "refund", "grant", "adjustment"]
    amount: int
    reason: str
    job_id: UUID | None
    created_at: datetime
    job: _JobTitle | None


ENTRY_COLUMNS: Final = (
    "id,kind,amount,reason,job_id,created_at,job:generation_jobs!usage_ledger_job_id_owner_id_fkey(title)"
)


class UsageRepository:
    """Usage of the caller: `db` carries their JWT."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self) -> UsageRow | None:
        """The caller's usage; None when the account is gone."""
        wanted = cast("type[UsageRow | None]", UsageRow | None)
        return await self._db.call("my_usage", wanted)

    async def by_day(self, time_zone: str) -> list[DayView]:
        """The caller's running period, day by day. Raises FieldError when there is no such zone."""
        with known_time_zone():
            return await self._db.call("my_usage_by_day", list[DayView], {"time_zone": time_zone})

    async def entries(self, before: TimeCursor | None, limit: int) -> list[EntryRow]:
        """The caller's ledger, latest first; one row beyond `limit` means that a next page exists."""
        query = self._db.from_("usage_ledger").select(ENTRY_COLUMNS)
        if before:
            query = after(query, before)
        query = query.order("created_at", desc=True).order("id", desc=True).limit(limit + 1)
        return await self._db.fetch(query, list[EntryRow])

    async def purge_carried(self) -> int:
        """Forget what deleted accounts used for free in months that have ended; `db` is anonymous here."""
        return await self._db.call_with_proof("purge_carried_usage", _NoArguments(), int)
