"""`/v1`: the settings of the account, as the dashboard and `./maquette setup` see them."""

from typing import Any, Final

from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency

from local.stripe import objects
from local.stripe.api import require_key
from local.stripe.forms import parse_form
from local.stripe.objects import Object
from local.stripe.problems import invalid, missing
from local.stripe.services import Services

AnyRequest = Request[Any, Any, State]

PORTAL: Final = "billing_portal.configuration"


class AccountController(Controller):
    """Prices, configurations of the customer portal, webhook endpoints."""

    path = "/v1"
    guards = (require_key,)

    @get("/prices/{price_id:str}", sync_to_thread=False)
    def get_price(self, price_id: str, services: NamedDependency[Services]) -> Object:
        """A price of the account."""
        if price_id not in services.billing.prices:
            raise missing("price", price_id)
        return objects.price(services.billing.prices[price_id])

    @get("/billing_portal/configurations", sync_to_thread=False)
    def list_portals(self, services: NamedDependency[Services], is_default: bool | None = None) -> Object:
        """The configurations of the portal: the default one, and what was made beside it."""
        found = [services.billing.portal(), *services.store.all(PORTAL)]
        shown = {one["id"]: one for one in found if is_default in {None, one["is_default"]}}
        return objects.listed([_answered(one) for one in shown.values()], "/v1/billing_portal/configurations")

    @get("/billing_portal/configurations/{portal_id:str}", sync_to_thread=False)
    def get_portal(self, portal_id: str, services: NamedDependency[Services]) -> Object:
        """One configuration."""
        return _answered(services.billing.portal(portal_id))

    @post("/billing_portal/configurations", status_code=200)
    async def add_portal(self, request: AnyRequest, services: NamedDependency[Services]) -> Object:
        """Make a configuration; the dashboard alone makes the default one."""
        made = objects.new_portal_configuration(services.billing.now())
        return _answered(_configure(services, made, parse_form(await request.body())))

    @post("/billing_portal/configurations/{portal_id:str}", status_code=200)
    async def change_portal(self, request: AnyRequest, portal_id: str, services: NamedDependency[Services]) -> Object:
        """Change what the body names."""
        return _answered(_configure(services, services.billing.portal(portal_id), parse_form(await request.body())))

    @get("/webhook_endpoints", sync_to_thread=False)
    def list_endpoints(self, services: NamedDependency[Services]) -> Object:
        """The webhook endpoints, newest first."""
        return objects.listed(services.store.all("webhook_endpoint"), "/v1/webhook_endpoints")

    @post("/webhook_endpoints", status_code=200)
    async def add_endpoint(self, request: AnyRequest, services: NamedDependency[Services]) -> Object:
        """Make an endpoint. Its signing secret is in this answer only."""
        form = parse_form(await request.body())
        made = objects.webhook_endpoint(services.billing.now(), form["url"], form["enabled_events"])
        made["api_version"] = form.get("api_version")
        return services.store.put(made) | {"secret": services.store.endpoint_secret(made["id"])}

    @post("/webhook_endpoints/{endpoint_id:str}", status_code=200)
    async def change_endpoint(
        self, request: AnyRequest, endpoint_id: str, services: NamedDependency[Services]
    ) -> Object:
        """Change its events, disable or enable it. Its version stays."""
        form = parse_form(await request.body())
        made = services.store.get("webhook_endpoint", endpoint_id)
        if "api_version" in form:
            raise invalid("api_version", "Received unknown parameter: api_version")
        if "disabled" in form:
            made["status"] = "disabled" if form["disabled"] == "true" else "enabled"
        return services.store.put({**made, "enabled_events": form.get("enabled_events", made["enabled_events"])})


def _configure(services: Services, made: Object, form: dict[str, Any]) -> Object:
    for feature, settings in form.get("features", {}).items():
        made["features"].setdefault(feature, {}).update(_typed(settings))
    update = made["features"]["subscription_update"]
    if update["enabled"] and not update["products"]:
        raise invalid("features[subscription_update][products]", "Missing required param: products.")
    return services.store.put({**made, "metadata": form.get("metadata", made["metadata"])})


def _typed(settings: dict[str, Any]) -> dict[str, Any]:
    """Form values as JSON has them."""
    return {name: {"true": True, "false": False}.get(str(value), value) for name, value in settings.items()}


def _answered(portal: Object) -> Object:
    """Stripe takes the products of a configuration and answers without them."""
    update = {**portal["features"]["subscription_update"], "products": None}
    return {**portal, "features": {**portal["features"], "subscription_update": update}}
