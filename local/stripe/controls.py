"""`/_local`: what tests and the supervisor ask of this server; Stripe has nothing like it."""

from typing import Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import State

from local.stripe.api import require_key
from local.stripe.events import Attempt, EventFault
from local.stripe.objects import Object
from local.stripe.services import Services

AnyRequest = Request[Any, Any, State]


@get("/_local/health", media_type="text/plain", sync_to_thread=False)
def health() -> str:
    """Ready."""
    return "ok"


@post("/_local/faults", guards=[require_key], status_code=200)
async def add_fault(request: AnyRequest) -> list[EventFault]:
    """Queue a fault for the next event of its type."""
    services: Services = request.app.state.services
    services.events.faults.append(msgspec.json.decode(await request.body(), type=EventFault))
    return services.events.faults


@delete("/_local/faults", guards=[require_key], sync_to_thread=False)
def clear_faults(request: AnyRequest) -> None:
    """Forget all queued faults."""
    request.app.state.services.events.faults.clear()


@post("/_local/clock", guards=[require_key], status_code=200)
async def set_clock_forward(request: AnyRequest, seconds: float) -> dict[str, int]:
    """Set this account's clock forward and do what is due by then."""
    services: Services = request.app.state.services
    services.store.state.clock_offset += seconds
    services.store.save()
    services.billing.catch_up()
    return {"now": services.billing.now()}


@post("/_local/other_products", guards=[require_key], status_code=200)
async def sell_another_product(request: AnyRequest, customer: str) -> Object:
    """Make a subscription of a customer to something that is not Maquette's."""
    services: Services = request.app.state.services
    return services.billing.sell_another_product(customer)


@get("/_local/events", guards=[require_key], sync_to_thread=False)
def list_events(request: AnyRequest) -> list[Object]:
    """Every event since the start, oldest first."""
    return list(request.app.state.services.events.sent.values())


@post("/_local/events/{event_id:str}/resend", guards=[require_key], status_code=200)
async def resend_event(request: AnyRequest, event_id: str) -> Response[None]:
    """Deliver an event once more."""
    return Response(None, status_code=200 if request.app.state.services.events.resend(event_id) else 404)


@get("/_local/attempts", guards=[require_key], sync_to_thread=False)
def list_attempts(request: AnyRequest) -> list[Attempt]:
    """Every delivery attempt, oldest first."""
    return list(request.app.state.services.events.attempts)


HANDLERS = [
    health,
    add_fault,
    clear_faults,
    set_clock_forward,
    sell_another_product,
    list_events,
    resend_event,
    list_attempts,
]
