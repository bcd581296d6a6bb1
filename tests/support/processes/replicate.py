"""Starts a local Replicate for a test suite and stops it.

with running_replicate() as replicate:
    replicate.fault(on="api", kind="http", status=429)
    client = replicate_package.Client(api_token=replicate.api_token, base_url=replicate.base_url)
"""

import base64
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.clients import http_client
from tests.support.processes.readiness import answers, wait_until_ready
from tests.support.processes.supabase_stack import free_port

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class ReplicateProcess:
    """One server on a free port. Restarting keeps port, token, secret and data."""

    data: Path
    speed: float = 20.0
    detail: float = 0.25
    retention_seconds: float = 3600.0
    port: int = field(default_factory=free_port)
    api_token: str = field(default_factory=lambda: f"r8_local_{secrets.token_hex(16)}")
    webhook_secret: str = field(default_factory=lambda: "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
    process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.api_token}"}

    def start(self) -> None:
        environment = os.environ | {
            "LOCAL_REPLICATE_PORT": str(self.port),
            "REPLICATE_API_TOKEN": self.api_token,
            "REPLICATE_WEBHOOK_SECRET": self.webhook_secret,
            "LOCAL_REPLICATE_DATA": str(self.data),
            "LOCAL_REPLICATE_SPEED": str(self.speed),
            "LOCAL_REPLICATE_DETAIL": str(self.detail),
            "LOCAL_REPLICATE_RETENTION_SECONDS": str(self.retention_seconds),
        }
        self.process = subprocess.Popen([sys.executable, "-m", "local.replicate"], cwd=ROOT, env=environment)
        wait_until_ready(self.process, lambda: answers(f"{self.base_url}/_local/health"))

    def stop(self, *, kill: bool = False) -> None:
        """End the server; `kill` ends it as a crash would."""
        if self.process is None:
            return
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(timeout=15)
        self.process = None

    def fault(self, **fault: Any) -> None:
        """Queue a fault; see local/replicate/faults.py for the kinds."""
        http_client.post(f"{self.base_url}/_local/faults", json=fault, headers=self.headers).raise_for_status()

    def clear_faults(self) -> None:
        http_client.delete(f"{self.base_url}/_local/faults", headers=self.headers).raise_for_status()

    def deliveries(self, prediction_id: str) -> list[dict[str, Any]]:
        """Webhook attempts of one prediction so far, oldest first."""
        answer = http_client.get(
            f"{self.base_url}/_local/deliveries", params={"prediction_id": prediction_id}, headers=self.headers
        )
        return answer.raise_for_status().json()


@contextmanager
def running_replicate(
    *, speed: float = 20.0, detail: float = 0.25, retention_seconds: float = 3600.0
) -> Generator[ReplicateProcess]:
    """A server with its own token, secret and directory. `speed` divides pretended waits and retry delays.

    `detail` is how finely it draws: most tests look at no picture.
    """
    with tempfile.TemporaryDirectory(prefix="replicate-") as folder:
        replicate = ReplicateProcess(Path(folder), speed=speed, detail=detail, retention_seconds=retention_seconds)
        try:
            replicate.start()
            yield replicate
        finally:
            replicate.stop()
