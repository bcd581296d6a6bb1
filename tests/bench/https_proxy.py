"""TLS and HTTP/2 in front of the API and of Supabase, as they are deployed (docs/deploy.md).

`https_in_front` runs it as `python -m tests.bench.https_proxy`.
"""

import asyncio
import gzip
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import trustme
from granian.constants import Interfaces
from granian.server.embed import Server

from local.machine import HOST, is_free
from tests.support.processes.supabase_stack import free_ports

# Of one connection only (RFC 9113, 8.2.2), what changes with the answer, and by which name the proxy is asked.
NOT_PASSED_ON = {b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"content-length", b"host"}


class Front(msgspec.Struct, frozen=True):
    """A proxy's port, and the http address it stands before."""

    port: int
    upstream: str

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"


@contextmanager
def https_in_front(urls: list[str], folder: Path) -> Generator[list[str]]:
    """The same servers at https addresses, which this process believes too; browsers have to be told."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(folder / "proxy.pem")
    os.environ["SSL_CERT_FILE"] = str(folder / "ca.pem")
    fronts = [Front(port, url) for port, url in zip(free_ports(len(urls)), urls, strict=True)]
    (folder / "fronts.json").write_bytes(msgspec.json.encode(fronts))
    with subprocess.Popen([sys.executable, "-m", "tests.bench.https_proxy", folder]) as process:
        try:
            while any(is_free(front.port) for front in fronts):
                assert process.poll() is None
                time.sleep(0.1)
            yield [front.url for front in fronts]
        finally:
            process.terminate()


def proxy(front: Front, fronts: list[Front], client: aiohttp.ClientSession) -> Any:
    """An ASGI application that hands on what the server says, with https wherever it names one of the others."""

    def renamed(text: bytes) -> bytes:
        for each in fronts:
            text = text.replace(each.upstream.encode(), each.url.encode())
        return text

    def passed_on(headers: Any) -> list[tuple[bytes, bytes]]:
        return [(name.lower(), renamed(value)) for name, value in headers if name.lower() not in NOT_PASSED_ON]

    async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        url = front.upstream + b"?".join(filter(None, (scope["raw_path"], scope["query_string"]))).decode()
        headers = [(name.decode(), value.decode()) for name, value in passed_on(scope["headers"])]
        request = client.request(scope["method"], url, headers=headers, data=body or None, allow_redirects=False)
        async with request as got:
            content = await got.read()
            if got.content_type == "application/json":
                zipped = got.headers.get("content-encoding") == "gzip"
                content = gzip.compress(renamed(gzip.decompress(content))) if zipped else renamed(content)
            await send({"type": "http.response.start", "status": got.status, "headers": passed_on(got.raw_headers)})
            await send({"type": "http.response.body", "body": content})

    return answer


async def main() -> None:
    """Serve until the process is ended."""
    folder = Path(sys.argv[1])
    fronts = msgspec.json.decode((folder / "fronts.json").read_bytes(), type=list[Front])
    # Bodies stay as compressed as whoever asks wants them.
    async with aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"]) as client:
        servers = [
            Server(
                proxy(front, fronts, client),
                address=HOST,
                port=front.port,
                interface=Interfaces.ASGI,
                ssl_cert=folder / "proxy.pem",
                ssl_key=folder / "proxy.pem",
                log_enabled=False,
            )
            for front in fronts
        ]
        await asyncio.gather(*(server.serve() for server in servers))


if __name__ == "__main__":
    asyncio.run(main())
