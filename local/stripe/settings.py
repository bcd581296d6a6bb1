"""Environment of the local Stripe, read once at start."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from libs.app_config.runtime import PLANS
from libs.app_config.schema import Price

MONTH_SECONDS = 30 * 86_400


class SoldPrice(Struct, frozen=True):
    """A price of this account: what is sold, for how much, how often. The amount is in the currency's smallest unit."""

    id: str
    product: str
    amount: int
    currency: str
    interval: str


class StripeSettings(Struct, frozen=True):
    """Where the server listens, who may call it, where events go and how long a month is."""

    port: int
    secret_key: str
    webhook_secret: str
    webhook_url: str
    data: Path
    """State; survives a restart."""
    prices: tuple[SoldPrice, ...]
    month_seconds: float = MONTH_SECONDS
    """Length of a billing month; tests use a short one, a year is twelve of them."""
    speed: float = 1.0
    """Divides the waits between repeated deliveries."""

    @property
    def base_url(self) -> str:
        """Every link in an answer starts with this; never taken from a Host header."""
        return f"http://127.0.0.1:{self.port}"


def load_settings(environ: Mapping[str, str] = os.environ) -> StripeSettings:
    """Raise SystemExit with a sentence when a value is missing or wrong."""
    required = (
        "LOCAL_STRIPE_PORT",
        "LOCAL_STRIPE_DATA",
        "LOCAL_STRIPE_WEBHOOK_URL",
        "STRIPE_SECRET_KEY",
        "STRIPE_WEBHOOK_SECRET",
    )
    missing = [name for name in required if not environ.get(name)]
    if missing:
        raise SystemExit(f"local stripe: set {', '.join(missing)}")
    try:
        return StripeSettings(
            port=int(environ["LOCAL_STRIPE_PORT"]),
            secret_key=environ["STRIPE_SECRET_KEY"],
            webhook_secret=environ["STRIPE_WEBHOOK_SECRET"],
            webhook_url=environ["LOCAL_STRIPE_WEBHOOK_URL"],
            data=Path(environ["LOCAL_STRIPE_DATA"]),
            prices=tuple(
                _sold(plan.name, price, environ[price.price_id_setting])
                for plan in PLANS
                for price in plan.prices
                if environ.get(price.price_id_setting)
            ),
            month_seconds=float(environ.get("LOCAL_STRIPE_MONTH_SECONDS", MONTH_SECONDS)),
            speed=float(environ.get("LOCAL_STRIPE_SPEED", "1")),
        )
    except ValueError as error:
        raise SystemExit(f"local stripe: {error}") from error


def _sold(plan: str, price: Price, price_id: str) -> SoldPrice:
    return SoldPrice(price_id, f"Maquette {plan}", price.cents, price.currency, price.interval)
