"""A local Replicate, a receiver for its webhooks, and the official client."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
import pytest
from aiohttp import web
from replicate.client import Client
from standardwebhooks import Webhook

from tests.support.processes.replicate import ReplicateProcess, running_replicate
from tests.support.processes.supabase_stack import free_port
from tests.support.waiting import SECONDS


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def prediction(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body)


@dataclass
class Receiver:
    """Notes every delivery; answers `answers` one after the other, then 200."""

    url: str
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        async with self.arrived:
            self.received.append(Received({name.lower(): value for name, value in request.headers.items()}, body))
            self.arrived.notify_all()
        status = self.answers.pop(0) if self.answers else 200
        return web.Response(status=status, headers={"location": "/elsewhere"})

    async def wait_for(self, count: int, seconds: float = SECONDS) -> list[Received]:
        async with asyncio.timeout(seconds), self.arrived:
            await self.arrived.wait_for(lambda: len(self.received) >= count)
        return self.received

    def statuses(self) -> list[str]:
        return [one.prediction["status"] for one in self.received]


@pytest.fixture(scope="session")
def shared_replicate() -> Iterator[ReplicateProcess]:
    with running_replicate(speed=40, detail=1) as process:
        yield process


@pytest.fixture
def replicate(shared_replicate: ReplicateProcess) -> ReplicateProcess:
    shared_replicate.clear_faults()
    return shared_replicate


@pytest.fixture
async def api(replicate: ReplicateProcess) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=replicate.base_url, headers=replicate.headers, timeout=SECONDS) as client:
        yield client


@pytest.fixture
def client(replicate: ReplicateProcess) -> Client:
    return Client(api_token=replicate.api_token, base_url=replicate.base_url)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    port = free_port()
    receiver = Receiver(f"http://127.0.0.1:{port}/hook")
    app = web.Application()
    app.router.add_post("/{any:.*}", receiver.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield receiver
    await runner.cleanup()


@pytest.fixture
def verifier(replicate: ReplicateProcess) -> Webhook:
    return Webhook(replicate.webhook_secret)


SCHNELL = "/v1/models/black-forest-labs/flux-schnell/predictions"
# Few shapes and few pixels: quickly drawn.
SMALL = {"prompt": "monolith in a desert, golden hour", "seed": 7, "megapixels": "0.25"}


async def finished(api: httpx.AsyncClient, prediction_id: str, seconds: float = SECONDS) -> dict[str, Any]:
    """Poll until the prediction is terminal."""
    async with asyncio.timeout(seconds):
        while True:
            prediction = (await api.get(f"/v1/predictions/{prediction_id}")).raise_for_status().json()
            if prediction["status"] not in {"starting", "processing"}:
                return prediction
            await asyncio.sleep(0.03)
