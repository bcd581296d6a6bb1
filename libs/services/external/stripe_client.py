"""Stripe by its official SDK: customers, checkout, portal, subscriptions and events."""

import asyncio
import time
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final, cast

import msgspec
import stripe

# The version that the SDK is made for; the webhook endpoint must have the same one (docs/deploy.md).
API_VERSION: Final = stripe.api_version
# The SDK retries connection errors, 409 and 5xx with the same idempotency key; by default it does not.
RETRIES: Final = 2
TIMEOUT_SECONDS: Final = 6
# All calls that one request or one event needs, with their repeats. Stripe waits longer than this for our answer to an
# event, and a person for a page.
TOTAL_SECONDS: Final = 15
# How far a signature's timestamp may be from now, as Stripe recommends.
TOLERANCE_SECONDS: Final = 300
# For a day Stripe gives the same response to the same key, a 500 too. A new key after this time gets a new response.
KEY_SECONDS: Final = 600
# Statuses in which a subscription can still be paid, changed or ended.
RUNNING: Final = frozenset({"active", "trialing", "past_due", "unpaid", "incomplete", "paused"})
# Of the three reasons for a cancellation; the third is `cancellation_requested`.
_UNPAID_REASONS: Final = frozenset({"payment_failed", "payment_disputed"})


class BillingUnavailable(Exception):
    """Stripe refused, or gave no usable response. The text is Stripe's code, never its message."""


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription to one of our prices, as it is now. The running period is that of its item with that price."""

    id: str
    status: str
    price_id: str
    created: datetime
    period_start: datetime
    period_end: datetime
    cancel_at: datetime | None
    was_unpaid: bool
    """Canceled because a payment failed or was disputed: nothing of the running period is paid."""

    @property
    def is_running(self) -> bool:
        """Whether its status is one of `RUNNING`."""
        return self.status in RUNNING


class EventForged(Exception):
    """The bytes have no valid signature."""


class Event(msgspec.Struct, frozen=True):
    """What an event is about. The rest of it is not used: the current state is read from Stripe."""

    id: str
    kind: str
    livemode: bool
    customer_id: str | None


def verified_event(body: bytes, signature: str, secret: str) -> Event:
    """The event of a delivery. Raises EventForged unless the signature is good and made within five minutes."""
    try:
        made = stripe.Webhook.construct_event(body, signature, secret, tolerance=TOLERANCE_SECONDS)  # pyright: ignore[reportUnknownMemberType]
        about: dict[str, Any] = made.data.object.to_dict()
        event = Event(made.id, made.type, made.livemode, _customer_of(about))
    # The SDK raises these for bodies that are not an event.
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EventForged from error
    # The SDK accepts any timestamp in the future.
    timestamps = [part.removeprefix("t=") for part in signature.split(",") if part.startswith("t=")]
    if not all(stamp.isdecimal() and int(stamp) <= time.time() + TOLERANCE_SECONDS for stamp in timestamps):
        raise EventForged
    return event


def idempotency_key(*parts: str) -> str:
    """The same key for the same parts within one period of `KEY_SECONDS`."""
    return "-".join((*parts, str(int(time.time()) // KEY_SECONDS)))


def _customer_of(about: dict[str, Any]) -> str | None:
    customer = about.get("id") if about.get("object") == "customer" else about.get("customer")
    if isinstance(customer, dict):
        customer = cast("dict[str, Any]", customer).get("id")
    return customer if isinstance(customer, str) else None


class StripeClient:
    """One per process. `own_prices` are the price ids that this deployment sells: other subscriptions are left out."""

    def __init__(self, secret_key: str, api_url: str | None, own_prices: Collection[str]) -> None:
        self._own_prices = frozenset(own_prices)
        self._http = stripe.HTTPXClient(timeout=TIMEOUT_SECONDS)
        self._client = stripe.StripeClient(
            secret_key,
            http_client=self._http,
            max_network_retries=RETRIES,
            base_addresses={"api": api_url} if api_url else {},
        )

    @asynccontextmanager
    async def bounded(self) -> AsyncGenerator[None]:
        """Calls inside end within `TOTAL_SECONDS` together. Raises BillingUnavailable after that."""
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                yield
        except TimeoutError as error:
            raise BillingUnavailable("no_answer_in_time") from error

    async def add_customer(self, account_id: str, billing_version: int) -> str:
        """Make a customer for an account; answers its id. Two calls at once make one.

        `billing_version` changes when a customer is deleted: with the old one the same key would return that customer.
        No e-mail address is sent: Stripe's checkout asks the person for one.
        """
        made = await self._call(
            self._client.v1.customers.create_async(
                {"metadata": {"account_id": account_id}},
                {"idempotency_key": idempotency_key("customer", account_id, str(billing_version))},
            )
        )
        return made.id

    async def checkout(
        self, customer_id: str, account_id: str, price_id: str, *, success_url: str, cancel_url: str
    ) -> str:
        """The address of a hosted checkout for one price: the one left open, or a new one.

        Checkouts left open for other prices are closed, so that one person does not pay twice. Two calls at once make
        one checkout: their idempotency key names the checkout there was before.
        """
        sessions = await self._call(
            self._client.v1.checkout.sessions.list_async({"customer": customer_id, "limit": 100})
        )
        for session in sessions.data:
            # Others at this Stripe account may have opened one too: it has no metadata of ours and stays open.
            opened_for = session.metadata["price_id"] if "price_id" in (session.metadata or ()) else None
            if session.status != "open" or opened_for is None:
                continue
            if opened_for == price_id:
                return str(session.url)
            await self._call(self._client.v1.checkout.sessions.expire_async(session.id))
        before = sessions.data[0].id if sessions.data else "first"
        session = await self._call(
            self._client.v1.checkout.sessions.create_async(
                {
                    "mode": "subscription",
                    "customer": customer_id,
                    "client_reference_id": account_id,
                    "line_items": [{"price": price_id, "quantity": 1}],
                    "success_url": success_url,
                    "cancel_url": cancel_url,
                    "allow_promotion_codes": True,
                    "metadata": {"price_id": price_id},
                    "subscription_data": {"metadata": {"account_id": account_id}},
                },
                {"idempotency_key": idempotency_key("checkout", customer_id, price_id, before)},
            )
        )
        return str(session.url)

    async def add_portal(self, customer_id: str, return_url: str) -> str:
        """Open the customer portal; answers its address."""
        session = await self._call(
            self._client.v1.billing_portal.sessions.create_async({"customer": customer_id, "return_url": return_url})
        )
        return session.url

    async def subscriptions(self, customer_id: str) -> list[Subscription]:
        """A customer's subscriptions to our prices, latest first. A deleted customer has none.

        The Stripe account may sell other products to the same customer: those are not ours to read or end.
        """
        try:
            found = await self._client.v1.subscriptions.list_async(
                {"customer": customer_id, "status": "all", "limit": 100}
            )
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                return []
            raise BillingUnavailable(error.code) from error
        except stripe.StripeError as error:
            raise BillingUnavailable(error.code) from error
        own = [_subscription(one, item) for one in found.data if (item := self._own_item(one)) is not None]
        return sorted(own, key=lambda one: one.created, reverse=True)

    async def end_subscription(self, subscription_id: str) -> None:
        """Cancel at once; one that has ended stays so."""
        try:
            await self._client.v1.subscriptions.cancel_async(subscription_id)
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise BillingUnavailable(error.code) from error
        except stripe.StripeError as error:
            raise BillingUnavailable(error.code) from error

    async def remove_customer(self, customer_id: str) -> None:
        """Delete a customer, which ends their subscriptions at once; one that is gone stays so."""
        try:
            await self._client.v1.customers.delete_async(customer_id)
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise BillingUnavailable(error.code) from error
        except stripe.StripeError as error:
            raise BillingUnavailable(error.code) from error

    def _own_item(self, subscription: Any) -> Any | None:  # noqa: ANN401 - the SDK's objects
        return next((item for item in subscription["items"].data if item.price.id in self._own_prices), None)

    async def _call(self, call: Any) -> Any:  # noqa: ANN401 - the SDK's objects
        try:
            return await call
        except stripe.StripeError as error:
            raise BillingUnavailable(error.code) from error

    async def aclose(self) -> None:
        """Close every pooled connection."""
        await self._http.close_async()


def _subscription(made: Any, item: Any) -> Subscription:  # noqa: ANN401 - the SDK's objects
    return Subscription(
        id=made.id,
        status=made.status,
        price_id=item.price.id,
        created=_time(made.created),
        period_start=_time(item.current_period_start),
        period_end=_time(item.current_period_end),
        # The portal cancels flexible subscriptions by `cancel_at`, others by the flag.
        cancel_at=_time(made.cancel_at)
        if made.cancel_at
        else _time(item.current_period_end)
        if made.cancel_at_period_end
        else None,
        was_unpaid=bool(made.cancellation_details and made.cancellation_details.reason in _UNPAID_REASONS),
    )


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
