"""`/v1`: the endpoints that Maquette's adapter calls, as the official SDK calls them."""

import hashlib
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Controller, Request, Response, delete, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from local.stripe import objects
from local.stripe.forms import parse_form
from local.stripe.objects import Object
from local.stripe.problems import StripeProblem, invalid, missing
from local.stripe.services import Services

AnyRequest = Request[Any, Any, State]

# An invoice shows so many lines itself.
LINES_SHOWN: Final = 10


def require_key(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse a call without this account's secret key."""
    services: Services = connection.app.state.services
    if connection.headers.get("authorization") != f"Bearer {services.settings.secret_key}":
        raise StripeProblem(401, "invalid_request_error", "Invalid API Key provided.")


class ApiController(Controller):
    """Customers, checkout sessions, portal sessions and subscriptions."""

    path = "/v1"
    guards = (require_key,)

    @post("/customers")
    async def add_customer(self, request: AnyRequest, services: NamedDependency[Services]) -> Response[Object]:
        """Make a customer."""

        def make(values: dict[str, Any]) -> Object:
            made = objects.customer(services.billing.now(), values.get("email"), values.get("metadata", {}))
            return services.store.put(made)

        return await _idempotent(request, services, make)

    @get("/customers/{customer_id:str}", sync_to_thread=False)
    def get_customer(self, customer_id: str, services: NamedDependency[Services]) -> Object:
        """A customer; only id and `deleted` of one that was deleted."""
        return services.store.get("customer", customer_id)

    @delete("/customers/{customer_id:str}", status_code=200)
    async def delete_customer(self, customer_id: str, services: NamedDependency[Services]) -> Object:
        """Delete a customer; their subscriptions end at once."""
        _require_customer(services, customer_id)
        return services.billing.delete_customer(customer_id)

    @post("/checkout/sessions")
    async def add_checkout_session(self, request: AnyRequest, services: NamedDependency[Services]) -> Response[Object]:
        """Open a hosted checkout for one price."""
        return await _idempotent(request, services, lambda values: _open_checkout(services, values))

    @get("/checkout/sessions", sync_to_thread=False)
    def list_checkout_sessions(self, customer: str, services: NamedDependency[Services]) -> Object:
        """Checkout sessions of a customer."""
        return objects.listed(services.store.all("checkout.session", customer=customer), "/v1/checkout/sessions")

    @post("/checkout/sessions/{session_id:str}/expire")
    async def expire_checkout_session(
        self, request: AnyRequest, session_id: str, services: NamedDependency[Services]
    ) -> Response[Object]:
        """Close an open session."""

        def make(_: dict[str, Any]) -> Object:
            session = services.store.get("checkout.session", session_id)
            if session["status"] != "open":
                raise invalid("session", 'Only Checkout Sessions with a status in ["open"] can be expired.')
            return services.store.put({**session, "status": "expired", "url": None})

        return await _idempotent(request, services, make)

    @post("/billing_portal/sessions")
    async def add_portal_session(self, request: AnyRequest, services: NamedDependency[Services]) -> Response[Object]:
        """Open the customer portal."""

        def make(values: dict[str, Any]) -> Object:
            customer = services.store.get("customer", values.get("customer", ""))
            _require_url("return_url", values.get("return_url", ""))
            session_id = objects.new_id("bps")
            url = f"{services.settings.base_url}/p/session/{session_id}"
            now = services.billing.now()
            made = objects.portal_session(now, customer["id"], url, values["return_url"], session_id)
            made["configuration"] = services.billing.portal(values.get("configuration"))["id"]
            return services.store.put(made)

        return await _idempotent(request, services, make)

    @get("/subscriptions", sync_to_thread=False)
    def list_subscriptions(
        self, customer: str, services: NamedDependency[Services], status: str | None = None
    ) -> Object:
        """Subscriptions of a customer; those that ended only with `status=all`."""
        found = services.store.all("subscription", customer=customer)
        shown = [one for one in found if status == "all" or one["status"] == (status or one["status"]) != "canceled"]
        return objects.listed(shown, "/v1/subscriptions")

    @delete("/subscriptions/{subscription_id:str}", status_code=200)
    async def cancel_subscription(self, subscription_id: str, services: NamedDependency[Services]) -> Object:
        """Cancel at once."""
        found = services.store.get("subscription", subscription_id)
        if found["status"] == "canceled":
            raise missing("subscription", subscription_id)
        services.billing.end(found)
        return found

    @get("/invoices", sync_to_thread=False)
    def list_invoices(self, request: AnyRequest, customer: str, services: NamedDependency[Services]) -> Object:
        """Invoices of a customer, latest first, with their payments when these are asked for."""
        found = services.store.all("invoice", customer=customer)
        status = request.query_params.get("status")
        shown = [_first_lines(one) for one in found if status in {None, one["status"]}]
        if "data.payments" in request.query_params.values():
            shown = [services.billing.invoices.with_payments(one) for one in shown]
        return objects.listed(shown, "/v1/invoices")

    @get("/invoices/{invoice_id:str}/lines", sync_to_thread=False)
    def list_lines(self, invoice_id: str, services: NamedDependency[Services]) -> Object:
        """All lines of an invoice."""
        return services.store.get("invoice", invoice_id)["lines"]

    @get("/charges", sync_to_thread=False)
    def list_charges(self, customer: str, services: NamedDependency[Services]) -> Object:
        """Charges of a customer, latest first."""
        return objects.listed(services.store.all("charge", customer=customer), "/v1/charges")

    @get("/charges/{charge_id:str}", sync_to_thread=False)
    def get_charge(self, charge_id: str, services: NamedDependency[Services]) -> Object:
        """A charge."""
        return services.store.get("charge", charge_id)

    @get("/disputes", sync_to_thread=False)
    def list_disputes(self, charge: str, services: NamedDependency[Services]) -> Object:
        """Disputes of a charge."""
        return objects.listed(services.store.all("dispute", charge=charge), "/v1/disputes")

    @post("/refunds")
    async def add_refund(self, request: AnyRequest, services: NamedDependency[Services]) -> Response[Object]:
        """Give back a charge, or a part of it."""

        def make(values: dict[str, Any]) -> Object:
            amount = values.get("amount")
            charge = _charge_of(services, values)
            return services.billing.invoices.refund(charge, None if amount is None else int(amount))

        return await _idempotent(request, services, make)


def _first_lines(invoice: Object) -> Object:
    lines = invoice["lines"]
    more = len(lines["data"]) > LINES_SHOWN
    return {**invoice, "lines": {**lines, "data": lines["data"][:LINES_SHOWN], "has_more": more}}


def _charge_of(services: Services, values: dict[str, Any]) -> Object:
    payment = values.get("payment_intent")
    if payment is None:
        return services.store.get("charge", values.get("charge", ""))
    found = services.store.all("charge", payment_intent=payment)
    if not found:
        raise missing("payment_intent", payment)
    return found[0]


async def _idempotent(
    request: AnyRequest, services: Services, make: Callable[[dict[str, Any]], Object]
) -> Response[Object]:
    """Answer a repeat of the same key and body as the first time (docs.stripe.com/api/idempotent_requests)."""
    body = await request.body()
    key = request.headers.get("idempotency-key")
    digest = hashlib.sha256(request.url.path.encode() + body).hexdigest()
    if key and (known := services.store.state.answers.get(key)):
        if known[0] != digest:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
            )
            raise StripeProblem(400, "idempotency_error", message)
        return Response(known[2], status_code=known[1], headers={"idempotent-replayed": "true"})
    made = make(parse_form(body))
    if key:
        services.store.state.answers[key] = (digest, 200, made)
        services.store.save()
    return Response(made, status_code=200)


def _open_checkout(services: Services, values: dict[str, Any]) -> Object:
    if values.get("mode") != "subscription":
        raise invalid("mode", "This account sells subscriptions.")
    items: list[dict[str, str]] = values.get("line_items") or [{}]
    price_id = items[0].get("price", "")
    sold = services.billing.prices.get(price_id)
    if sold is None:
        raise StripeProblem(400, "invalid_request_error", f"No such price: '{price_id}'", code="resource_missing")
    customer = _require_customer(services, values.get("customer", ""))
    for name in ("success_url", "cancel_url"):
        _require_url(name, values.get(name, ""))
    session_id = objects.new_id("cs_test")
    made = objects.checkout_session(
        services.billing.now(),
        customer["id"],
        sold,
        f"{services.settings.base_url}/c/pay/{session_id}",
        {
            "id": session_id,
            "client_reference_id": values.get("client_reference_id"),
            "metadata": values.get("metadata", {}),
            "success_url": values["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id),
            "cancel_url": values["cancel_url"],
            "allow_promotion_codes": values.get("allow_promotion_codes") == "true" or None,
            "line_items": objects.listed([{"object": "item", "price": objects.price(sold), "quantity": 1}], ""),
            "customer_email": None,
        },
    )
    made["customer_details"]["email"] = customer["email"]
    data: dict[str, Any] = values.get("subscription_data", {})
    services.store.state.subscription_metadata[session_id] = data.get("metadata", {})
    return services.store.put(made)


def _require_customer(services: Services, customer_id: str) -> Object:
    customer = services.store.get("customer", customer_id)
    if customer.get("deleted"):
        raise missing("customer", customer_id)
    return customer


def _require_url(name: str, url: str) -> None:
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise invalid(name, "Not a valid URL")
