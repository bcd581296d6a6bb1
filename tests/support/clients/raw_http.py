"""HTTP/1.1 by hand: for requests that no client library would send, or would send whole."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import httpx


class Connection:
    """One TCP connection to a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        """Send bytes as they are. Raises ConnectionError once the server hung up."""
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self) -> httpx.Response:
        """The next answer. Raises asyncio.IncompleteReadError when the connection ends before it."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, *lines = head.rstrip().split("\r\n")
        headers = httpx.Headers([(name, value) for name, _, value in (line.partition(": ") for line in lines)])
        body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        return httpx.Response(int(status.split(" ")[1]), headers=headers, content=body)


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncGenerator[Connection]:
    """Connect to the server of a URL."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def head(method: str, target: str, **headers: str | int) -> bytes:
    """A request's head; underscores in names of headers stand for hyphens."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in {"host": "maquette", **headers}.items())
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")
