"""/billing: what a person pays for; Stripe's own pages do the rest. The plans for sale are in /config."""

from typing import Annotated, Literal

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody
from msgspec import Meta, Struct

from api.dependencies import provide_billing
from api.envelope import Envelope, ok
from api.errors import errors
from libs.services.billing.subscriptions import BillingService
from libs.services.billing.views import BillingView


class StartCheckout(Struct, forbid_unknown_fields=True):
    """The plan to buy. Customer, price and return addresses are the server's own."""

    plan_id: Annotated[str, Meta(min_length=1, max_length=80)]
    interval: Literal["month", "year"]


class AddressView(Struct, frozen=True):
    """A page of Stripe's to go to."""

    url: str


class BillingController(Controller):
    """The caller's billing."""

    path = "/billing"
    tags = ["Billing"]
    dependencies = {"billing": Provide(provide_billing, sync_to_thread=False)}

    @get("/", operation_id="getBilling", responses=errors(401, 429, 503))
    async def read(self, billing: NamedDependency[BillingService]) -> Envelope[BillingView]:
        """The caller's plan and how long it holds."""
        return ok(await billing.find())

    @post(
        "/checkout",
        operation_id="startCheckout",
        responses=errors(400, 401, 403, 408, 409, 413, 415, 422, 429, 502, 503),
    )
    async def checkout(
        self, data: JSONBody[StartCheckout], billing: NamedDependency[BillingService]
    ) -> Envelope[AddressView]:
        """A checkout for a plan."""
        return ok(AddressView(await billing.checkout(data.plan_id, data.interval)))

    @post("/portal", operation_id="openPortal", responses=errors(401, 409, 415, 429, 502, 503))
    async def portal(self, billing: NamedDependency[BillingService]) -> Envelope[AddressView]:
        """The customer portal: change or cancel the plan, another card, invoices."""
        return ok(AddressView(await billing.portal()))
