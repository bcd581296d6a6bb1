"""Plans people buy: checkout, portal, and what Stripe says about it in the end."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec
import structlog

from libs.app_config.runtime import LIMITS, PLANS, Plan, Price, find_plan
from libs.errors import ErrorCode, FieldError, MaquetteError
from libs.repositories.billing import BillingRepository, BillingRow, BillingState, BillingSyncRepository
from libs.services.external.stripe_client import BillingUnavailable, StripeClient, Subscription
from libs.services.external.webhook_client import WebhookRedelivery

GRACE: Final = timedelta(days=LIMITS.past_due_grace_days)

log = structlog.get_logger()


class BillingView(msgspec.Struct, frozen=True):
    """What a person pays for. `status` is Stripe's; `ends_at` is when a canceled plan ends."""

    plan_id: str
    interval: Literal["month", "year"] | None
    status: str | None
    renews_at: datetime | None
    ends_at: datetime | None
    grace_until: datetime | None
    can_manage: bool


class BillingService:
    """Billing of one caller. `prices` are what this deployment sells."""

    def __init__(
        self,
        owner: UUID,
        billing: BillingRepository,
        stripe: StripeClient,
        redelivery: WebhookRedelivery,
        prices: "PriceIds",
        public_url: str,
    ) -> None:
        self._owner = owner
        self._billing = billing
        self._stripe = stripe
        self._redelivery = redelivery
        self._prices = prices
        self._public_url = public_url

    async def find(self) -> BillingView:
        """The caller's billing. Raises account_gone."""
        row = await self._found()
        has_ended = row.access_until is not None and row.access_until <= datetime.now(UTC)
        plan, price = self._prices.bought_by(None if has_ended else row.price_id)
        past_due = row.subscription_status == "past_due"
        return BillingView(
            plan_id=plan.id if plan else "free",
            interval=price.interval if price else None,
            status=row.subscription_status,
            renews_at=row.period_end if row.cancel_at is None and row.subscription_status == "active" else None,
            ends_at=None if has_ended or past_due else row.cancel_at or row.access_until,
            grace_until=row.access_until if past_due and not has_ended else None,
            can_manage=row.stripe_customer_id is not None,
        )

    async def checkout(self, plan_id: str, interval: str) -> str:
        """The address of a checkout for a plan. Who pays already changes the plan in the portal.

        Raises FieldError, already_subscribed, billing_unavailable, account_gone.
        """
        price_id = self._prices.for_plan(plan_id, interval)
        row = await self._found()
        try:
            customer = row.stripe_customer_id or await self._new_customer(row)
            if any(one.is_running for one in await self._stripe.subscriptions(customer)):
                raise MaquetteError(ErrorCode.ALREADY_SUBSCRIBED)
            return await self._stripe.checkout(
                customer,
                str(self._owner),
                price_id,
                success_url=f"{self._public_url}/dashboard/billing/return",
                cancel_url=f"{self._public_url}/dashboard/usage",
            )
        except BillingUnavailable as error:
            raise MaquetteError(ErrorCode.BILLING_UNAVAILABLE) from error

    async def portal(self) -> str:
        """The address of the customer portal. Raises no_subscription, billing_unavailable, account_gone."""
        row = await self._found()
        if row.stripe_customer_id is None:
            raise MaquetteError(ErrorCode.NO_SUBSCRIPTION)
        try:
            return await self._stripe.add_portal(row.stripe_customer_id, f"{self._public_url}/dashboard/usage")
        except BillingUnavailable as error:
            raise MaquetteError(ErrorCode.BILLING_UNAVAILABLE) from error

    async def close_account(self) -> None:
        """End the subscription, then delete the account with everything in it.

        In this order: an account without a subscription can be deleted again, a subscription without one would go on.
        Raises billing_unavailable, account_gone.
        """
        row = await self._found()
        if row.stripe_customer_id is not None:
            try:
                await self._stripe.remove_customer(row.stripe_customer_id)
            except BillingUnavailable as error:
                raise MaquetteError(ErrorCode.BILLING_UNAVAILABLE) from error
        await self._billing.delete_account(self._owner)
        self._redelivery.remove_files_soon()

    async def _found(self) -> BillingRow:
        row = await self._billing.find()
        if row is None:
            raise MaquetteError(ErrorCode.ACCOUNT_GONE)
        return row

    async def _new_customer(self, row: BillingRow) -> str:
        made = await self._stripe.add_customer(str(self._owner), row.billing_version)
        return await self._billing.attach_customer(made)


class BillingSync:
    """Applies verified events: each makes us ask Stripe for the state of now, so their order does not matter."""

    def __init__(self, billing: BillingSyncRepository, stripe: StripeClient) -> None:
        self._billing = billing
        self._stripe = stripe

    async def apply(self, event_id: str, kind: str, customer_id: str) -> str:
        """Sync one customer; answers what came of it. Stripe is asked about our own customers only.

        Raises MaquetteError database_unavailable and billing_unavailable when the event should come again.
        """
        version = await self._billing.next_version(customer_id)
        if version is None:
            # Someone else's customer at the same Stripe account: the event is noted as `unknown_customer`.
            return await self._billing.apply(event_id, kind, customer_id, 0, BillingState())
        try:
            subscriptions = await self._stripe.subscriptions(customer_id)
            await self._end_doubles(subscriptions)
        except BillingUnavailable as error:
            raise MaquetteError(ErrorCode.BILLING_UNAVAILABLE) from error
        state = billing_state(subscriptions, customer_deleted=kind == "customer.deleted")
        return await self._billing.apply(event_id, kind, customer_id, version, state)

    async def _end_doubles(self, subscriptions: list[Subscription]) -> None:
        """Two checkouts paid in the same moment: the latest stays."""
        for double in [one for one in subscriptions if one.status in {"active", "trialing"}][1:]:
            await self._stripe.end_subscription(double.id)
            log.warning("duplicate_subscription_ended", subscription_id=double.id, price_id=double.price_id)


class PriceIds:
    """Stripe's price ids of this deployment, by the setting that names each."""

    def __init__(self, price_ids: Mapping[str, str]) -> None:
        self._ids = price_ids

    def bought_by(self, price_id: str | None) -> tuple[Plan | None, Price | None]:
        """The plan and price behind a price id; (None, None) for an unknown one, which counts as free."""
        for plan in PLANS:
            for price in plan.prices:
                if price_id is not None and self._ids.get(price.price_id_setting) == price_id:
                    return plan, price
        return None, None

    def for_plan(self, plan_id: str, interval: str) -> str:
        """The price id of a plan. Raises FieldError for a plan or interval that is not sold here."""
        plan = find_plan(plan_id)
        price = next((price for price in plan.prices if price.interval == interval), None) if plan else None
        price_id = self._ids.get(price.price_id_setting) if price else None
        if price_id is None:
            raise FieldError("plan_id", "This plan is not for sale here.")
        return price_id


def billing_state(subscriptions: list[Subscription], *, customer_deleted: bool = False) -> BillingState:
    """What a customer's subscriptions, latest first, mean for plan and access.

    A failed payment keeps the plan for `LIMITS.past_due_grace_days` after the period began that was not paid; what was
    canceled keeps it until the end of what was paid. Statuses: docs.stripe.com/billing/subscriptions/overview.
    """
    if customer_deleted:
        return BillingState(customer_deleted=True)
    running = [one for one in subscriptions if one.is_running]
    chosen = (running or subscriptions or [None])[0]
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
            # incomplete, incomplete_expired, unpaid, paused, canceled after a failed payment: nothing was paid.
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
