"""What a customer's subscriptions and paid invoices mean for plan and credits. No I/O."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from libs.app_config.runtime import LIMITS
from libs.repositories.billing import BillingState, MonthShare
from libs.services.billing.paid_time import FirstMonth, Part, first_month, month_of, paid_parts
from libs.services.external.stripe_objects import Invoice, Subscription

GRACE: Final = timedelta(days=LIMITS.past_due_grace_days)
RENEWAL: Final = timedelta(hours=LIMITS.renewal_hours)


def chosen_subscription(
    subscriptions: Iterable[Subscription], invoices: Sequence[Invoice], now: datetime
) -> Subscription | None:
    """The one that counts: one that is paid first, then the best status, then the newest.

    One that nobody has paid yet, or whose money went back, hides no paid one.
    """

    def rank(one: Subscription) -> tuple[bool, int, float, str]:
        is_paid = any(part.ends > now for part in paid_parts(_of(invoices, one)))
        match one.status:
            case "active":
                status = 0
            case "trialing":
                status = 1
            case "past_due":
                status = 2
            case "canceled" if is_paid:
                status = 3
            case _:
                status = 4
        return not is_paid, status, -one.created.timestamp(), one.id

    return min(subscriptions, key=rank, default=None)


def duplicates(
    subscriptions: Iterable[Subscription], invoices: Sequence[Invoice], now: datetime
) -> list[tuple[Subscription, list[Invoice]]]:
    """Subscriptions that a newer, paid one replaces, each with the invoices whose time is not over: two checkouts were
    paid at the same time, for example.
    """
    subscriptions = list(subscriptions)
    chosen = chosen_subscription(subscriptions, invoices, now)
    if chosen is None or not any(part.ends > now for part in paid_parts(_of(invoices, chosen))):
        return []
    return [
        (one, [invoice for invoice in _of(invoices, one) if not invoice.problem and _reaches(invoice, now)])
        for one in subscriptions
        if one.is_running and one.id != chosen.id and one.created <= chosen.created
    ]


def billing_state(subscriptions: Iterable[Subscription], invoices: Sequence[Invoice], now: datetime) -> BillingState:
    """The state of a customer, whatever the order of the two lists.

    Credits come with time that is paid. A renewal or change that is not paid brings nothing and takes nothing away:
    what was paid stays until its end. A failed renewal keeps the plan's features for `LIMITS.past_due_grace_days`.
    """
    subscriptions = list(subscriptions)
    chosen = chosen_subscription(subscriptions, invoices, now)
    if chosen is None:
        return BillingState()
    of_chosen = _of(invoices, chosen)
    disputed = any(invoice.problem == "disputed" and _reaches(invoice, now) for invoice in invoices)
    without_plan = BillingState(subscription_id=chosen.id, subscription_status=chosen.status, payment_disputed=disputed)
    parts = paid_parts(of_chosen)
    if not parts:
        return without_plan
    last = parts[-1]
    is_lost = any(invoice.problem is not None and _reaches(invoice, last.ends) for invoice in of_chosen)
    paid_until, access_until = _ends(chosen, last, is_lost=is_lost)
    if access_until <= now:
        return without_plan
    month = _with_replaced(first_month(parts), chosen, parts, subscriptions, invoices)
    return BillingState(
        price_id=last.price_id,
        subscription_id=chosen.id,
        subscription_status=chosen.status,
        invoice_id=last.invoice_id,
        period_start=last.starts,
        period_end=last.ends,
        paid_until=paid_until,
        counted_from=month.counted_from if month else None,
        first_month=month.shares if month else (),
        cancel_at=chosen.cancel_at,
        access_until=access_until,
        payment_disputed=disputed,
    )


def _ends(chosen: Subscription, last: Part, *, is_lost: bool) -> tuple[datetime, datetime]:
    """Until when there are the credits of the last paid part, and the features of its plan."""
    paid = last.ends
    if chosen.status == "canceled" and chosen.cancel_at is not None:
        paid = min(paid, chosen.cancel_at)
    if is_lost:
        # What followed was paid, and the money went back: that is no renewal to wait for.
        return paid, paid
    if chosen.status in {"active", "trialing"} and chosen.cancel_at is None:
        # Stripe charges a renewal about an hour after the period has begun.
        return paid + RENEWAL, paid + GRACE
    if chosen.status == "past_due" and chosen.period_start <= last.ends:
        return paid, max(paid, chosen.period_start + GRACE)
    return paid, paid


def _with_replaced(
    month: FirstMonth | None,
    chosen: Subscription,
    parts: Sequence[Part],
    subscriptions: Iterable[Subscription],
    invoices: Sequence[Invoice],
) -> FirstMonth | None:
    """What was used of a duplicate counts in the subscription that replaces it: the duplicate's money is given back."""
    begins = month.counted_from if month else parts[-1].starts
    if begins != parts[0].starts:
        return month
    replaced = [
        month_of(line.starts, line.ends, begins)[0]
        for one in subscriptions
        if one.id != chosen.id
        and one.created <= chosen.created
        and (one.ended_at is None or one.ended_at >= chosen.created)
        for invoice in _of(invoices, one)
        for line in invoice.lines
        if not line.is_credit and line.starts <= begins < line.ends
    ]
    if not replaced:
        return month
    return FirstMonth(min(replaced), month.shares if month else (MonthShare(parts[-1].price_id, 1.0),))


def _of(invoices: Iterable[Invoice], subscription: Subscription) -> list[Invoice]:
    return [invoice for invoice in invoices if invoice.subscription_id == subscription.id]


def _reaches(invoice: Invoice, time: datetime) -> bool:
    return any(not line.is_credit and line.ends > time for line in invoice.lines)
