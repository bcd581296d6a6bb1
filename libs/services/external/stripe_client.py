"""Stripe by its official SDK: customers, checkout, portal, subscriptions and events."""

import asyncio
import time
from collections.abc import AsyncGenerator, Collection, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import msgspec
import stripe

from libs.errors import UpstreamError
from libs.services.external.stripe_objects import (
    Charge,
    Invoice,
    Object,
    Subscription,
    charge_of,
    id_of,
    invoice_of,
    subscription_of,
    takes_the_money,
)

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


class BillingUnavailable(UpstreamError):
    """Stripe refused, or gave no usable response. `detail` is Stripe's code, never its message."""

    def __init__(self, detail: str | None, status: int | None = None) -> None:
        super().__init__(detail=detail, status=status)


class EventForged(Exception):
    """The bytes have no valid signature."""


class Event(msgspec.Struct, frozen=True):
    """What an event is about. The rest of it is not used: the current state is read from Stripe."""

    id: str
    kind: str
    livemode: bool
    object_id: str | None
    customer_id: str | None
    charge_id: str | None
    """Of a refund, dispute or fraud warning, which name no customer."""
    payment: str | None
    """The payment of that charge, as `Invoice.payments` names it."""


def verified_event(body: bytes, signature: str, secret: str) -> Event:
    """The event of a delivery. Raises EventForged unless the signature is good and made within five minutes."""
    try:
        made = stripe.Webhook.construct_event(body, signature, secret, tolerance=TOLERANCE_SECONDS)  # pyright: ignore[reportUnknownMemberType]
        about: dict[str, Any] = made.data.object.to_dict()
        charge = id_of(about.get("charge"))
        event = Event(
            id=made.id,
            kind=made.type,
            livemode=made.livemode,
            object_id=about.get("id"),
            customer_id=_customer_of(about),
            charge_id=charge,
            payment=id_of(about.get("payment_intent")) or charge,
        )
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
    return id_of(about.get("id") if about.get("object") == "customer" else about.get("customer"))


@contextmanager
def _translated() -> Generator[None]:
    """Raise what the SDK raises as BillingUnavailable."""
    try:
        yield
    except stripe.StripeError as error:
        raise BillingUnavailable(error.code, error.http_status) from error


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

    async def add_portal(self, customer_id: str, return_url: str, configuration: str | None) -> str:
        """Open the customer portal in this configuration, or the account's default one; answers its address."""
        request: Any = {"customer": customer_id, "return_url": return_url}
        if configuration is not None:
            request["configuration"] = configuration
        session = await self._call(self._client.v1.billing_portal.sessions.create_async(request))
        return session.url

    async def subscriptions(self, customer_id: str) -> list[Subscription]:
        """A customer's subscriptions to our prices. A deleted customer has none.

        The Stripe account may sell other products to the same customer: those are not ours to read or end.
        """
        found = await self._all(self._client.v1.subscriptions, {"customer": customer_id, "status": "all"})
        return [own for one in found if (own := subscription_of(one, self._own_prices)) is not None]

    async def paid_invoices(self, customer_id: str) -> list[Invoice]:
        """A customer's paid invoices of subscriptions, and whether their money went back since."""
        paid = {"customer": customer_id, "status": "paid", "expand": ["data.payments"]}
        found = await self._all(self._client.v1.invoices, paid)
        if not found:
            return []
        charges = {one.payment: one for one in await self._charges(customer_id)}
        read = [invoice_of(one, await self._lines(one), charges, self._own_prices) for one in found]
        return [invoice for invoice in read if invoice is not None]

    async def customer_of_charge(self, charge_id: str) -> str | None:
        """Who paid a charge; None for a charge without a customer, or of another account."""
        made = await self._unless_missing(self._client.v1.charges.retrieve_async(charge_id))
        return None if made is None else id_of(made.to_dict().get("customer"))

    async def give_back(self, payment: str) -> bool:
        """Refund what is left of a payment, once; whether it is given back. A disputed one cannot be, for example."""
        which = "payment_intent" if payment.startswith("pi_") else "charge"
        request: Any = {which: payment, "reason": "duplicate"}
        with _translated():
            try:
                await self._client.v1.refunds.create_async(request, {"idempotency_key": f"duplicate-{payment}"})
            except stripe.InvalidRequestError as error:
                return error.code == "charge_already_refunded"
        return True

    async def end_subscription(self, subscription_id: str) -> None:
        """Cancel at once; one that has ended stays so."""
        await self._unless_missing(self._client.v1.subscriptions.cancel_async(subscription_id))

    async def remove_customer(self, customer_id: str) -> None:
        """Delete a customer, which ends their subscriptions at once; one that is gone stays so."""
        await self._unless_missing(self._client.v1.customers.delete_async(customer_id))

    async def _charges(self, customer_id: str) -> list[Charge]:
        """Charges that succeeded. A disputed one costs a call: only its disputes say how they ended."""
        charges: list[Charge] = []
        for one in await self._all(self._client.v1.charges, {"customer": customer_id}):
            if one["status"] != "succeeded":
                continue
            disputes = await self._all(self._client.v1.disputes, {"charge": one["id"]}) if one["disputed"] else []
            charges.append(charge_of(one, is_disputed=any(takes_the_money(dispute) for dispute in disputes)))
        return charges

    async def _lines(self, invoice: Object) -> list[Any]:
        """All lines of an invoice: it shows the first few itself."""
        if not invoice["lines"]["has_more"]:
            return invoice["lines"]["data"]
        return await self._all(self._client.v1.invoices.line_items, {}, invoice["id"])

    async def _all(self, resource: Any, params: dict[str, Any], *path: str) -> list[Any]:  # noqa: ANN401 - a service of the SDK
        """Every object of a list; none when what it belongs to is gone."""
        page = await self._unless_missing(resource.list_async(*path, {**params, "limit": 100}))
        if page is None:
            return []
        with _translated():
            return [one.to_dict() async for one in page.auto_paging_iter()]

    async def _unless_missing(self, call: Any) -> Any:  # noqa: ANN401 - the SDK's objects
        with _translated():
            try:
                return await call
            except stripe.InvalidRequestError as error:
                if error.code != "resource_missing":
                    raise
        return None

    async def _call(self, call: Any) -> Any:  # noqa: ANN401 - the SDK's objects
        with _translated():
            return await call

    async def aclose(self) -> None:
        """Close every pooled connection."""
        await self._http.close_async()
