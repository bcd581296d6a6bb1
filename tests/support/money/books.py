"""What the database must say of accounts, jobs and credits, as plain Python: the model of a person with one mailbox."""

from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec

from libs.repositories.billing import BillingState
from libs.services.billing.paid_time import month_of, months_before
from libs.services.billing.prices import PriceIds
from local.database.deployment import LOCAL_PRICES

CREDITS: Final = 2
"""A picture's price."""


class PlanNumbers(msgspec.Struct, frozen=True):
    """Credits a month, variants of a run at most, runs that are given back a day."""

    credits: int
    variants: int
    given_back: int


# Small enough that a few submits reach them.
PLANS: Final = {"free": PlanNumbers(8, 2, 2), "pro": PlanNumbers(16, 4, 3), "studio": PlanNumbers(24, 4, 4)}
PRICES: Final = PriceIds(LOCAL_PRICES)
# Codes of runs that the provider may bill and that are not its fault.
COUNTED: Final = frozenset({"canceled", "safety_blocked"})


class Usage(msgspec.Struct, frozen=True):
    """Credits used and how many there are, and the runs that were given back today."""

    used: int
    limit: int
    given_back: int


class Job(msgspec.Struct, kw_only=True):
    """A run, and what it came to. `number` counts the runs of a history."""

    number: int
    account: int
    variants: int
    at: datetime
    is_free: bool
    is_open: bool = True
    delivered: int = 0
    given_back_at: datetime | None = None

    @property
    def taken(self) -> int:
        """Credits that it holds or cost."""
        return (self.variants if self.is_open else self.delivered) * CREDITS


class Books(Protocol):
    """Who keeps the accounts of a history: the model below, or the database by its own functions."""

    def sign_up(self, account: int) -> None: ...

    def delete(self, account: int) -> None: ...

    def apply(self, account: int, state: BillingState) -> None: ...

    def grant(self, account: int, amount: int) -> None: ...

    def reserve(self, account: int, number: int, variants: int) -> str | None:
        """Why it was refused; None when the run `number` has begun."""
        ...

    def succeed(self, number: int, pictures: int) -> None: ...

    def cancel(self, number: int, pictures: int) -> None:
        """Its owner canceled it, and so many pictures were ready."""
        ...

    def fail(self, number: int, code: str) -> None: ...

    def usage(self, account: int) -> Usage: ...


def plan_of(price_id: str | None) -> str:
    plan, _ = PRICES.bought_by(price_id)
    return plan.id if plan else "free"


def calendar_month(now: datetime) -> tuple[datetime, datetime]:
    starts = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return starts, months_before(starts, -1)


class Model:
    """The books as they shall be. `clock` has the time as `now`."""

    def __init__(self, clock: "HasNow") -> None:
        self._clock = clock
        self.jobs: dict[int, Job] = {}
        self.gone: set[int] = set()
        self._states: dict[int, BillingState] = {}
        self.grants: list[tuple[int, datetime, int]] = []

    def sign_up(self, account: int) -> None:
        self._states[account] = BillingState()

    def delete(self, account: int) -> None:
        """What a run holds stays used, although nothing comes of it any more."""
        self.gone.add(account)

    def apply(self, account: int, state: BillingState) -> None:
        self._states[account] = state

    def grant(self, account: int, amount: int) -> None:
        self.grants.append((account, self._clock.now, amount))

    def reserve(self, account: int, number: int, variants: int) -> str | None:
        usage, state = self.usage(account), self._states[account]
        plan = PLANS[plan_of(self._current_price(state))]
        if any(job.is_open for job in self.jobs.values() if job.account == account):
            return "generation_in_flight"
        if usage.given_back >= plan.given_back:
            return "too_many_given_back"
        if variants > plan.variants:
            return "too_many_variants"
        if usage.used + variants * CREDITS > usage.limit:
            return "plan_cap_reached"
        is_free = plan_of(self._paid_price(state)) == "free"
        self.jobs[number] = Job(number=number, account=account, variants=variants, at=self._clock.now, is_free=is_free)
        return None

    def succeed(self, number: int, pictures: int) -> None:
        job = self.jobs[number]
        job.is_open, job.delivered = False, min(pictures, job.variants)

    def cancel(self, number: int, pictures: int) -> None:
        self.succeed(number, pictures)
        job = self.jobs[number]
        if job.delivered < job.variants:
            job.given_back_at = self._clock.now

    def fail(self, number: int, code: str) -> None:
        job = self.jobs[number]
        job.is_open = False
        job.given_back_at = self._clock.now if code in COUNTED else None

    def usage(self, account: int) -> Usage:
        now, state = self._clock.now, self._states[account]
        paid = plan_of(self._paid_price(state))
        starts, ends = self.period(account)
        limit = PLANS["free"].credits if paid == "free" else self._month_credits(account, PLANS[paid].credits, starts)
        used, extra = self.between(account, starts, ends)
        month = calendar_month(now)
        if paid == "free":
            used += sum(
                job.taken
                for job in self.jobs.values()
                if job.account != account and job.is_free and month[0] <= job.at < month[1]
            )
        given_back = [job.given_back_at.date() for job in self.jobs.values() if job.given_back_at is not None]
        return Usage(used, max(limit + extra, 0), given_back.count(now.date()))

    def between(self, account: int, starts: datetime, ends: datetime) -> tuple[int, int]:
        """What runs of this time took, and what was granted."""
        used = sum(job.taken for job in self.jobs.values() if job.account == account and starts <= job.at < ends)
        return used, sum(amount for of, at, amount in self.grants if of == account and starts <= at < ends)

    def _month_credits(self, account: int, monthly: int, starts: datetime) -> int:
        """What was used beyond the shares of a first month is missing in the months after it."""
        state = self._states[account]
        if state.counted_from is None or state.period_start is None or state.period_end is None:
            return monthly
        first = round(sum(PLANS[plan_of(one.price_id)].credits * one.share for one in state.first_month))
        if starts == state.counted_from:
            return first
        _, first_ends = month_of(state.period_start, state.period_end, state.period_start)
        months = (starts.year - first_ends.year) * 12 + starts.month - first_ends.month + 1
        used, granted = self.between(account, state.counted_from, starts)
        return max(min(monthly, first + months * monthly + granted - used), 0)

    def period(self, account: int) -> tuple[datetime, datetime]:
        """When the credits that count now began to count, and when they end."""
        now, state = self._clock.now, self._states[account]
        starts, ends, paid_until = state.period_start, state.period_end, state.paid_until
        if self._paid_price(state) is None or not starts or not ends or not paid_until or starts > now:
            return calendar_month(now)
        # Until a renewal is charged, the last month goes on.
        month = month_of(starts, ends, now) if ends > now else (max(months_before(ends, 1), starts), paid_until)
        return (state.counted_from or starts, month[1]) if month[0] == starts else month

    def _current_price(self, state: BillingState) -> str | None:
        return state.price_id if state.access_until is None or state.access_until > self._clock.now else None

    def _paid_price(self, state: BillingState) -> str | None:
        is_paid = state.paid_until is None or state.paid_until > self._clock.now
        return self._current_price(state) if is_paid else None


class HasNow(Protocol):
    @property
    def now(self) -> datetime: ...


MOMENT: Final = timedelta(seconds=2)
"""Between two steps: Stripe's times are whole seconds."""
