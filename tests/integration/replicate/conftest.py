"""A local Replicate, a receiver for its webhooks, and the official client."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
import pytest
from aiohttp import web
from replicate.client import Client
from standardwebhooks import Webhook

from tests.support.clients import http_client
from tests.support.processes.replicate import ReplicateProcess, running_replicate
from tests.support.processes.supabase_stack import free_port
from tests.support.waiting import until


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

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.received.append(Received({name.lower(): value for name, value in request.headers.items()}, body))
        status = self.answers.pop(0) if self.answers else 200
        return web.Response(status=status, headers={"location": "/elsewhere"})

    async def until_received(self, count: int) -> list[Received]:
        """The deliveries once there are that many."""
        return await until(lambda: self.received, lambda received: len(received) >= count)

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
    async with http_client.AsyncClient(base_url=replicate.base_url, headers=replicate.headers) as client:
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


async def until_finished(api: httpx.AsyncClient, prediction_id: str) -> dict[str, Any]:
    """The prediction once it is terminal."""

    async def look() -> dict[str, Any]:
        return (await api.get(f"/v1/predictions/{prediction_id}")).raise_for_status().json()

    return await until(look, lambda prediction: prediction["status"] not in {"starting", "processing"})
