"""The API as a process of its own, in front of a local Supabase and a local Replicate."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from local.database.deployment import LOCAL_PRICES
from local.machine import HOST
from tests.support.accounts import Account
from tests.support.checks.openapi import declared
from tests.support.clients import http_client
from tests.support.processes.readiness import answers, wait_until_ready
from tests.support.processes.replicate import ReplicateProcess
from tests.support.processes.supabase_stack import SupabaseStack, free_port
from tests.support.waiting import until

ROOT = Path(__file__).parents[3]
# One seed for all: the local Replicate draws a picture that it has drawn before only once.
TEXT_PRESET: dict[str, Any] = {
    "preset_id": "graphic-poster",
    "prompt": "A lighthouse at dusk",
    "settings": {},
    "variants": 1,
    "seed": 7,
}


class ApiProcess(msgspec.Struct, kw_only=True):
    """One API process that can be killed and started again; port, log and data stay."""

    supabase: SupabaseStack
    replicate: ReplicateProcess
    folder: Path
    port: int
    overrides: Mapping[str, str] = {}
    checkout: Path = ROOT
    """Whose code runs, in its own `.venv`."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the API answers."""
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """Everything that all processes of this API wrote."""
        return self.folder / "api.log"

    def environment(self) -> dict[str, str]:
        """The settings of the API, as `./maquette up` gives them."""
        return {
            "PUBLIC_URL": self.url,
            "HOST": HOST,
            "PORT": str(self.port),
            "SUPABASE_URL": self.supabase.url,
            "SUPABASE_PUBLISHABLE_KEY": self.supabase.gateway.publishable_key,
            "SUPABASE_SECRET_KEY": self.supabase.gateway.secret_key,
            "SUPABASE_JWT_SECRET": self.supabase.gateway.jwt_secret,
            "API_PROOF_SECRET": self.supabase.proof_secret,
            "REPLICATE_API_URL": self.replicate.base_url,
            "REPLICATE_API_TOKEN": self.replicate.api_token,
            "REPLICATE_WEBHOOK_SECRET": self.replicate.webhook_secret,
            "STRIPE_API_URL": "http://127.0.0.1:1",
            "STRIPE_SECRET_KEY": "sk_test_local_tests",
            "STRIPE_WEBHOOK_SECRET": "whsec_local_tests",
            **LOCAL_PRICES,
            "NO_PROXY": HOST,
            # A run under coverage measures this process too, also where nothing else is handed on.
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
            **self.overrides,
        }

    def start(self, module: str = "api", variables: Mapping[str, str] | None = None) -> None:
        """Run `python -m module` with `variables` beside the settings, and wait until it serves."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable if self.checkout == ROOT else self.checkout / ".venv/bin/python", "-m", module],
                cwd=self.checkout,
                env={**os.environ, **self.environment(), **(variables or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        port = self.environment().get("INTERNAL_PORT", self.port)
        wait_until_ready(self.process, lambda: answers(f"http://{HOST}:{port}/readyz"), self.log)

    def stop(self, *, kill: bool = False) -> None:
        """End the process and wait for its end; `kill` ends it as a crash would."""
        if self.process is None:
            return
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(15)
        self.process = None

    def logged_statuses(self, path: str) -> list[int]:
        """The statuses with which requests to a route were answered so far, as the log has them, oldest first."""
        return [line["status"] for line in self._lines() if line["event"] == "request" and line["path"] == path]

    async def logged(self, answer: httpx.Response) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The failures that the log has of a request, and its request line, which follows the answer."""

        def own(event: str) -> list[dict[str, Any]]:
            request_id = answer.headers["x-request-id"]
            return [line for line in self._lines() if (line["event"], line["request_id"]) == (event, request_id)]

        (request,) = await until(lambda: own("request"))
        return own("request_failed"), request

    def _lines(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(line) for line in self.log.read_bytes().splitlines() if line.startswith(b"{")]

    def client(self, account: Account | None = None) -> httpx.AsyncClient:
        """A client of /api/v1, with an account's token or anonymous; a response that openapi.json lacks fails."""
        headers = {"Authorization": f"Bearer {account.token}"} if account else {}
        return http_client.AsyncClient(
            base_url=f"{self.url}/api/v1", headers=headers, event_hooks={"response": [declared]}
        )


async def submit(client: httpx.AsyncClient, key: str | None = None, **changes: Any) -> httpx.Response:
    """Submit a generation of one variant without a photo; `changes` are fields of its body."""
    headers = {"Idempotency-Key": key or str(uuid4())}
    return await client.post("/generations", json={**TEXT_PRESET, **changes}, headers=headers)


async def until_ended(client: httpx.AsyncClient, job_id: str) -> dict[str, Any]:
    """The generation once it ended."""

    async def look() -> dict[str, Any]:
        return (await client.get(f"/generations/{job_id}")).raise_for_status().json()["data"]

    return await until(look, lambda generation: generation["status"] in {"succeeded", "failed", "canceled", "expired"})


@contextlib.contextmanager
def running_api(
    folder: Path,
    supabase: SupabaseStack,
    replicate: ReplicateProcess,
    overrides: Mapping[str, str] | None = None,
    port: int | None = None,
    module: str = "api",
    checkout: Path = ROOT,
) -> Generator[ApiProcess]:
    """Start the API in front of `supabase` and `replicate`; `overrides` are settings of its environment."""
    api = ApiProcess(
        supabase=supabase,
        replicate=replicate,
        folder=folder,
        port=port or free_port(),
        overrides=dict(overrides or {}),
        checkout=checkout,
    )
    try:
        api.start(module)
        yield api
    finally:
        api.stop()
