"""/v1: the endpoints that Maquette's adapter calls, as the official SDK calls them."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, delete, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler

from local.stripe import objects
from local.stripe.forms import parse_form
from local.stripe.objects import Object
from local.stripe.problems import StripeProblem, invalid, missing
from local.stripe.services import Services
from local.stripe.store import Store

AnyRequest = Request[Any, Any, State]


def require_key(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse a call without this account's secret key."""
    services: Services = connection.app.state.services
    if connection.headers.get("authorization") != f"Bearer {services.settings.secret_key}":
        raise StripeProblem(401, "invalid_request_error", "Invalid API Key provided.")


async def idempotent(request: AnyRequest, make: Callable[[Services, dict[str, Any]], Object]) -> Response[Object]:
    """Answer a repeat of the same key and body as the first time (docs.stripe.com/api/idempotent_requests)."""
    services: Services = request.app.state.services
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
    made = make(services, parse_form(body))
    if key:
        services.store.state.answers[key] = (digest, 200, made)
        services.store.save()
    return Response(made, status_code=200)


@post("/v1/customers", guards=[require_key])
async def add_customer(request: AnyRequest) -> Response[Object]:
    """Make a customer."""

    def make(services: Services, values: dict[str, Any]) -> Object:
        made = objects.customer(services.billing.now(), values.get("email"), values.get("metadata", {}))
        return services.store.put(made)

    return await idempotent(request, make)


@get("/v1/customers/{customer_id:str}", guards=[require_key], sync_to_thread=False)
def get_customer(request: AnyRequest, customer_id: str) -> Object:
    """A customer, or what is left of one."""
    return _found(request.app.state.services.store, "customer", customer_id)


@delete("/v1/customers/{customer_id:str}", guards=[require_key], status_code=200)
async def delete_customer(request: AnyRequest, customer_id: str) -> Object:
    """Delete a customer; their subscriptions end at once."""
    services: Services = request.app.state.services
    if _found(services.store, "customer", customer_id).get("deleted"):
        raise missing("customer", customer_id)
    return services.billing.delete_customer(customer_id)


@post("/v1/checkout/sessions", guards=[require_key])
async def add_checkout_session(request: AnyRequest) -> Response[Object]:
    """Open a hosted checkout for one price."""

    def make(services: Services, values: dict[str, Any]) -> Object:
        if values.get("mode") != "subscription":
            raise invalid("mode", "This account sells subscriptions.")
        items: list[dict[str, str]] = values.get("line_items") or [{}]
        price_id = items[0].get("price", "")
        sold = services.billing.prices.get(price_id)
        if sold is None:
            raise StripeProblem(400, "invalid_request_error", f"No such price: '{price_id}'", code="resource_missing")
        customer = _found(services.store, "customer", values.get("customer", ""))
        if customer.get("deleted"):
            raise missing("customer", customer["id"])
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

    return await idempotent(request, make)


@get("/v1/checkout/sessions", guards=[require_key], sync_to_thread=False)
def list_checkout_sessions(request: AnyRequest, customer: str) -> Object:
    """Sessions of a customer."""
    services: Services = request.app.state.services
    return objects.listed(services.store.all("checkout.session", customer=customer), "/v1/checkout/sessions")


@get("/v1/checkout/sessions/{session_id:str}", guards=[require_key], sync_to_thread=False)
def get_checkout_session(request: AnyRequest, session_id: str) -> Object:
    """A session."""
    return _found(request.app.state.services.store, "checkout.session", session_id)


@post("/v1/checkout/sessions/{session_id:str}/expire", guards=[require_key])
async def expire_checkout_session(request: AnyRequest, session_id: str) -> Response[Object]:
    """Close an open session."""

    def make(services: Services, _: dict[str, Any]) -> Object:
        session = _found(services.store, "checkout.session", session_id)
        if session["status"] != "open":
            raise invalid("session", 'Only Checkout Sessions with a status in ["open"] can be expired.')
        return services.store.put({**session, "status": "expired", "url": None})

    return await idempotent(request, make)


@post("/v1/billing_portal/sessions", guards=[require_key])
async def add_portal_session(request: AnyRequest) -> Response[Object]:
    """Open the customer portal."""

    def make(services: Services, values: dict[str, Any]) -> Object:
        customer = _found(services.store, "customer", values.get("customer", ""))
        _require_url("return_url", values.get("return_url", ""))
        session_id = objects.new_id("bps")
        url = f"{services.settings.base_url}/p/session/{session_id}"
        made = objects.portal_session(services.billing.now(), customer["id"], url, values["return_url"], session_id)
        return services.store.put(made)

    return await idempotent(request, make)


@get("/v1/subscriptions", guards=[require_key], sync_to_thread=False)
def list_subscriptions(request: AnyRequest, customer: str, status: str | None = None) -> Object:
    """Subscriptions of a customer; those that ended only with `status=all`."""
    services: Services = request.app.state.services
    found = services.store.all("subscription", customer=customer)
    shown = [one for one in found if status == "all" or one["status"] == (status or one["status"]) != "canceled"]
    return objects.listed(shown, "/v1/subscriptions")


@get("/v1/subscriptions/{subscription_id:str}", guards=[require_key], sync_to_thread=False)
def get_subscription(request: AnyRequest, subscription_id: str) -> Object:
    """A subscription."""
    return _found(request.app.state.services.store, "subscription", subscription_id)


@delete("/v1/subscriptions/{subscription_id:str}", guards=[require_key], status_code=200)
async def cancel_subscription(request: AnyRequest, subscription_id: str) -> Object:
    """Cancel at once."""
    services: Services = request.app.state.services
    found = _found(services.store, "subscription", subscription_id)
    if found["status"] == "canceled":
        raise missing("subscription", subscription_id)
    services.billing.end(found)
    return found


def _found(store: Store, kind: str, object_id: str) -> Object:
    found = store.find(object_id, kind)
    if found is None:
        raise missing(kind, object_id)
    return found


def _require_url(name: str, url: str) -> None:
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise invalid(name, "Not a valid URL")


HANDLERS = [
    add_customer,
    get_customer,
    delete_customer,
    add_checkout_session,
    list_checkout_sessions,
    get_checkout_session,
    expire_checkout_session,
    add_portal_session,
    list_subscriptions,
    get_subscription,
    cancel_subscription,
]
