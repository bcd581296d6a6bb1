"""HEAD is answered as GET without the content, and what GET would stream is not made."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

import httpx
from litestar import Litestar, get
from litestar.response import Stream

from api.middleware import answer_head

made: list[str] = []


async def pieces() -> AsyncGenerator[bytes]:
    for number in range(3):
        # As every read of the database does.
        await asyncio.sleep(0)
        made.append(f"piece {number}")
        yield b"piece"


@get("/export", sync_to_thread=False)
def export() -> Stream:
    return Stream(pieces(), media_type="application/zip", headers={"Content-Disposition": "attachment"})


async def test_a_head_of_a_stream_makes_no_piece_of_it() -> None:
    app = answer_head(Litestar([export]))
    transport = httpx.ASGITransport(cast("Any", app))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        head = await client.head("/export")

        assert (head.status_code, head.content, made) == (200, b"", [])
        assert (head.headers["content-type"], head.headers["content-disposition"]) == ("application/zip", "attachment")

        whole = await client.get("/export")
        assert (whole.content, len(made)) == (b"piece" * 3, 3)
