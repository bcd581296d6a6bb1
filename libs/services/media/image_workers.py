"""Photos and outputs, checked and encoded anew. Each is decoded in a short-lived process of its own.

Why not in a thread: a JPEG of a few hundred kilobytes may order thousands of passes over 64 megapixels, a thread inside
a decoder cannot be stopped, and what a decoder allocates or breaks stays with the API. A process costs about a seventh
of a second of start and no state. Measured peaks at 64 megapixels: JPEG 85 MB (progressive 450), PNG 390, HEIC 490,
AVIF 600, WebP 1,040.
"""

import asyncio
import signal
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import structlog

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode
from libs.services.media.imaging.contracts import (
    Answer,
    Conversion,
    ConvertedPicture,
    ImageError,
    OutputTask,
    PhotoTask,
    PreparedOutput,
    PreparedPhoto,
    Refusal,
    Task,
)
from libs.services.media.imaging.rechecking import recheck

log = structlog.get_logger()

WORKER: Final = (sys.executable, "-E", "-s", "-m", "libs.services.media.imaging.worker")
PROJECT: Final = Path(__file__).resolve().parents[3]
# No secret of the API reaches the worker. One arena: glibc would reserve 64 MB of address space for each thread.
ENVIRONMENT: Final = {"MALLOC_ARENA_MAX": "1"}
# Wall time; the worker bounds its own processor time lower.
WORKER_SECONDS: Final = 30.0

# Separate, so that a queue of uploads or downloads does not hold up a webhook, which has seconds to answer.
_PHOTO_WORKERS: Final = asyncio.Semaphore(2)
_OUTPUT_WORKERS: Final = asyncio.Semaphore(2)
_CONVERSION_WORKERS: Final = asyncio.Semaphore(2)

Prepared = TypeVar("Prepared", PreparedPhoto, PreparedOutput, ConvertedPicture)


def photo_worker() -> AbstractAsyncContextManager[None]:
    """One of the workers for uploaded photos. Read a photo and prepare it inside."""
    return _PHOTO_WORKERS


def conversion_worker() -> AbstractAsyncContextManager[None]:
    """One of the workers for downloads. Read a picture and convert it inside."""
    return _CONVERSION_WORKERS


async def convert_picture(data: bytes, mime: str) -> bytes:
    """A stored picture as image/png, image/jpeg or image/webp. Raises ImageError."""
    return (await _work(Conversion(mime=mime, max_pixels=LIMITS.output_pixels), data, ConvertedPicture)).data


async def prepare_photo(data: bytes) -> PreparedPhoto:
    """An uploaded photo as a plain JPEG: upright, sRGB, no metadata, no larger than models take. Raises ImageError."""
    task = PhotoTask(
        max_bytes=LIMITS.upload_bytes, max_pixels=LIMITS.upload_pixels, longest_side=LIMITS.input_longest_side
    )
    return await _work(task, data, PreparedPhoto)


async def prepare_output(data: bytes) -> PreparedOutput:
    """An output, checked and encoded anew, with its thumbnail. Raises ImageError."""
    task = OutputTask(
        max_bytes=LIMITS.output_bytes,
        max_pixels=LIMITS.output_pixels,
        thumbnail_longest_side=LIMITS.thumbnail_longest_side,
    )
    async with _OUTPUT_WORKERS:
        return await _work(task, data, PreparedOutput)


async def recheck_photo(data: bytes, expected_sha256: str) -> None:
    """Verify a stored photo when it is used. Raises ImageError unless `prepare_photo` could have made these bytes."""
    recheck(data, expected_sha256, LIMITS.input_longest_side)


async def _work(task: Task, data: bytes, wanted: type[Prepared]) -> Prepared:
    worker = await asyncio.create_subprocess_exec(
        *WORKER,
        msgspec.json.encode(task).decode(),
        cwd=PROJECT,
        env=ENVIRONMENT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        # Ctrl-C in a terminal goes to the API alone, which waits for its workers.
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(WORKER_SECONDS):
            out, problems = await worker.communicate(data)
    except TimeoutError as error:
        raise ImageError(ErrorCode.IMAGE_TOO_SLOW, "took too long") from error
    finally:
        # Too slow, or the request was canceled.
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    if worker.returncode == -signal.SIGXCPU:
        raise ImageError(ErrorCode.IMAGE_TOO_SLOW, "used up its processor time")
    if worker.returncode != 0:
        # Ended by its limits or by a bug of a decoder: for its sender the file is unreadable either way.
        log.error(
            "image_worker_died", code=worker.returncode, bytes=len(data), said=problems[-500:].decode(errors="replace")
        )
        raise ImageError(ErrorCode.UNREADABLE_IMAGE, f"worker ended with {worker.returncode}")
    answer = msgspec.msgpack.decode(out, type=Answer)
    if isinstance(answer, Refusal):
        raise ImageError(answer.code, answer.reason, answer.details)
    assert isinstance(answer, wanted)
    return answer
