"""The environment, read once and validated at start: each missing or bad value is named with its reason."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import msgspec

from libs.app_config.runtime import PLANS

LOCAL_MARK = "local"
MIN_SECRET_BYTES = 32  # RFC 2104: a key shorter than the hash weakens HMAC-SHA256
WEBHOOK_SECRET_PREFIX = "whsec_"  # noqa: S105 - no secret, what stands before one
# What this key of ours is derived for. Without a line break, so that no proof (docs/architecture.md) has the same HMAC.
INTERNAL_WEBHOOKS = b"signatures of internal webhook requests"
WEB_SCHEMES = frozenset({"http", "https"})

Network = IPv4Network | IPv6Network


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
    redis_url: str | None
    trusted_proxies: tuple[Network, ...]

    # msgspec would make one that shows the secrets.
    __repr__ = ReconcileSettings.__repr__

    @property
    def stripe_is_live(self) -> bool:
        """Whether the key is of Stripe's live mode; events of the other mode are not ours."""
        return "_live_" in self.stripe_secret_key


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
    reader = _Reader(environ)
    service_role = ServiceRole(reader.text("SUPABASE_SECRET_KEY"))
    settings = Settings(
        **msgspec.structs.asdict(_reconcile_settings(reader)),
        host=reader.address("HOST", "127.0.0.1"),
        port=reader.port("PORT", "8000"),
        internal_port=reader.optional_port("INTERNAL_PORT"),
        supabase_jwt_secret=reader.optional_secret("SUPABASE_JWT_SECRET"),
        replicate_webhook_secret=reader.standard_webhook_secret("REPLICATE_WEBHOOK_SECRET"),
        stripe_webhook_secret=reader.webhook_secret("STRIPE_WEBHOOK_SECRET"),
        price_ids={
            price.price_id_setting: price_id
            for plan in PLANS
            for price in plan.prices
            if (price_id := reader.optional_text(price.price_id_setting))
        },
        redis_url=reader.optional_url("REDIS_URL", frozenset({"redis", "rediss"})),
        trusted_proxies=reader.networks("TRUSTED_PROXIES"),
    )
    reader.require_one_kind(settings, _services(settings, service_role.key))
    return settings, service_role


def load_reconcile_settings(environ: Mapping[str, str]) -> ReconcileSettings:
    """Read what reconciliation needs and no other key. Raises SettingsError naming each missing or bad variable."""
    reader = _Reader(environ)
    settings = _reconcile_settings(reader)
    reader.require_one_kind(settings, _services(settings))
    return settings


def _reconcile_settings(reader: "_Reader") -> ReconcileSettings:
    return ReconcileSettings(
        public_url=reader.url("PUBLIC_URL", "http://127.0.0.1:8000"),
        supabase_url=reader.url("SUPABASE_URL"),
        supabase_publishable_key=reader.text("SUPABASE_PUBLISHABLE_KEY"),
        proof_secret=reader.secret("API_PROOF_SECRET"),
        replicate_api_token=reader.text("REPLICATE_API_TOKEN"),
        replicate_api_url=reader.url("REPLICATE_API_URL", "https://api.replicate.com"),
        stripe_secret_key=reader.text("STRIPE_SECRET_KEY"),
        stripe_api_url=reader.url("STRIPE_API_URL", "https://api.stripe.com"),
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


def _is_address(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def _is_url(value: str, schemes: frozenset[str]) -> bool:
    try:
        parts = urlsplit(value)
        # `port` raises for a bad number, as urlsplit does for an open bracket.
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class _Reader:
    """Collects all problems, so that a person can correct the environment in one go."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def require_one_kind(self, settings: ReconcileSettings, services: Iterable[_Service]) -> None:
        """Raise SettingsError for what was found until here, else where local and hosted values are mixed."""
        if problems := self.problems or _mixed_environments(settings, services):
            raise SettingsError("\n".join(problems))

    def text(self, name: str, default: str = "") -> str:
        value = self._environ.get(name, "").strip() or default
        if not value:
            self.problems.append(f"{name} is missing")
        elif not value.isascii() or not value.isprintable() or " " in value:
            # Most values are sent in headers, where httpx would fail at the first request.
            self.problems.append(f"{name} must be printable ASCII without spaces")
            return ""
        return value

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if self._environ.get(name, "").strip() else None

    def url(self, name: str, default: str = "", schemes: frozenset[str] = WEB_SCHEMES) -> str:
        value = self.text(name, default).rstrip("/")
        if value and not _is_url(value, schemes):
            self.problems.append(f"{name} must be a URL that starts with {' or '.join(sorted(schemes))}://")
        return value

    def optional_url(self, name: str, schemes: frozenset[str]) -> str | None:
        return self.url(name, schemes=schemes) if self._environ.get(name, "").strip() else None

    def address(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if value and not _is_address(value):
            self.problems.append(f"{name} must be an IP address")
        return value

    def networks(self, name: str) -> tuple[Network, ...]:
        """Single addresses are networks of one."""
        listed = [part.strip() for part in self._environ.get(name, "").split(",") if part.strip()]
        try:
            return tuple(map(ip_network, listed))
        except ValueError:
            self.problems.append(f"{name} must be IP addresses or networks such as 10.0.0.0/8, separated by commas")
            return ()

    def port(self, name: str, default: str) -> int:
        value = self.text(name, default)
        if not value.isdecimal() or not 0 < int(value) < 65536:
            self.problems.append(f"{name} must be a port number")
            return 0
        return int(value)

    def optional_port(self, name: str) -> int | None:
        return self.port(name, "") if self._environ.get(name, "").strip() else None

    def secret(self, name: str) -> str:
        value = self.text(name)
        if value and len(value.encode()) < MIN_SECRET_BYTES:
            self.problems.append(f"{name} must have at least {MIN_SECRET_BYTES} bytes")
        return value

    def optional_secret(self, name: str) -> str | None:
        return self.secret(name) if self._environ.get(name, "").strip() else None

    def webhook_secret(self, name: str) -> str:
        value = self.text(name)
        if value and not value.startswith(WEBHOOK_SECRET_PREFIX):
            self.problems.append(f"{name} must start with {WEBHOOK_SECRET_PREFIX}")
        return value

    def standard_webhook_secret(self, name: str) -> str:
        value = self.webhook_secret(name)
        encoded = value.removeprefix(WEBHOOK_SECRET_PREFIX).rstrip("=")
        try:
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        except binascii.Error:
            key = b""
        if value and not key:
            self.problems.append(f"{name} must be base64 after {WEBHOOK_SECRET_PREFIX}")
        return value

    def one_of(self, name: str, default: str, allowed: set[str]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            self.problems.append(f"{name} must be one of {', '.join(sorted(allowed))}")
        return value
