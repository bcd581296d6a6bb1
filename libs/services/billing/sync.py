"""What Stripe says about a customer, applied to the account.

An event is only a trigger: Stripe is asked for the current state.
"""

from datetime import UTC, datetime
from typing import Final

import msgspec
import structlog

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.billing import BillingState, BillingSyncRepository
from libs.services.billing.entitlement import billing_state, duplicates
from libs.services.external.stripe_client import BillingUnavailable, Event, StripeClient
from libs.services.external.stripe_objects import Invoice, Subscription

FRAUD_WARNING: Final = "radar.early_fraud_warning.created"

log = structlog.get_logger()


class BillingSync:
    """Applies verified events. Each one triggers a read of the current state, so their order does not matter."""

    def __init__(self, billing: BillingSyncRepository, stripe: StripeClient) -> None:
        self._billing = billing
        self._stripe = stripe

    async def apply(self, event: Event) -> str:
        """Sync the customer of an event; answers the outcome. Stripe is asked about our own customers only.

        Raises MaquetteError database_unavailable and billing_unavailable when the event should come again.
        """
        try:
            async with self._stripe.bounded():
                return await self._apply(event)
        except BillingUnavailable as error:
            raise MaquetteError(ErrorCode.BILLING_UNAVAILABLE) from error

    async def _apply(self, event: Event) -> str:
        customer = event.customer_id
        if customer is None and event.charge_id is not None:
            customer = await self._stripe.customer_of_charge(event.charge_id)
        if customer is None:
            return "ignored"
        version = await self._billing.next_version(customer)
        if version is None:
            # A customer of another product of the same Stripe account: recorded as `unknown_customer`.
            return await self._billing.apply(event.id, event.kind, customer, 0, BillingState())
        state = await self._state(customer, event)
        if state.fraud_warning is not None:
            log.warning("fraud_warning", warning_id=state.fraud_warning, customer_id=customer)
        if state.payment_disputed:
            log.warning("payment_disputed", customer_id=customer, subscription_id=state.subscription_id)
        return await self._billing.apply(event.id, event.kind, customer, version, state)

    async def _state(self, customer: str, event: Event) -> BillingState:
        if event.kind == "customer.deleted":
            return BillingState(customer_deleted=True)
        subscriptions = await self._stripe.subscriptions(customer)
        if not subscriptions:
            return BillingState()
        invoices = await self._stripe.paid_invoices(customer)
        now = datetime.now(UTC)
        for duplicate, paid in duplicates(subscriptions, invoices, now):
            await self._end(duplicate, paid)
        state = billing_state(subscriptions, invoices, now)
        # The customer may have bought another product of this Stripe account with a card that is in question.
        of_ours = any(event.payment in invoice.payments for invoice in invoices if invoice.lines)
        if event.kind == FRAUD_WARNING and of_ours:
            return msgspec.structs.replace(state, fraud_warning=event.object_id)
        return state

    async def _end(self, duplicate: Subscription, paid: list[Invoice]) -> None:
        """The money first: when we die in between, the subscription still runs and the next event ends it."""
        payments = [payment for invoice in paid for payment in invoice.payments]
        refunded = [payment for payment in payments if await self._stripe.give_back(payment)]
        await self._stripe.end_subscription(duplicate.id)
        log.warning(
            "duplicate_subscription_ended",
            subscription_id=duplicate.id,
            price_id=duplicate.price_id,
            refunded=refunded,
            not_refunded=[payment for payment in payments if payment not in refunded],
        )
