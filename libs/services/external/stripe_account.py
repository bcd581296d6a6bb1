"""The settings of the Stripe account by its official SDK: prices, the customer portal, the webhook endpoint.

For the command line alone, so its calls block, and what Stripe says of a refusal is shown.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import stripe

from libs.app_config.settings import StripeSettings
from libs.services.external.stripe_client import API_VERSION, RETRIES
from libs.services.external.stripe_objects import Object

TIMEOUT_SECONDS: Final = 20
# Marks the portal's configuration that `save_portal` made, with the public URL of the deployment.
MARK: Final = "maquette_url"


class AccountRefused(Exception):
    """Stripe refused, gave no answer, or has not what is needed. The message is for the operator at the terminal."""


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except stripe.StripeError as error:
        raise AccountRefused(f"Stripe: {error.user_message or type(error).__name__}") from error


class StripeAccount:
    """The account whose key the settings have. Every method raises AccountRefused."""

    def __init__(self, settings: StripeSettings) -> None:
        client = stripe.StripeClient(
            settings.secret_key,
            http_client=stripe.HTTPXClient(timeout=TIMEOUT_SECONDS, allow_sync_methods=True),
            max_network_retries=RETRIES,
            base_addresses={"api": settings.api_url},
        )
        self._portals = client.v1.billing_portal.configurations
        self._endpoints = client.v1.webhook_endpoints
        self._prices = client.v1.prices

    def price(self, price_id: str) -> Object | None:
        """A price; None when this account has none of that id, in the mode of the key."""
        return self._found(self._prices, price_id)

    def portal(self, configuration_id: str) -> Object | None:
        """A configuration of the customer portal; None when there is none of that id."""
        return self._found(self._portals, configuration_id)

    def default_portal(self) -> Object | None:
        """The configuration of sessions that name none; None when nobody has saved one."""
        return next(iter(self._all(self._portals, {"is_default": True})), None)

    def own_portal(self, public_url: str) -> Object | None:
        """The configuration that was made for this deployment."""
        made = self._all(self._portals, {"active": True})
        return next((one for one in made if one["metadata"] and one["metadata"].get(MARK) == public_url), None)

    def save_portal(self, configuration_id: str | None, features: Object, public_url: str) -> str:
        """Change a configuration, or make one for this deployment; answers its id."""
        request: Any = {"features": features, "metadata": {MARK: public_url}}
        with _translated():
            if configuration_id is None:
                return self._portals.create(request).id
            return self._portals.update(configuration_id, request).id

    def endpoints(self, url: str) -> list[Object]:
        """The webhook endpoints at this address that are enabled, newest first."""
        return [one for one in self._all(self._endpoints, {}) if (one["url"], one["status"]) == (url, "enabled")]

    def add_endpoint(self, url: str, events: Sequence[str]) -> str:
        """Make an endpoint with the SDK's API version; answers its signing secret, which is shown only now."""
        request: Any = {"url": url, "enabled_events": events, "api_version": API_VERSION}
        with _translated():
            return str(self._endpoints.create(request).secret)

    def change_endpoint(self, endpoint_id: str, **changes: object) -> None:
        """Change some of an endpoint's settings."""
        request: Any = changes
        with _translated():
            self._endpoints.update(endpoint_id, request)

    def _found(self, resource: Any, object_id: str) -> Object | None:  # noqa: ANN401 - a service of the SDK
        with _translated():
            try:
                return resource.retrieve(object_id).to_dict()
            except stripe.InvalidRequestError as error:
                if error.code != "resource_missing":
                    raise
        return None

    def _all(self, resource: Any, params: dict[str, Any]) -> list[Object]:  # noqa: ANN401 - a service of the SDK
        with _translated():
            return [one.to_dict() for one in resource.list({**params, "limit": 100}).auto_paging_iter()]
