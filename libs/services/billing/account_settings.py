"""What the Stripe account must be set to: prices, the customer portal, the webhook endpoint.

Credits follow what is paid, whatever is set (docs/decisions.md, 31). These settings make Stripe charge as the app says.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import msgspec

from libs.app_config.runtime import PLANS
from libs.app_config.settings import StripeSettings
from libs.services.external.stripe_account import AccountRefused, StripeAccount
from libs.services.external.stripe_client import API_VERSION
from libs.services.external.stripe_objects import Object

# Kinds of events after which a person's plan may be another one.
EVENTS: Final = frozenset(
    {
        "checkout.session.completed",
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "invoice.paid",
        "invoice.payment_failed",
        "customer.deleted",
        "charge.refunded",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "radar.early_fraud_warning.created",
    }
)


class PortalRule(msgspec.Struct, frozen=True):
    """A setting of the portal's configuration, and what happens to people while it has another value."""

    feature: str
    setting: str
    value: Any
    otherwise: str


_WAITING: Final = {"conditions": [{"type": "decreasing_item_amount"}, {"type": "shortening_interval"}]}
PORTAL_RULES: Final = (
    PortalRule("payment_method_update", "enabled", True, "nobody can pay with another card after a payment failed"),
    PortalRule("invoice_history", "enabled", True, "people do not see their invoices"),
    PortalRule("subscription_cancel", "enabled", True, "nobody can cancel a subscription"),
    PortalRule("subscription_cancel", "mode", "at_period_end", "a cancellation ends the time that was paid"),
    PortalRule("subscription_cancel", "proration_behavior", "none", "a cancellation gives money back"),
    PortalRule("subscription_pause", "enabled", False, "people can pause a subscription, which no page shows"),
    PortalRule("subscription_update", "enabled", True, "nobody can change to another plan"),
    PortalRule("subscription_update", "default_allowed_updates", ["price"], "people can change more than their plan"),
    PortalRule(
        "subscription_update",
        "proration_behavior",
        "always_invoice",
        "an upgrade is not charged at once, so its credits come with the next invoice only",
    ),
    PortalRule(
        "subscription_update", "billing_cycle_anchor", "now", "an upgrade begins no new period of a whole month"
    ),
    PortalRule(
        "subscription_update",
        "schedule_at_period_end",
        _WAITING,
        "a downgrade or a shorter interval does not wait for the end of the period that was paid",
    ),
)


def problems(account: StripeAccount, settings: StripeSettings) -> list[str]:
    """What is wrong with the account's settings, a sentence each. Raises AccountRefused."""
    prices = _prices(account, settings)
    if settings.portal_configuration is None:
        portal, name = account.default_portal(), "the customer portal's default configuration"
    else:
        portal, name = account.portal(settings.portal_configuration), "STRIPE_PORTAL_CONFIGURATION"
    endpoint = webhook_url(settings.public_url)
    return [
        *price_problems(prices),
        *portal_problems(portal, name, prices),
        *endpoint_problems(account.endpoints(endpoint), endpoint),
    ]


def set_up(account: StripeAccount, settings: StripeSettings) -> tuple[list[str], dict[str, str]]:
    """Make the portal's configuration and the webhook endpoint right.

    Answers what was done, a sentence each, and the variables that the API needs for it. A repeat changes nothing more.
    Raises AccountRefused; also for a price that is wrong, before anything is done: the portal names the prices.
    """
    prices = _prices(account, settings)
    if found := list(price_problems(prices)):
        raise AccountRefused("\n".join(found))
    done: list[str] = []
    variables: dict[str, str] = {}
    _set_up_portal(account, settings, prices, done, variables)
    _set_up_endpoint(account, webhook_url(settings.public_url), done, variables)
    return done, variables


def webhook_url(public_url: str) -> str:
    """Where Stripe's events go."""
    return f"{public_url}/api/v1/webhooks/stripe"


def price_problems(prices: Mapping[str, Object | None]) -> Iterator[str]:
    """`prices`: by their variables, None for one that the account has not."""
    if not prices:
        yield "No STRIPE_PRICE_… is set: nobody can buy a plan."
    for variable, price in prices.items():
        if price is None:
            yield f"{variable}: this Stripe account has no such price in the mode of its key."
            continue
        if not price["active"]:
            yield f"{variable}: the price is archived, so nobody can buy it."
        wanted = _shown(variable)
        interval = None if price["recurring"] is None else price["recurring"]["interval"]
        charged = (price["unit_amount"], price["currency"], interval)
        if charged != wanted:
            yield f"{variable}: Stripe charges {_money(*charged)}, and the app says {_money(*wanted)}."


def portal_problems(portal: Object | None, name: str, prices: Mapping[str, Object | None]) -> Iterator[str]:
    """`portal`: the configuration that sessions use; `name`: how to call it in a sentence."""
    if portal is None or not portal["active"]:
        yield f"Nobody can open the customer portal: {name} is not there or not active."
        return
    features = portal["features"]
    for rule in PORTAL_RULES:
        value = features.get(rule.feature, {}).get(rule.setting, False)
        if _unordered(value) != _unordered(rule.value):
            yield f"{rule.feature}.{rule.setting} of {name} is {_plain(value)}: {rule.otherwise}."
    # Stripe takes the products and may answer without them.
    products: list[Object] | None = features["subscription_update"].get("products")
    shown = {price for one in products or () for price in one["prices"]}
    if products is not None and shown != {price["id"] for price in prices.values() if price is not None}:
        yield f"The prices of {name} are not those of STRIPE_PRICE_…: people cannot change between our plans."


def endpoint_problems(endpoints: Sequence[Object], url: str) -> Iterator[str]:
    """`endpoints`: those at `url` that are enabled."""
    if not endpoints:
        yield f"No webhook endpoint sends to {url}: what people buy never arrives."
    if len(endpoints) > 1:
        yield f"{len(endpoints)} webhook endpoints send to {url}: STRIPE_WEBHOOK_SECRET is that of one alone."
    for endpoint in endpoints:
        if endpoint["api_version"] != API_VERSION:
            version = endpoint["api_version"] or "the account's default version"
            yield f"Webhook endpoint {endpoint['id']} sends {version}, and the API reads {API_VERSION}."
        if missing := _missing(endpoint):
            yield f"Webhook endpoint {endpoint['id']} does not send {', '.join(missing)}."


def _prices(account: StripeAccount, settings: StripeSettings) -> dict[str, Object | None]:
    return {variable: account.price(price_id) for variable, price_id in settings.price_ids.items()}


def _set_up_portal(
    account: StripeAccount,
    settings: StripeSettings,
    prices: Mapping[str, Object | None],
    done: list[str],
    variables: dict[str, str],
) -> None:
    """Make a configuration of our own: other products of the account may use the default one."""
    named = settings.portal_configuration
    portal = account.portal(named) if named is not None else account.own_portal(settings.public_url)
    if named is not None and portal is None:
        raise AccountRefused("STRIPE_PORTAL_CONFIGURATION: this Stripe account has no such configuration.")
    configuration_id = None if portal is None else portal["id"]
    saved = account.save_portal(configuration_id, _features(prices), settings.public_url)
    done.append(f"The customer portal has its configuration, {saved}.")
    if named is None:
        variables["STRIPE_PORTAL_CONFIGURATION"] = saved


def _set_up_endpoint(account: StripeAccount, url: str, done: list[str], variables: dict[str, str]) -> None:
    endpoints = account.endpoints(url)
    # The version of an endpoint cannot be changed.
    outdated = [endpoint for endpoint in endpoints if endpoint["api_version"] != API_VERSION]
    for endpoint in endpoints:
        if endpoint not in outdated and _missing(endpoint):
            account.change_endpoint(endpoint["id"], enabled_events=sorted({*endpoint["enabled_events"], *EVENTS}))
            done.append(f"Webhook endpoint {endpoint['id']} sends all events that the API needs.")
    if len(outdated) == len(endpoints):
        variables["STRIPE_WEBHOOK_SECRET"] = account.add_endpoint(url, sorted(EVENTS))
        done.append(f"A new webhook endpoint sends to {url}.")
    for endpoint in outdated:
        account.change_endpoint(endpoint["id"], disabled=True)
        done.append(f"Webhook endpoint {endpoint['id']} is disabled: it sent another version.")


def _features(prices: Mapping[str, Object | None]) -> Object:
    features: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for rule in PORTAL_RULES:
        features[rule.feature][rule.setting] = rule.value
    of_product: defaultdict[str, list[str]] = defaultdict(list)
    for price in prices.values():
        if price is not None:
            of_product[price["product"]].append(price["id"])
    features["subscription_update"]["products"] = [
        {"product": product, "prices": listed} for product, listed in of_product.items()
    ]
    return features


def _missing(endpoint: Object) -> list[str]:
    sent = endpoint["enabled_events"]
    return [] if "*" in sent else sorted(EVENTS.difference(sent))


def _shown(variable: str) -> tuple[int, str, str]:
    """What runtime.py says that a price costs: amount, currency, interval."""
    return next(
        (price.cents, price.currency, price.interval)
        for plan in PLANS
        for price in plan.prices
        if price.price_id_setting == variable
    )


def _money(cents: int | None, currency: str, interval: str | None) -> str:
    amount = "an amount that is not fixed" if cents is None else f"{cents / 100:.2f} {currency.upper()}"
    return f"{amount} {'once' if interval is None else f'per {interval}'}"


def _unordered(value: Any) -> Any:  # noqa: ANN401 - JSON
    """JSON in which the order of a list does not count."""
    match value:
        case dict():
            return {key: _unordered(one) for key, one in cast("Object", value).items()}
        case list():
            return sorted(map(_unordered, cast("list[Any]", value)), key=repr)
        case _:
            return value


def _plain(value: Any) -> str:  # noqa: ANN401 - JSON
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
