"""The calls as they stand on the wire, and what each fault of the network or the provider is taken for."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from libs.app_config.runtime import find_model
from libs.services.external import replicate_client
from libs.services.external.replicate_client import (
    Prediction,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
    ReplicateClient,
)

TOKEN = "r8_local_token"
WEBHOOK = "https://maquette.example/api/v1/webhooks/replicate?job=1"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MODEL = "black-forest-labs/flux-dev"
PREDICTION = {"id": "p1", "status": "starting", "input": {"prompt": "x"}, "created_at": "2026-11-23T00:00:00Z"}

Answer = bytes | None
"""Bytes to send before closing; None leaves the request without an answer."""


class Wire:
    """A server that answers each request with the next of its answers and keeps what it was sent."""

    def __init__(self, answers: list[Answer]) -> None:
        self._answers = answers
        self.requests: list[bytes] = []
        self._release = asyncio.Event()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        self.requests.append(head + await reader.readexactly(length))
        answer = self._answers[min(len(self.requests), len(self._answers)) - 1]
        if answer is None:
            await self._release.wait()
        else:
            writer.write(answer)
            await writer.drain()
        writer.close()

    def stop(self) -> None:
        self._release.set()

    @property
    def lines(self) -> list[str]:
        return [request.split(b"\r\n")[0].decode() for request in self.requests]

    def body(self, index: int = 0) -> dict[str, object]:
        return json.loads(self.requests[index].partition(b"\r\n\r\n")[2])

    def headers(self, index: int = 0) -> dict[str, str]:
        head = self.requests[index].partition(b"\r\n\r\n")[0].decode()
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}


@asynccontextmanager
async def wire(*answers: Answer) -> AsyncGenerator[tuple[Wire, ReplicateClient]]:
    served = Wire(list(answers))
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    adapter = ReplicateClient(served.url, TOKEN)
    try:
        yield served, adapter
    finally:
        await adapter.aclose()
        served.stop()
        server.close()
        await server.wait_closed()


def answer(status: int, body: object, **headers: str) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Said", f"content-length: {len(content)}", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


async def create(adapter: ReplicateClient, model_id: str = MODEL) -> replicate_client.Prediction:
    model = find_model(model_id)
    assert model is not None
    return await adapter.create(model, {"prompt": "x"}, WEBHOOK, 900)


async def test_an_official_model_runs_by_name() -> None:
    async with wire(answer(201, PREDICTION)) as (served, adapter):
        assert (await create(adapter)).id == "p1"
    assert served.lines == [f"POST /v1/models/{MODEL}/predictions HTTP/1.1"]
    assert served.body() == {
        "input": {"prompt": "x"},
        "webhook": WEBHOOK,
        "webhook_events_filter": ["start", "output", "logs", "completed"],
    }
    assert served.headers()["cancel-after"] == "900s"
    assert served.headers()["authorization"] == f"Bearer {TOKEN}"


async def test_a_community_model_runs_by_version() -> None:
    async with wire(answer(201, PREDICTION)) as (served, adapter):
        await create(adapter, "adirik/interior-design")
    assert served.lines == ["POST /v1/predictions HTTP/1.1"]
    assert served.body()["version"] == "76604baddc85b1b4616e1c6475eca080da339c8875bd4996705440484a6eac38"


@pytest.mark.parametrize(
    ("status", "headers", "body", "retry_after"),
    [
        (400, {}, {"detail": "bad"}, None),
        (401, {}, {"detail": "no token"}, None),
        (402, {}, {"detail": "out of credit"}, None),
        (404, {}, {"detail": "no model"}, None),
        (422, {}, {"detail": "- input.prompt: Field required"}, None),
        (429, {"Retry_After": "30"}, {}, 30),
        (429, {"Retry_After": "99999"}, {}, 3600),
        (429, {"Retry_After": "soon"}, {}, None),
        (429, {}, {"detail": "Request was throttled. Your rate limit resets in ~17s."}, 17),
        (429, {}, b"<html>slow down</html>", None),
    ],
)
async def test_H3_a_refusal_made_nothing_and_is_not_repeated(
    status: int, headers: dict[str, str], body: dict[str, str] | bytes, retry_after: int | None
) -> None:
    async with wire(answer(status, body, **headers)) as (served, adapter):
        with pytest.raises(ProviderRefused) as refusal:
            await create(adapter)
    assert (refusal.value.status, refusal.value.retry_after) == (status, retry_after)
    assert len(served.requests) == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        answer(500, {"detail": "internal"}),
        answer(502, b"<html>bad gateway</html>"),
        answer(503, {}, Retry_After="1"),
        answer(504, {}),
        answer(408, {}),
        answer(302, b"", Location="http://127.0.0.1:1/elsewhere"),
        answer(201, b"not json"),
        answer(201, b""),
        answer(201, {"status": "starting"}),
        answer(201, {"id": 5, "status": "starting"}),
        answer(201, b"\xff\xfe"),
        b"",
        b"HTTP/1.1 201 Created\r\ncontent-length: 500\r\n\r\n{",
        b"SSH-2.0-OpenSSH_9.6\r\n",
    ],
    ids=lambda spoilt: spoilt[:40].decode(errors="replace"),
)
async def test_H3_after_sending_a_spoilt_answer_leaves_it_unsure_and_is_not_repeated(spoilt: bytes) -> None:
    async with wire(spoilt) as (served, adapter):
        with pytest.raises(ProviderUnsure):
            await create(adapter)
    assert len(served.requests) == 1


async def test_H3_no_answer_in_time_is_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replicate_client, "CREATE_SECONDS", 0.2)
    async with wire(None) as (served, adapter):
        with pytest.raises(ProviderUnsure, match="TimeoutError"):
            await create(adapter)
    assert len(served.requests) == 1


async def test_H3_a_closed_port_got_nothing() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        adapter = ReplicateClient(f"http://127.0.0.1:{probe.getsockname()[1]}", TOKEN)
        with pytest.raises(ProviderUnavailable):
            await create(adapter)
    await adapter.aclose()


async def test_H3_a_long_retry_after_does_not_hold_a_read_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replicate_client, "CALL_SECONDS", 0.3)
    loop = asyncio.get_running_loop()
    async with wire(answer(429, {}, Retry_After="60")) as (_, adapter):
        started = loop.time()
        with pytest.raises(ProviderUnsure, match="TimeoutError"):
            await adapter.get("p1")
        assert loop.time() - started < 5


async def test_the_private_client_of_the_sdk_gives_address_token_and_retries_of_reads() -> None:
    """Decision 22: a change of `_async_client` in another version of the SDK is noticed here."""
    async with wire(answer(503, {}), answer(200, PREDICTION)) as (served, adapter):
        assert (await adapter.get("p1")).id == "p1"
    assert served.lines == ["GET /v1/predictions/p1 HTTP/1.1"] * 2
    assert served.headers()["authorization"] == f"Bearer {TOKEN}"
    assert served.headers()["user-agent"].startswith("replicate-python/")


async def test_a_missing_prediction_is_told_by_its_status() -> None:
    async with wire(answer(404, {"detail": "not found"})) as (_, adapter):
        with pytest.raises(ProviderRefused) as refusal:
            await adapter.get("p1")
    assert refusal.value.status == 404


Call = Callable[[ReplicateClient], Awaitable[Prediction]]
CALLS: list[tuple[Call, str]] = [
    (lambda adapter: adapter.get("p1"), "GET /v1/predictions/p1 HTTP/1.1"),
    (lambda adapter: adapter.get("../x?y#z"), "GET /v1/predictions/..%2Fx%3Fy%23z HTTP/1.1"),
    (lambda adapter: adapter.cancel("p1"), "POST /v1/predictions/p1/cancel HTTP/1.1"),
]


@pytest.mark.parametrize(("call", "line"), CALLS)
async def test_an_id_is_one_step_of_a_path(call: Call, line: str) -> None:
    async with wire(answer(200, PREDICTION)) as (served, adapter):
        assert (await call(adapter)).id == "p1"
    assert served.lines == [line]


async def test_an_aborted_run_without_version_is_read() -> None:
    async with wire(answer(200, {"id": "p1", "status": "aborted"})) as (_, adapter):
        assert (await adapter.get("p1")).is_terminal


def page(following: str | None, *ids: str) -> bytes:
    return answer(200, {"next": following, "previous": None, "results": [{**PREDICTION, "id": name} for name in ids]})


async def test_the_list_is_followed_to_its_end() -> None:
    async with wire(page("https://api.replicate.com/v1/predictions?cursor=a%2Fb", "p1", "p2"), page(None, "p3")) as (
        served,
        adapter,
    ):
        found = await adapter.list_created(NOON, NOON + timedelta(minutes=5))
    assert [prediction.id for prediction in found] == ["p1", "p2", "p3"]
    window = "created_after=2026-11-23T12%3A00%3A00%2B00%3A00&created_before=2026-11-23T12%3A05%3A00%2B00%3A00"
    assert served.lines == [
        f"GET /v1/predictions?{window} HTTP/1.1",
        # Asked of the address we know: the token never goes to a host that an answer names.
        "GET /v1/predictions?cursor=a%2Fb HTTP/1.1",
    ]


async def test_a_list_without_end_is_not_taken_for_the_whole() -> None:
    async with wire(page("https://api.replicate.com/v1/predictions?cursor=same", "p1")) as (served, adapter):
        with pytest.raises(ProviderUnsure):
            await adapter.list_created(NOON, NOON + timedelta(minutes=5))
    assert len(served.requests) == replicate_client.MAX_LIST_PAGES


async def test_J1_errors_hold_neither_token_nor_signed_address() -> None:
    echo = {"detail": f"cannot fetch https://x/sign?token=secret (Bearer {'x' * 400})"}
    async with wire(answer(422, echo)) as (_, adapter):
        with pytest.raises(ProviderRefused) as refusal:
            await create(adapter)
    assert "secret" not in repr(refusal.value)
    assert TOKEN not in repr(refusal.value)
    assert len(refusal.value.detail) <= 300
