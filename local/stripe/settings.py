"""Environment of the local Stripe, read once at start."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from libs.app_config.runtime import PLANS

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

    port: int = field(name="LOCAL_STRIPE_PORT")
    secret_key: str = field(name="STRIPE_SECRET_KEY")
    webhook_secret: str = field(name="STRIPE_WEBHOOK_SECRET")
    webhook_url: str = field(name="LOCAL_STRIPE_WEBHOOK_URL")
    data: Path = field(name="LOCAL_STRIPE_DATA")
    """State; survives a restart."""
    month_seconds: float = field(name="LOCAL_STRIPE_MONTH_SECONDS", default=MONTH_SECONDS)
    """Length of a billing month; tests use a short one, a year is twelve of them."""
    speed: float = field(name="LOCAL_STRIPE_SPEED", default=1.0)
    """Divides the waits between repeated deliveries."""

    @property
    def base_url(self) -> str:
        """Every link in an answer starts with this; never taken from a Host header."""
        return f"http://127.0.0.1:{self.port}"


def sold_prices(environ: Mapping[str, str]) -> tuple[SoldPrice, ...]:
    """The prices of runtime.py whose id is set, such as STRIPE_PRICE_PRO_MONTHLY."""
    return tuple(
        SoldPrice(price_id, f"Maquette {plan.name}", price.cents, price.currency, price.interval)
        for plan in PLANS
        for price in plan.prices
        if (price_id := environ.get(price.price_id_setting))
    )
