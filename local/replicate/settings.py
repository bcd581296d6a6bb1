"""Environment of the local Replicate, read once at start."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field


class ReplicateSettings(Struct, frozen=True):
    """Where the server listens, what it keeps and how long it pretends to work."""

    port: int = field(name="LOCAL_REPLICATE_PORT")
    api_token: str = field(name="REPLICATE_API_TOKEN")
    webhook_secret: Annotated[str, Meta(pattern="^whsec_")] = field(name="REPLICATE_WEBHOOK_SECRET")
    """Signs deliveries; Replicate's form, `whsec_` and base64."""
    data: Path = field(name="LOCAL_REPLICATE_DATA")
    """State and output files; survives a restart."""
    speed: float = field(name="LOCAL_REPLICATE_SPEED", default=1.0)
    """Divides the waiting times (start-up, steps, delivery retries); tests use a large one."""
    detail: float = field(name="LOCAL_REPLICATE_DETAIL", default=1.0)
    """Share of a picture's width and height that is drawn; tests that do not look at it take less."""
    retention_seconds: float = field(name="LOCAL_REPLICATE_RETENTION_SECONDS", default=3600.0)
    """Age at which inputs, outputs and logs are removed; Replicate's is one hour."""

    @property
    def base_url(self) -> str:
        """Every link in an answer starts with this; never taken from a Host header."""
        return f"http://127.0.0.1:{self.port}"
