"""`/files`: output files, served as replicate.delivery serves them, or wrongly when a fault is queued."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from typing import Any

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.response import Redirect, Stream

from local.replicate.faults import OutputFault
from local.replicate.faulty_answers import cut_answer
from local.replicate.problems import not_found
from local.replicate.services import Services

MEDIA_TYPES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg"}

DRIP_SECONDS = 1.0
"""Between two bytes of the `drip` fault."""

BOMB_BYTES = 2 * 1024**3
"""Size of the `gzip_bomb` fault's file when unpacked; about 2 MB are sent."""

HUGE_SIDE = 50_000
"""Pixels of each side that the `huge_dimensions` fault's PNG declares."""


@get("/files/{prediction_id:str}/{name:str}")
async def output_file(prediction_id: str, name: str, services: NamedDependency[Services]) -> Response[Any]:
    """One output, until it expires."""
    if services.store.find(prediction_id) is None:
        raise not_found()
    path = services.store.output_path(prediction_id, name)
    if path.suffix not in MEDIA_TYPES or not path.is_file():
        raise not_found()
    content = await asyncio.to_thread(path.read_bytes)
    media_type = MEDIA_TYPES[path.suffix]
    fault = services.faults.take(OutputFault)
    if fault is None:
        return Response(content, media_type=media_type)
    return _faulty(fault, content, media_type)


def _faulty(fault: OutputFault, content: bytes, media_type: str) -> Response[Any]:
    match fault.kind:
        case "expired":
            raise not_found()
        case "error":
            return Response("upstream connect error", status_code=503, media_type=MediaType.TEXT)
        case "redirect":
            return Redirect(fault.location, status_code=302)
        case "endless":
            return Stream(_endless(content), media_type=media_type)
        case "drip":
            return Stream(_drip(content), media_type=media_type)
        case "wrong_length":
            return cut_answer(content, media_type=media_type)
        case "gzip_bomb":
            return Stream(_gzip_bomb(), media_type=media_type, headers={"content-encoding": "gzip"})
        case "huge_dimensions":
            return Response(_huge_png(), media_type=media_type)
        case "html":
            return Response("<html><script>alert(1)</script></html>", media_type=media_type)


async def _endless(beginning: bytes) -> AsyncIterator[bytes]:
    yield beginning
    while True:
        yield bytes(65536)
        # Without a pause the event loop does not notice that the client has disconnected.
        await asyncio.sleep(0.001)


async def _drip(content: bytes) -> AsyncIterator[bytes]:
    for position in range(len(content)):
        yield content[position : position + 1]
        await asyncio.sleep(DRIP_SECONDS)


async def _gzip_bomb() -> AsyncIterator[bytes]:
    packer = zlib.compressobj(9, wbits=31)
    block = bytes(1024 * 1024)
    for _ in range(BOMB_BYTES // len(block)):
        if packed := packer.compress(block):
            yield packed
        await asyncio.sleep(0)
    yield packer.flush()


def _huge_png() -> bytes:
    """A valid header that declares 2.5 gigapixels, and almost no data."""
    header = struct.pack(">IIBBBBB", HUGE_SIDE, HUGE_SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(HUGE_SIDE * 3 + 1))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
