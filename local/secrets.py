"""The keys of the local stack: random, made at the first start, kept in one file that only its owner can read.

Every value contains `local`, so that the API can refuse it together with a hosted address.
"""

import base64
import os
import secrets
from pathlib import Path

import msgspec

FILE_NAME = "secrets.json"


class SecretsError(Exception):
    """The file of secrets cannot be read."""


def _random(prefix: str = "") -> str:
    return f"{prefix}local_{secrets.token_hex(32)}"


def _webhook_secret() -> str:
    # Standard Webhooks needs base64 after `whsec_`; "localkey" is valid base64.
    return f"whsec_localkey{base64.b64encode(secrets.token_bytes(24)).decode()}"


class LocalSecrets(msgspec.Struct, frozen=True):
    """One field per key. A key that a later version adds is made when the file is next loaded."""

    postgres_password: str = msgspec.field(default_factory=_random)
    supabase_publishable_key: str = msgspec.field(default_factory=lambda: _random("sb_publishable_"))
    supabase_secret_key: str = msgspec.field(default_factory=lambda: _random("sb_secret_"))
    supabase_jwt_secret: str = msgspec.field(default_factory=_random)
    api_proof_secret: str = msgspec.field(default_factory=_random)
    replicate_api_token: str = msgspec.field(default_factory=lambda: _random("r8_"))
    replicate_webhook_secret: str = msgspec.field(default_factory=_webhook_secret)
    stripe_secret_key: str = msgspec.field(default_factory=lambda: _random("sk_test_"))
    stripe_webhook_secret: str = msgspec.field(default_factory=lambda: _random("whsec_"))


def load_or_create(state: Path) -> LocalSecrets:
    """Read `state`/secrets.json, making the file or its missing keys. Raises SecretsError."""
    path = state / FILE_NAME
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        before = b"{}"
    try:
        loaded = msgspec.json.decode(before, type=LocalSecrets)
    except msgspec.DecodeError as error:
        raise SecretsError(f"{path} cannot be read ({error}). `./maquette reset` makes a new one.") from error
    after = msgspec.json.format(msgspec.json.encode(loaded), indent=2)
    if after != before:
        _write_private(path, after)
    return loaded


def _write_private(path: Path, content: bytes) -> None:
    """Replace `path` in one step; nobody but its owner can read it at any time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
