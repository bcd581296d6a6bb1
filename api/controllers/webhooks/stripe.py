"""/webhooks/stripe: word that a customer's billing changed; what it is now, Stripe is asked."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog
from litestar import Litestar, Request, post
from litestar.datastructures import State
from msgspec import Struct
from prometheus_client import Counter

from api.auth import PUBLIC
from api.controllers.webhooks.service_role import billing_sync
from api.envelope import Envelope, ok
from api.errors import errors
from libs.errors import ErrorCode, MaquetteError
from libs.services.billing import BillingSync
from libs.services.external.stripe_adapter import EventForged, verified_event

MAX_BODY_BYTES: Final = 1024 * 1024
HANDLED: Final = frozenset(
    {
        "checkout.session.completed",
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "invoice.paid",
        "invoice.payment_failed",
        "customer.deleted",
    }
)

EVENTS = Counter("maquette_stripe_events_total", "Verified events by outcome", ["outcome"])

log = structlog.get_logger()


class EventView(Struct, frozen=True):
    """What came of an event."""

    outcome: str


@asynccontextmanager
async def stripe_webhook_lifespan(app: Litestar) -> AsyncGenerator[None]:
    """Open what the handler needs, once."""
    async with billing_sync(app.state.settings) as sync:
        app.state.billing_sync = sync
        yield


@post(
    "/webhooks/stripe",
    operation_id="receiveStripeWebhook",
    tags=["Webhooks"],
    status_code=200,
    request_max_body_size=MAX_BODY_BYTES,
    opt={"exclude_from_auth": True, "unlimited": True},
    security=PUBLIC,
    responses=errors(400, 401, 413, 502, 503),
)
async def receive_stripe_webhook(request: Request[None, None, State]) -> Envelope[EventView]:
    """A customer's billing changed. Anything but 2xx makes Stripe send the event again, for days."""
    settings = request.app.state.settings
    body = await request.body()
    try:
        event = verified_event(body, request.headers.get("stripe-signature", ""), settings.stripe_webhook_secret)
    except EventForged as error:
        EVENTS.labels("unsigned").inc()
        raise MaquetteError(ErrorCode.NOT_AUTHENTICATED) from error
    other_mode = event.livemode != settings.stripe_is_live
    outcome = await _outcome(request, event.kind, event.customer_id, event.id, other_mode=other_mode)
    EVENTS.labels(outcome).inc()
    log.info("stripe_event", event_id=event.id, kind=event.kind, outcome=outcome)
    return ok(EventView(outcome))


async def _outcome(
    request: Request[Any, Any, State], kind: str, customer_id: str | None, event_id: str, *, other_mode: bool
) -> str:
    if other_mode:
        return "other_mode"
    if kind not in HANDLED or customer_id is None:
        return "ignored"
    sync: BillingSync = request.app.state.billing_sync
    return await sync.apply(event_id, kind, customer_id)
