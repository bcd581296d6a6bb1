"""What Stripe says about a customer, applied to the account.

An event is only a trigger: Stripe is asked for the current state.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode, MaquetteError
from libs.repositories.billing import BillingState, BillingSyncRepository
from libs.services.external.stripe_client import BillingUnavailable, StripeClient, Subscription

GRACE: Final = timedelta(days=LIMITS.past_due_grace_days)

log = structlog.get_logger()


class BillingSync:
    """Applies verified events. Each one triggers a read of the current state, so their order does not matter."""

    def __init__(self, billing: BillingSyncRepository, stripe: StripeClient) -> None:
        self._billing = billing
        self._stripe = stripe

    async def apply(self, event_id: str, kind: str, customer_id: str) -> str:
        """Sync one customer; answers the outcome. Stripe is asked about our own customers only.

        Raises MaquetteError database_unavailable and billing_unavailable when the event should come again.
        """
        version = await self._billing.next_version(customer_id)
        if version is None:
            # A customer of another product of the same Stripe account: recorded as `unknown_customer`.
            return await self._billing.apply(event_id, kind, customer_id, 0, BillingState())
        try:
            async with self._stripe.bounded():
                subscriptions = await self._stripe.subscriptions(customer_id)
                await self._end_duplicates(subscriptions)
        except BillingUnavailable as error:
            raise MaquetteError(ErrorCode.BILLING_UNAVAILABLE) from error
        state = billing_state(subscriptions, customer_deleted=kind == "customer.deleted")
        return await self._billing.apply(event_id, kind, customer_id, version, state)

    async def _end_duplicates(self, subscriptions: list[Subscription]) -> None:
        """Two checkouts that were paid at the same time: the latest subscription stays."""
        for duplicate in [one for one in subscriptions if one.status in {"active", "trialing"}][1:]:
            await self._stripe.end_subscription(duplicate.id)
            log.warning("duplicate_subscription_ended", subscription_id=duplicate.id, price_id=duplicate.price_id)


def chosen_subscription(subscriptions: Sequence[Subscription]) -> Subscription | None:
    """The one that counts: best status first, then the newest. A later one that nobody pays hides no paid one."""
    return min(subscriptions, key=lambda one: (_rank(one), -one.created.timestamp(), one.id), default=None)


def _rank(subscription: Subscription) -> int:
    match subscription.status:
        case "active":
            return 0
        case "trialing":
            return 1
        case "past_due":
            return 2
        case "canceled" if not subscription.was_unpaid:
            return 3
        case _:
            return 4


def billing_state(subscriptions: list[Subscription], *, customer_deleted: bool = False) -> BillingState:
    """What a customer's subscriptions, in any order, mean for plan and access.

    A failed payment keeps the plan for `LIMITS.past_due_grace_days` after the period began that was not paid; what was
    canceled keeps it until the end of what was paid. Statuses: docs.stripe.com/billing/subscriptions/overview.
    """
    if customer_deleted:
        return BillingState(customer_deleted=True)
    chosen = chosen_subscription(subscriptions)
    if chosen is None:
        return BillingState()
    access_until = None
    match chosen.status:
        case "active" | "trialing":
            pass
        case "past_due":
            access_until = chosen.period_start + GRACE
        case "canceled" if not chosen.was_unpaid:
            access_until = chosen.cancel_at or chosen.period_end
        case _:
            # incomplete, incomplete_expired, unpaid, paused, canceled for a failed or disputed payment: nothing paid.
            return BillingState(subscription_id=chosen.id, subscription_status=chosen.status)
    return BillingState(
        price_id=chosen.price_id,
        subscription_id=chosen.id,
        subscription_status=chosen.status,
        period_start=chosen.period_start,
        period_end=chosen.period_end,
        cancel_at=chosen.cancel_at,
        access_until=access_until,
    )
