"""D5, D6: the address of an output and the file behind it are hostile; nothing of ours is reached, nothing swells."""

import asyncio
import contextlib
import gzip
import socket
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp.abc import ResolveResult

from libs.app_config.runtime import LIMITS
from libs.services.external import output_fetcher
from libs.services.external.output_fetcher import OutputFetcher, OutputGone, OutputRefused, OutputUnavailable
from local.machine import HOST
from tests.support.checks.invariants import assert_consistent
from tests.support.clients.api_user import ApiUser
from tests.support.predictions import TWO_VARIANTS, succeed_at_once
from tests.support.processes.api import ApiProcess, submit, until_ended

PICTURE = "https://replicate.delivery/pbxt/a.png"
TICK_SECONDS = 0.05
SMALL = msgspec.structs.replace(LIMITS, output_bytes=100_000, output_seconds=1)
# A body is written to a client that may hang up at any time.
HANGS_UP = (ConnectionError, asyncio.CancelledError)


class Server(msgspec.Struct):
    """A server on the loopback address that counts who connects and what it could send."""

    port: int = 0
    connections: int = 0
    sent: int = 0

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"


Respond = Callable[[Callable[[bytes], Awaitable[None]]], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(respond: Respond | None = None) -> AsyncGenerator[Server]:
    """Answer each request as `respond` writes it; without, hang up at once."""
    server = Server()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1

        async def send(data: bytes) -> None:
            writer.write(data)
            await writer.drain()
            server.sent += len(data)

        with contextlib.suppress(*HANGS_UP):
            if respond:
                await reader.readuntil(b"\r\n\r\n")
                await respond(send)
        writer.close()

    listening = await asyncio.start_server(handle, HOST, 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


@pytest.fixture
async def canary() -> AsyncIterator[Server]:
    """A service of ours that no output may reach."""
    async with serving() as server:
        yield server


class Names:
    """A name server in the attacker's hands: every name has these addresses, all of them the canary's."""

    def __init__(self, canary: Server, *addresses: str) -> None:
        self.canary = canary
        self.addresses = addresses
        self.resolved: list[str] = []

    async def resolve(self, host: str, _port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        self.resolved.append(host)
        return [
            ResolveResult(hostname=host, host=address, port=self.canary.port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]


@contextlib.asynccontextmanager
async def hosted(names: Names, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[OutputFetcher]:
    """The fetcher as it is beside the hosted provider, with these names."""

    async def resolve(_: object, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> Any:
        return await names.resolve(host, port, family)

    monkeypatch.setattr(output_fetcher.ThreadedResolver, "resolve", resolve)
    fetcher = OutputFetcher(None)
    try:
        yield fetcher
    finally:
        await fetcher.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "//replicate.delivery/a.png",
        "http://replicate.delivery/a.png",
        "ftp://replicate.delivery/a.png",
        "file:///etc/passwd",
        "data:image/png;base64,iVBORw0KGgo=",
        "https://replicate.delivery@evil.example/a.png",
        "https://user:word@replicate.delivery/a.png",
        "https://@replicate.delivery/a.png",
        "https://replicate.delivery.evil.example/a.png",
        "https://evilreplicate.delivery/a.png",
        "https://evil.example/.replicate.delivery",
        "https://evil.example?.replicate.delivery",
        "https://evil.example#.replicate.delivery",
        "https://evil.example\\.replicate.delivery/a.png",
        "https://evil.example\n.replicate.delivery/a.png",
        "https://evil.example%2ereplicate.delivery@127.0.0.1/a.png",
        "https://replicate.delivery:{port}/a.png",
        "https://replicate.delivery:/a.png",
        "https://replicate.delivery./a.png",
        "https://127.0.0.1:{port}/a.png",
        "https://2130706433:{port}/a.png",
        "https://[::1]:{port}/a.png",
        "https://[::1/a.png",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost:{port}/a.png",
        "https://r\u0435plicate.delivery/a.png",
        "https://replicate.delivery/" + "a" * 4096,
    ],
    ids=lambda url: repr(url)[:48],
)
async def test_D5_an_address_that_is_not_the_providers_is_not_even_resolved(
    url: str, canary: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(canary, HOST)
    async with hosted(names, monkeypatch) as fetcher:
        with pytest.raises(OutputRefused):
            await fetcher.fetch(url.replace("{port}", str(canary.port)))
    assert (names.resolved, canary.connections) == ([], 0)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["0.0.0.0"],
        ["10.0.0.1"],
        ["172.16.0.1"],
        ["192.168.1.1"],
        ["100.64.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["fd00::1"],
        ["fe80::1"],
        ["::ffff:127.0.0.1"],
        ["::ffff:169.254.169.254"],
        ["1.1.1.1", "127.0.0.1"],
    ],
    ids=" and ".join,
)
async def test_D5_a_name_of_the_provider_that_leads_to_our_network_is_refused(
    addresses: list[str], canary: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(canary, *addresses)
    async with hosted(names, monkeypatch) as fetcher:
        with pytest.raises(OutputRefused, match="private network"):
            await fetcher.fetch(PICTURE)
    assert (names.resolved, canary.connections) == (["replicate.delivery"], 0)


async def test_D5_the_canary_sees_a_fetcher_that_trusts_names(canary: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the two tests before."""
    monkeypatch.setattr(output_fetcher, "PublicResolver", output_fetcher.ThreadedResolver)
    async with hosted(Names(canary, HOST), monkeypatch) as fetcher:
        with pytest.raises(OutputUnavailable):
            await fetcher.fetch(PICTURE)
    assert canary.connections == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_D5_a_redirect_is_not_followed(status: int, canary: Server) -> None:
    async def respond(send: Callable[[bytes], Awaitable[None]]) -> None:
        await send(f"HTTP/1.1 {status} Moved\r\nLocation: {canary.origin}/\r\nContent-Length: 0\r\n\r\n".encode())

    async with local(respond) as (fetcher, server):
        with pytest.raises(OutputRefused, match=str(status)):
            await fetcher.fetch(f"{server.origin}/a.png")
    assert (server.connections, canary.connections) == (1, 0)


@contextlib.asynccontextmanager
async def local(respond: Respond) -> AsyncGenerator[tuple[OutputFetcher, Server]]:
    """The fetcher beside a local provider, which answers so."""
    async with serving(respond) as server:
        fetcher = OutputFetcher(server.origin)
        try:
            yield fetcher, server
        finally:
            await fetcher.aclose()


OK = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"


async def endless(send: Callable[[bytes], Awaitable[None]]) -> None:
    await send(OK + b"\r\n")
    while True:
        await send(bytes(65_536))


async def dripping(send: Callable[[bytes], Awaitable[None]]) -> None:
    await send(OK + b"Content-Length: 10000\r\n\r\n")
    while True:
        await send(b"x")
        await asyncio.sleep(0.1)


async def silent(_send: Callable[[bytes], Awaitable[None]]) -> None:
    await asyncio.Event().wait()


async def cut_short(send: Callable[[bytes], Awaitable[None]]) -> None:
    await send(OK + b"Content-Length: 5000\r\n\r\n" + b"x" * 100)


async def compressed(send: Callable[[bytes], Awaitable[None]]) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    await send(OK + f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode() + bomb)


async def gone(send: Callable[[bytes], Awaitable[None]]) -> None:
    await send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize(
    ("respond", "error"),
    [
        (endless, OutputRefused),
        (dripping, OutputUnavailable),
        (silent, OutputUnavailable),
        (cut_short, OutputUnavailable),
        (compressed, OutputRefused),
        (gone, OutputGone),
    ],
    ids=lambda one: one.__name__,
)
async def test_D6_a_lying_body_costs_bounded_bytes_and_time(
    respond: Respond, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output_fetcher, "LIMITS", SMALL)
    async with local(respond) as (fetcher, server):
        fetch = asyncio.create_task(fetcher.fetch(f"{server.origin}/a.png"))
        # Ticks of the same event loop: a busy machine slows them as it slows the fetch.
        ticks = 0
        while not fetch.done():
            await asyncio.sleep(TICK_SECONDS)
            ticks += 1
        with pytest.raises(error):
            await fetch
        # What the buffers of both ends hold is sent before anybody can refuse.
        assert server.sent < SMALL.output_bytes + 8_000_000
    assert ticks * TICK_SECONDS < SMALL.output_seconds + 4


async def test_D6_an_honest_body_is_fetched_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output_fetcher, "LIMITS", SMALL)
    picture = bytes(range(256)) * 390

    async def respond(send: Callable[[bytes], Awaitable[None]]) -> None:
        await send(OK + f"Content-Length: {len(picture)}\r\n\r\n".encode() + picture)

    async with local(respond) as (fetcher, server):
        assert await fetcher.fetch(f"{server.origin}/a.png") == picture


@pytest.mark.skipif(sys.platform != "linux", reason="peaks of memory are read from /proc")
async def test_D6_hostile_files_do_not_swell_the_api(api: ApiProcess, alice: ApiUser) -> None:
    assert api.process is not None
    proc = Path(f"/proc/{api.process.pid}")
    (proc / "clear_refs").write_text("5")  # the peak starts again from now
    before = peak_bytes(proc)
    for kind in ("endless", "gzip_bomb", "huge_dimensions", "html"):
        succeed_at_once(api.replicate)
        # Both pictures of the run.
        api.replicate.fault(on="output", kind=kind, times=2)
        answer = await submit(alice.client, **TWO_VARIANTS)
        generation = await until_ended(alice.client, answer.raise_for_status().json()["data"]["id"])
        assert (generation["status"], generation["error"]["code"]) == ("failed", "provider_failed")
        api.replicate.clear_faults()
    # Two files at a time, each held and copied once.
    assert peak_bytes(proc) - before < 5 * LIMITS.output_bytes
    assert [job["status"] for job in await assert_consistent(api, alice.id)] == ["failed"] * 4
    assert (await alice.client.get("/usage")).json()["data"]["used"] == 0


def peak_bytes(proc: Path) -> int:
    (line,) = [line for line in (proc / "status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024
