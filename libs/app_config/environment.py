"""Variables of the environment, read with their problems collected: a person corrects all of them in one go."""

import base64
import binascii
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

MIN_SECRET_BYTES: Final = 32  # RFC 2104: a key shorter than the hash weakens HMAC-SHA256
WEBHOOK_SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - no secret, what stands before one
WEB_SCHEMES: Final = frozenset({"http", "https"})


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


class Reader:
    """Collects all problems, so that a person can correct the environment in one go."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

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
