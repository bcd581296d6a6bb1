"""The subscription of one person: what it is, checkout and portal. Stripe's events are applied in sync.py."""

from datetime import UTC, datetime
from uuid import UUID

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.billing import BillingRepository, BillingRow
from libs.repositories.usage import UsageRepository
from libs.services.billing.prices import PriceIds
from libs.services.billing.views import BillingView
from libs.services.external.stripe_client import BillingUnavailable, StripeClient


class BillingService:
    """Billing of one caller. `prices` are what this deployment sells."""

    def __init__(
        self,
        owner: UUID,
        billing: BillingRepository,
        usage: UsageRepository,
        stripe: StripeClient,
        prices: PriceIds,
        public_url: str,
        portal_configuration: str | None,
    ) -> None:
        self._owner = owner
        self._billing = billing
        self._usage = usage
        self._stripe = stripe
        self._prices = prices
        self._public_url = public_url
        self._portal_configuration = portal_configuration

    async def find(self) -> BillingView:
        """The caller's billing. Raises account_gone."""
        row = await self._found()
        has_ended = row.access_until is not None and row.access_until <= datetime.now(UTC)
        plan, price = self._prices.bought_by(None if has_ended else row.price_id)
        past_due = row.subscription_status == "past_due"
        is_canceled = row.subscription_status == "canceled"
        return BillingView(
            plan_id=plan.id if plan else "free",
            interval=price.interval if price else None,
            status=row.subscription_status,
            renews_at=row.period_end if row.cancel_at is None and row.subscription_status == "active" else None,
            ends_at=None if has_ended or past_due else row.access_until if is_canceled else row.cancel_at,
            grace_until=row.access_until if past_due and not has_ended else None,
            payment_disputed=row.payment_disputed,
            can_manage=row.stripe_customer_id is not None,
        )

    async def checkout(self, plan_id: str, interval: str) -> str:
        """The address of a checkout for a plan. A person with a plan changes it in the portal instead.

        Raises FieldError, account_blocked, already_subscribed, billing_unavailable, account_gone.
        """
        price_id = self._prices.for_plan(plan_id, interval)
        row = await self._found()
        usage = await self._usage.find()
        if usage is not None and usage.block is not None:
            # They could not use what they pay for. The portal stays open: they may cancel.
            raise MaquetteError(ErrorCode.ACCOUNT_BLOCKED)
        try:
            async with self._stripe.bounded():
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
            async with self._stripe.bounded():
                return await self._stripe.add_portal(
                    row.stripe_customer_id, f"{self._public_url}/dashboard/usage", self._portal_configuration
                )
        except BillingUnavailable as error:
            raise MaquetteError(ErrorCode.BILLING_UNAVAILABLE) from error

    async def _found(self) -> BillingRow:
        row = await self._billing.find()
        if row is None:
            raise MaquetteError(ErrorCode.ACCOUNT_GONE)
        return row

    async def _new_customer(self, row: BillingRow) -> str:
        made = await self._stripe.add_customer(str(self._owner), row.billing_version)
        return await self._billing.attach_customer(made)
