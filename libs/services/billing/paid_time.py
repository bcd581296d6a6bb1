"""Which time was paid for at which price, and what a change in the middle of a month leaves of its credits. No I/O.

Stripe's prorations are shares of time, so ours are too: a price that was paid for a third of a month has bought a third
of that month's credits. Nobody then gains or loses credits by changing the plan, however often and however the portal
is set.
"""

import calendar
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from libs.repositories.billing import MonthShare
from libs.services.external.stripe_objects import Invoice, Line

_INSTANT: Final = timedelta(microseconds=1)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Time that an invoice bought at a price: `starts` to `ends`, inside of a billing period.

    A part that a change cut short ends before its period does. `is_given_back`: the rest of its money came back.
    """

    invoice_id: str
    price_id: str
    starts: datetime
    ends: datetime
    period_start: datetime
    period_end: datetime
    is_given_back: bool = False


class FirstMonth(msgspec.Struct, frozen=True):
    """The first month of credits of a part that does not begin with a whole month of its own.

    Credits used since `counted_from` count in it, and it has these shares together.
    """

    counted_from: datetime
    shares: tuple[MonthShare, ...]


def paid_parts(invoices: Iterable[Invoice]) -> list[Part]:
    """The time that the paid invoices of one subscription bought, earliest first, without disputed and refunded ones.

    A change that Stripe paid with a credit for something that was never paid counts as not paid, and so do invoices
    that are paid from the balance that such a credit left.
    """
    parts: list[Part] = []
    refunded: list[Line] = []
    unpaid_credit = 0
    waiting = sorted(invoices, key=lambda one: (one.created, one.id))
    while waiting:
        invoice, changed = _next(waiting, parts, refunded)
        waiting.remove(invoice)
        if invoice.problem is not None:
            refunded += [line for line in invoice.lines if invoice.problem == "refunded"]
            continue
        from_balance = min(unpaid_credit, max(invoice.total, 0) - invoice.amount_due)
        if from_balance > 0:
            unpaid_credit -= from_balance
        elif changed is None:
            unpaid_credit += max(-invoice.total, 0)
        else:
            parts = changed
    return sorted(parts, key=lambda part: part.starts)


def first_month(parts: Sequence[Part]) -> FirstMonth | None:
    """What the last part's first month consists of; None when it is a whole month of its own."""
    last = parts[-1]
    begins, ends = month_of(last.period_start, last.period_end, last.starts)
    shares = [MonthShare(last.price_id, (ends - last.starts) / (ends - begins))]
    counted_from, follower = last.starts, last
    for part in reversed(parts[:-1]):
        if part.ends != follower.starts or part.ends >= part.period_end:
            break
        begins, ends = month_of(part.period_start, part.period_end, part.ends - _INSTANT)
        if ends == part.ends:
            break
        counted_from = max(begins, part.starts)
        until = part.ends if part.is_given_back else ends
        shares.append(MonthShare(part.price_id, (until - counted_from) / (ends - begins)))
        follower = part
        if counted_from > part.starts:
            break
    if counted_from == last.starts and shares[0].share == 1:
        return None
    return FirstMonth(counted_from, tuple(shares))


def month_of(period_start: datetime, period_end: datetime, time: datetime) -> tuple[datetime, datetime]:
    """The month of credits around a time of a billing period, counted back from its end.

    private.credit_period() counts alike; tests/integration/test_credit_periods.py compares the two.
    """
    months = 0
    while months_before(period_end, months + 1) > max(time, period_start):
        months += 1
    return max(months_before(period_end, months + 1), period_start), months_before(period_end, months)


def months_before(time: datetime, months: int) -> datetime:
    """The same day and time that many months earlier; a shorter month has its last day instead, as in Postgres."""
    year, month = divmod(time.year * 12 + time.month - 1 - months, 12)
    day = min(time.day, calendar.monthrange(year, month + 1)[1])
    return time.replace(year=year, month=month + 1, day=day)


def _next(
    waiting: Sequence[Invoice], parts: Sequence[Part], refunded: Sequence[Line]
) -> tuple[Invoice, list[Part] | None]:
    """The first one and the parts after it. Of those made in the same second, one that gives back what is there."""
    first = waiting[0]
    for invoice in waiting:
        if invoice.created != first.created:
            break
        if invoice.problem is not None or (changed := _changed(parts, invoice, refunded)) is None:
            continue
        return invoice, changed
    return first, None


def _changed(parts: Sequence[Part], invoice: Invoice, refunded: Iterable[Line]) -> list[Part] | None:
    """The parts after an invoice; None when it gives money back that was never paid."""
    changed = list(parts)
    for line in _netted(invoice.lines):
        if line.is_credit:
            given_back = [*changed, *refunded]
            if not any(one.price_id == line.price_id and _overlap(one, line) for one in given_back):
                return None
            changed = _cut(changed, line.starts, price_id=line.price_id)
            continue
        around = next((one for one in parts if line.is_proration and one.starts <= line.starts < one.ends), None)
        bought = Part(
            invoice_id=invoice.id,
            price_id=line.price_id,
            starts=line.starts,
            ends=line.ends,
            period_start=around.period_start if around else line.starts,
            period_end=line.ends,
        )
        changed = [*_cut(changed, line.starts), bought]
    return changed


def _cut(parts: Iterable[Part], time: datetime, *, price_id: str | None = None) -> list[Part]:
    """End all parts at a time; with a price, those of this price, whose money is given back."""
    left: list[Part] = []
    for part in parts:
        if time >= part.ends or (price_id is not None and part.price_id != price_id):
            left.append(part)
        elif time > part.starts:
            left.append(msgspec.structs.replace(part, ends=time, is_given_back=price_id is not None))
    return left


def _netted(lines: Iterable[Line]) -> list[Line]:
    """In the order of time, credits first, without what is charged and given back for the same time."""
    left: list[Line] = []
    for line in sorted(lines, key=lambda one: (one.starts, not one.is_credit)):
        opposite = msgspec.structs.replace(line, is_credit=not line.is_credit)
        if line.is_proration and opposite in left:
            left.remove(opposite)
        else:
            left.append(line)
    return left


def _overlap(one: Part | Line, other: Part | Line) -> bool:
    return one.starts < other.ends and other.starts < one.ends
