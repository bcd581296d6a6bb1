"""Supabase as a bench needs it: one page of renders and its signed URLs, from memory, whatever is asked.

STUB_PORT=… STUB_PAGE=page.json python -m tests.bench.stub_upstream
"""

import asyncio
import os
from pathlib import Path
from typing import Any

import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server


def stub(page: bytes) -> Any:
    """An ASGI application; the path decides which of three answers it gives."""
    rows = msgspec.json.decode(page)
    signed = msgspec.json.encode(
        [{"path": row["cover"]["thumbnail_path"], "signedURL": "/object/sign/x", "error": None} for row in rows]
    )

    async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        path = scope["path"]
        body = signed if "/object/sign/" in path else page if "list_renders" in path else b"[]"
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


async def main() -> None:
    """Serve until the process is ended."""
    page = await asyncio.to_thread(Path(os.environ["STUB_PAGE"]).read_bytes)
    await Server(
        stub(page),
        address="127.0.0.1",
        port=int(os.environ["STUB_PORT"]),
        interface=Interfaces.ASGI,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    asyncio.run(main())
