"""The environment, read once and validated at start: each missing or bad value is named with its reason."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from libs.app_config.environment import WEBHOOK_SECRET_PREFIX, Network, Reader
from libs.app_config.runtime import PLANS

LOCAL_MARK = "local"
# Variables that two kinds of settings read.
STRIPE_KEY = "STRIPE_SECRET_KEY"
PORTAL = "STRIPE_PORTAL_CONFIGURATION"
# What this key of ours is derived for. Without a line break, so that no proof (docs/architecture.md) has the same HMAC.
INTERNAL_WEBHOOKS = b"signatures of internal webhook requests"


class SettingsError(Exception):
    """The environment is not usable. The message lists every problem, one a line, and never a value."""


class ReconcileSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What reconciliation talks to, and the keys for that. Secrets are excluded from `repr`."""

    public_url: str
    supabase_url: str
    supabase_publishable_key: str
    proof_secret: str
    replicate_api_token: str
    replicate_api_url: str
    stripe_secret_key: str
    stripe_api_url: str
    log_level: str

    def __repr__(self) -> str:
        return f"{type(self).__name__}(public_url={self.public_url!r}, supabase_url={self.supabase_url!r})"

    @property
    def internal_webhook_secret(self) -> str:
        """Signs what our own processes ask of the webhook handlers (Standard Webhooks); no provider knows it."""
        key = hmac.new(self.proof_secret.encode(), INTERNAL_WEBHOOKS, hashlib.sha256).digest()
        return WEBHOOK_SECRET_PREFIX + base64.b64encode(key).decode()


class Settings(ReconcileSettings, frozen=True, kw_only=True):
    """Where the API runs and what it talks to: reconciliation's settings and its own."""

    host: str
    port: int
    internal_port: int | None
    """Where /metrics and /readyz answer instead of the public port."""
    supabase_jwt_secret: str | None
    replicate_webhook_secret: str
    stripe_webhook_secret: str
    price_ids: Mapping[str, str]
    portal_configuration: str | None
    """Of Stripe's customer portal; without it Stripe takes the account's default one."""
    redis_url: str | None
    trusted_proxies: tuple[Network, ...]

    # msgspec would make one that shows the secrets.
    __repr__ = ReconcileSettings.__repr__

    @property
    def stripe_is_live(self) -> bool:
        """Whether the key is of Stripe's live mode; events of the other mode are not ours."""
        return "_live_" in self.stripe_secret_key


class StripeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What `./maquette setup` and `doctor` need of the environment. `price_ids` are by the variable that names each."""

    public_url: str
    secret_key: str
    api_url: str
    price_ids: Mapping[str, str]
    portal_configuration: str | None

    def __repr__(self) -> str:
        return f"StripeSettings(public_url={self.public_url!r}, api_url={self.api_url!r})"


class ServiceRole(msgspec.Struct, frozen=True):
    """The key that passes RLS. Not part of Settings: code that has the settings must not have the key."""

    key: str

    def __repr__(self) -> str:
        return "ServiceRole()"


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def load_settings(environ: Mapping[str, str]) -> tuple[Settings, ServiceRole]:
    """Read the settings and the key for the webhooks. Raises SettingsError naming each missing or bad variable."""
    reader = Reader(environ)
    service_role = ServiceRole(reader.text("SUPABASE_SECRET_KEY"))
    settings = Settings(
        **msgspec.structs.asdict(_reconcile_settings(reader)),
        host=reader.address("HOST", "127.0.0.1"),
        port=reader.port("PORT", "8000"),
        internal_port=reader.optional_port("INTERNAL_PORT"),
        supabase_jwt_secret=reader.optional_secret("SUPABASE_JWT_SECRET"),
        replicate_webhook_secret=reader.standard_webhook_secret("REPLICATE_WEBHOOK_SECRET"),
        stripe_webhook_secret=reader.webhook_secret("STRIPE_WEBHOOK_SECRET"),
        price_ids=_price_ids(reader),
        portal_configuration=reader.optional_text(PORTAL),
        redis_url=reader.optional_url("REDIS_URL", frozenset({"redis", "rediss"})),
        trusted_proxies=reader.networks("TRUSTED_PROXIES"),
    )
    _require_one_kind(reader, settings, _services(settings, service_role.key))
    return settings, service_role


def load_reconcile_settings(environ: Mapping[str, str]) -> ReconcileSettings:
    """Read what reconciliation needs and no other key. Raises SettingsError naming each missing or bad variable."""
    reader = Reader(environ)
    settings = _reconcile_settings(reader)
    _require_one_kind(reader, settings, _services(settings))
    return settings


def load_stripe_settings(environ: Mapping[str, str]) -> StripeSettings:
    """Read what concerns the Stripe account alone. Raises SettingsError naming each missing or bad variable."""
    reader = Reader(environ)
    settings = StripeSettings(
        public_url=_public_url(reader),
        secret_key=reader.text(STRIPE_KEY),
        api_url=_stripe_api_url(reader),
        price_ids=_price_ids(reader),
        portal_configuration=reader.optional_text(PORTAL),
    )
    if reader.problems:
        raise SettingsError("\n".join(reader.problems))
    return settings


def _public_url(reader: Reader) -> str:
    return reader.url("PUBLIC_URL", "http://127.0.0.1:8000")


def _stripe_api_url(reader: Reader) -> str:
    return reader.url("STRIPE_API_URL", "https://api.stripe.com")


def _price_ids(reader: Reader) -> dict[str, str]:
    return {
        price.price_id_setting: price_id
        for plan in PLANS
        for price in plan.prices
        if (price_id := reader.optional_text(price.price_id_setting))
    }


def _reconcile_settings(reader: Reader) -> ReconcileSettings:
    return ReconcileSettings(
        public_url=_public_url(reader),
        supabase_url=reader.url("SUPABASE_URL"),
        supabase_publishable_key=reader.text("SUPABASE_PUBLISHABLE_KEY"),
        proof_secret=reader.secret("API_PROOF_SECRET"),
        replicate_api_token=reader.text("REPLICATE_API_TOKEN"),
        replicate_api_url=reader.url("REPLICATE_API_URL", "https://api.replicate.com"),
        stripe_secret_key=reader.text(STRIPE_KEY),
        stripe_api_url=_stripe_api_url(reader),
        log_level=reader.one_of("LOG_LEVEL", "info", {"debug", "info", "warning", "error"}),
    )


class _Service(msgspec.Struct, frozen=True):
    """A service that we call: the variable of its address, its keys, the name of its local stand-in if it has one."""

    variable: str
    url: str
    keys: tuple[str, ...]
    stand_in: str | None = None


def _services(settings: ReconcileSettings, *service_role: str) -> list[_Service]:
    return [
        _Service("SUPABASE_URL", settings.supabase_url, (settings.supabase_publishable_key, *service_role)),
        _Service("REPLICATE_API_URL", settings.replicate_api_url, (settings.replicate_api_token,), "Replicate"),
        _Service("STRIPE_API_URL", settings.stripe_api_url, (settings.stripe_secret_key,), "Stripe"),
    ]


def _require_one_kind(reader: Reader, settings: ReconcileSettings, services: Iterable[_Service]) -> None:
    """Raise SettingsError for what was found until here, else where local and hosted values are mixed."""
    if problems := reader.problems or _mixed_environments(settings, services):
        raise SettingsError("\n".join(problems))


def _mixed_environments(settings: ReconcileSettings, services: Iterable[_Service]) -> list[str]:
    """Local keys are refused beside hosted services, and hosted services without https."""
    problems: list[str] = []
    for service in services:
        name = service.variable
        if is_loopback(service.url):
            if service.stand_in and not is_loopback(settings.supabase_url):
                problems.append(
                    f"{name} is the local {service.stand_in}, but SUPABASE_URL is hosted: use one kind for both"
                )
            continue
        if any(f"_{LOCAL_MARK}_" in key for key in service.keys):
            problems.append(f"{name} is hosted, but its key is one of the local stack: set the project's own key")
        if urlsplit(service.url).scheme != "https":
            problems.append(f"{name} is hosted and must start with https://")
    if not is_loopback(settings.supabase_url) and settings.proof_secret.startswith(LOCAL_MARK):
        problems.append("API_PROOF_SECRET is the local stack's: make one for this deployment")
    return problems
