"""`/_local`: what tests need from this server; Stripe has nothing like it."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency

from local.faults import Fault
from local.stripe import objects
from local.stripe.api import require_key
from local.stripe.events import EventFault
from local.stripe.objects import Object
from local.stripe.services import Services


class ControlController(Controller):
    """Faults, the clock, other products, and what was sent. The key keeps pages of other web sites from using it."""

    path = "/_local"
    guards = (require_key,)

    @post("/faults", status_code=200)
    async def add_fault(self, request: Request[Any, Any, State], services: NamedDependency[Services]) -> list[Fault]:
        """Queue a fault for the next event of its type."""
        services.faults.add(msgspec.json.decode(await request.body(), type=EventFault))
        return services.faults.waiting()

    @post("/clock", status_code=200)
    async def set_clock_forward(self, seconds: float, services: NamedDependency[Services]) -> dict[str, int]:
        """Set this account's clock forward and do what is due by then."""
        services.store.state.clock_offset += seconds
        services.store.save()
        services.billing.renew_due()
        return {"now": services.billing.now()}

    @post("/other_products", status_code=200)
    async def sell_another_product(self, customer: str, services: NamedDependency[Services]) -> Object:
        """Make a subscription of a customer to something that is not Maquette's."""
        return services.billing.sell_another_product(customer)

    @post("/disputes", status_code=200)
    async def dispute(self, charge: str, services: NamedDependency[Services], status: str = "needs_response") -> Object:
        """Open a dispute of a charge, or with `warning_needs_response` an inquiry."""
        return services.billing.invoices.dispute(services.store.get("charge", charge), status)

    @post("/disputes/{dispute_id:str}/close", status_code=200)
    async def close_dispute(self, dispute_id: str, status: str, services: NamedDependency[Services]) -> Object:
        """Close a dispute: won, lost or warning_closed."""
        return services.billing.invoices.close_dispute(services.store.get("dispute", dispute_id), status)

    @post("/fraud_warnings", status_code=200)
    async def warn_of_fraud(self, charge: str, services: NamedDependency[Services]) -> Object:
        """Send the card issuer's early warning about a charge."""
        return services.billing.invoices.warn_of_fraud(services.store.get("charge", charge))

    @post("/discounts", status_code=200)
    async def set_discount(self, customer: str, percent: int, services: NamedDependency[Services]) -> None:
        """Let a customer pay that much less from the next invoice on."""
        services.store.state.discounts[customer] = percent
        services.store.save()

    @post("/portal", status_code=200)
    async def configure_portal(self, request: Request[Any, Any, State], services: NamedDependency[Services]) -> Object:
        """Set `features.subscription_update` of the portal's configuration; an empty body sets the usual one."""
        changes = msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
        return services.store.put(objects.portal_configuration(**changes))

    @get("/events", sync_to_thread=False)
    def list_events(self, services: NamedDependency[Services]) -> list[Object]:
        """Every event since the start, oldest first."""
        return list(services.events.sent.values())

    @post("/events/{event_id:str}/resend", status_code=200)
    async def resend_event(self, event_id: str, services: NamedDependency[Services]) -> Response[None]:
        """Deliver an event once more; 404 when there is none with that id."""
        return Response(None, status_code=200 if services.events.resend(event_id) else 404)
