"""Environment of the local Replicate, read once at start."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct


class ReplicateSettings(Struct, frozen=True):
    """Where the server listens, what it keeps and how fast it pretends to be."""

    port: int
    api_token: str
    webhook_secret: str
    """Signs deliveries; Replicate's form, `whsec_` and base64."""
    data: Path
    """State and output files; survives a restart."""
    speed: float = 1.0
    """Divides the pretended waits (start-up, steps, delivery retries); tests use a large one."""
    detail: float = 1.0
    """Share of a picture's width and height that is drawn; tests that do not look at it take less."""
    retention_seconds: float = 3600.0
    """Age at which inputs, outputs and logs are removed; Replicate's is one hour."""

    @property
    def base_url(self) -> str:
        """Every link in an answer starts with this; never taken from a Host header."""
        return f"http://127.0.0.1:{self.port}"


def load_settings(environ: Mapping[str, str] = os.environ) -> ReplicateSettings:
    """Raise SystemExit with a sentence when a value is missing or wrong."""
    required = ("LOCAL_REPLICATE_PORT", "REPLICATE_API_TOKEN", "REPLICATE_WEBHOOK_SECRET", "LOCAL_REPLICATE_DATA")
    missing = [name for name in required if not environ.get(name)]
    if missing:
        raise SystemExit(f"local replicate: set {', '.join(missing)}")
    if not environ["REPLICATE_WEBHOOK_SECRET"].startswith("whsec_"):
        raise SystemExit("local replicate: REPLICATE_WEBHOOK_SECRET must start with whsec_")
    try:
        return ReplicateSettings(
            port=int(environ["LOCAL_REPLICATE_PORT"]),
            api_token=environ["REPLICATE_API_TOKEN"],
            webhook_secret=environ["REPLICATE_WEBHOOK_SECRET"],
            data=Path(environ["LOCAL_REPLICATE_DATA"]),
            speed=float(environ.get("LOCAL_REPLICATE_SPEED", "1")),
            detail=float(environ.get("LOCAL_REPLICATE_DETAIL", "1")),
            retention_seconds=float(environ.get("LOCAL_REPLICATE_RETENTION_SECONDS", "3600")),
        )
    except ValueError as error:
        raise SystemExit(f"local replicate: {error}") from error
