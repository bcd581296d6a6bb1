"""/webhooks/stripe: an event is a trigger to read the customer's current state from Stripe; its content is not used."""

from typing import Final

import structlog
from litestar import Request, Router, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from msgspec import Struct
from prometheus_client import Counter

from api.auth import PUBLIC
from api.controllers.webhooks.service_role import Lifespan, privileged_routes, stripe_services
from api.envelope import Envelope, ok
from api.errors import TransportCode, TransportError, errors
from libs.app_config.settings import ServiceRole, Settings
from libs.services.billing.account_settings import EVENTS
from libs.services.billing.sync import BillingSync
from libs.services.external.stripe_client import Event, EventForged, verified_event

MAX_BODY_BYTES: Final = 1024 * 1024

OUTCOMES = Counter("maquette_stripe_events_total", "Verified events by outcome", ["outcome"])

log = structlog.get_logger()


class EventView(Struct, frozen=True):
    """The outcome of an event."""

    outcome: str


@post(
    "/webhooks/stripe",
    operation_id="receiveStripeWebhook",
    tags=["Webhooks"],
    status_code=200,
    request_max_body_size=MAX_BODY_BYTES,
    opt={"exclude_from_auth": True, "unlimited": True},
    security=PUBLIC,
    responses=errors(400, 401, 408, 413, 415, 502, 503),
)
async def receive_stripe_webhook(
    request: Request[None, None, State], sync: NamedDependency[BillingSync]
) -> Envelope[EventView]:
    """A customer's billing changed. Anything but 2xx makes Stripe send the event again, for days."""
    settings: Settings = request.app.state.settings
    body = await request.body()
    try:
        event = verified_event(body, request.headers.get("stripe-signature", ""), settings.stripe_webhook_secret)
    except EventForged as error:
        OUTCOMES.labels("unsigned").inc()
        raise TransportError(TransportCode.NOT_AUTHENTICATED) from error
    other_mode = event.livemode != settings.stripe_is_live
    outcome = await _outcome(sync, event, other_mode=other_mode)
    OUTCOMES.labels(outcome).inc()
    log.info("stripe_event", event_id=event.id, kind=event.kind, outcome=outcome)
    return ok(EventView(outcome))


def stripe_webhook(settings: Settings, service_role: ServiceRole) -> tuple[Router, Lifespan]:
    """The route, and what it needs while the process serves."""
    return privileged_routes([receive_stripe_webhook], ["sync"], lambda: stripe_services(settings, service_role))


async def _outcome(sync: BillingSync, event: Event, *, other_mode: bool) -> str:
    if other_mode:
        return "other_mode"
    if event.kind not in EVENTS:
        return "ignored"
    return await sync.apply(event)
