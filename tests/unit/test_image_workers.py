"""The process that decodes: it may die, hang or be sent anything, and only its own file suffers."""

import asyncio
import hashlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from io import BytesIO
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from libs.errors import ErrorCode
from libs.services.media import image_workers
from libs.services.media.image_workers import (
    ImageError,
    photo_worker,
    prepare_output,
    prepare_photo,
    recheck_photo,
)
from libs.services.media.imaging.contracts import PreparedPhoto, Refusal
from libs.services.media.imaging.decoding import MAX_SCANS
from tests.support.images import encoded, image_file, jpeg_of_many_scans, png_of_size
from tests.support.processes.image_worker import PHOTO, ReusedWorker, reused_worker
from tests.support.waiting import equals, until

# A worker that has decoded nothing holds 32 MB.
STARTED_BYTES = 60_000_000
# Of Pillow's progressive JPEG in grey or colour.
PROGRESSIVE_SCANS = 10
REFUSALS = {
    ErrorCode.UPLOAD_TOO_LARGE,
    ErrorCode.TOO_MANY_PIXELS,
    ErrorCode.UNSUPPORTED_IMAGE,
    ErrorCode.UNREADABLE_IMAGE,
    ErrorCode.ANIMATED_IMAGE,
    ErrorCode.IMAGE_TOO_SLOW,
}


@cache
def slow() -> bytes:
    """A photo that is decoded for some seconds."""
    return jpeg_of_many_scans((8000, 7900), MAX_SCANS - PROGRESSIVE_SCANS)


def workers() -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for child in psutil.Process().children():
        try:
            found += [child] if image_workers.WORKER[-1] in child.cmdline() else []
        except psutil.Error:
            continue
    return found


async def at_work() -> psutil.Process:
    """The one worker, once it decodes: then it holds more memory than one that has only started."""
    (worker,) = await until(workers, lambda found: any(worker.memory_info().rss > STARTED_BYTES for worker in found))
    return worker


async def refusal_of(photo: Awaitable[object]) -> ImageError:
    with pytest.raises(ImageError) as refusal:
        await photo
    return refusal.value


async def assert_next_photo_is_prepared() -> None:
    assert (await prepare_photo(image_file("JPEG"))).width == 64
    assert workers() == []


async def test_a_worker_killed_at_work_refuses_its_photo_and_the_next_one_is_prepared() -> None:
    photo = asyncio.create_task(prepare_photo(slow()))
    (await at_work()).kill()

    assert (await refusal_of(photo)).code == ErrorCode.UNREADABLE_IMAGE
    await assert_next_photo_is_prepared()


async def test_a_worker_killed_before_it_reads_refuses_its_photo_and_the_next_one_is_prepared() -> None:
    photo = asyncio.create_task(prepare_photo(slow()))
    (worker,) = await until(workers)
    worker.kill()

    assert (await refusal_of(photo)).code == ErrorCode.UNREADABLE_IMAGE
    await assert_next_photo_is_prepared()


async def test_a_stop_of_every_process_lets_a_picture_be_finished() -> None:
    picture = asyncio.create_task(prepare_output(jpeg_of_many_scans((4000, 4000), MAX_SCANS - PROGRESSIVE_SCANS)))
    worker = await at_work()
    worker.send_signal(signal.SIGTERM)

    assert (await picture).width == 4000
    assert not worker.is_running()


async def test_ctrl_c_does_not_reach_a_worker() -> None:
    photo = asyncio.create_task(prepare_photo(slow()))
    worker = await at_work()

    assert os.getpgid(worker.pid) != os.getpgid(0)
    worker.kill()
    await refusal_of(photo)


async def test_a_photo_that_takes_too_long_is_refused_and_its_worker_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_workers, "WORKER_SECONDS", 1.0)

    refusal = await refusal_of(prepare_photo(slow()))

    assert (refusal.code, refusal.reason) == (ErrorCode.IMAGE_TOO_SLOW, "took too long")
    assert workers() == []


async def test_a_person_who_leaves_takes_the_worker_along() -> None:
    photo = asyncio.create_task(prepare_photo(slow()))
    await at_work()

    photo.cancel()
    with pytest.raises(asyncio.CancelledError):
        await photo

    await assert_next_photo_is_prepared()


@pytest.mark.parametrize(
    ("bound", "photo", "code", "reason"),
    [
        ("CPU_SECONDS = 1", slow, ErrorCode.IMAGE_TOO_SLOW, "used up its processor time"),
        ("ADDRESS_SPACE = 150_000_000", lambda: png_of_size(6000, 6000), ErrorCode.UNREADABLE_IMAGE, "MemoryError"),
    ],
    ids=["processor", "memory"],
)
async def test_F1_a_worker_bounds_itself(
    bound: str, photo: Callable[[], bytes], code: ErrorCode, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With smaller numbers, so that it takes a second. Within the real ones the photo is prepared, see above and F1."""
    script = f"from libs.services.media.imaging import worker; worker.{bound}; worker.main()"
    monkeypatch.setattr(image_workers, "WORKER", (sys.executable, "-E", "-s", "-c", script))

    refusal = await refusal_of(prepare_photo(photo()))

    assert (refusal.code, refusal.reason) == (code, reason)
    assert (await prepare_photo(image_file("JPEG"))).width == 64


async def test_a_worker_knows_no_secret_and_opens_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_SECRET_KEY", "sb_secret_local_x")
    photo = asyncio.create_task(prepare_photo(slow()))
    worker = await at_work()

    assert worker.environ() == image_workers.ENVIRONMENT
    assert "sb_secret_local_x" not in " ".join(worker.cmdline())
    assert worker.open_files() == []
    worker.kill()
    await refusal_of(photo)


async def test_two_photos_are_decoded_at_once_and_a_picture_does_not_wait_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = (sys.executable, "-c", "import time; time.sleep(60)", image_workers.WORKER[-1])
    monkeypatch.setattr(image_workers, "WORKER", waiting)

    async def in_turn() -> None:
        async with photo_worker():
            await prepare_photo(b"")

    photos = [asyncio.create_task(in_turn()) for _ in range(4)]
    await until(lambda: len(workers()), equals(2))

    picture = asyncio.create_task(prepare_output(b""))
    await until(lambda: len(workers()), equals(3))

    tasks: list[asyncio.Task[Any]] = [*photos, picture]
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(result) for result in results} == {asyncio.CancelledError}
    assert workers() == []


SEEDS = [
    image_file("JPEG", (24, 16)),
    image_file("JPEG", (24, 16), progressive=True),
    encoded(Image.linear_gradient("L").resize((24, 16)).convert("CMYK"), "JPEG"),
    image_file("PNG", (24, 16)),
    encoded(Image.linear_gradient("L").resize((24, 16)).quantize(8), "PNG"),
    image_file("WEBP", (24, 16)),
    image_file("WEBP", (24, 16), lossless=True),
    image_file("AVIF", (24, 16)),
    image_file("HEIF", (64, 64)),
]


@pytest.fixture(scope="module")
def worker() -> Iterator[ReusedWorker]:
    with reused_worker(PHOTO) as running:
        yield running


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file with some bytes overwritten, most of them in its headers, and perhaps its end missing or doubled."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, min(200, len(data) - 1)) | st.integers(0, len(data) - 1))
        data[at] = draw(st.sampled_from((0, 1, 127, 128, 255)) | st.integers(0, 255))
    end = draw(st.just(len(data)) | st.integers(0, len(data)))
    return bytes(data[:end]) + draw(st.just(b"") | st.just(bytes(data[end // 2 :])))


async def assert_answered(worker: ReusedWorker, data: bytes) -> None:
    answer = worker.answer(data)
    if isinstance(answer, Refusal):
        assert answer.code in REFUSALS
        return
    assert isinstance(answer, PreparedPhoto)
    assert hashlib.sha256(answer.data).hexdigest() == answer.sha256
    await recheck_photo(answer.data, answer.sha256)
    Image.open(BytesIO(answer.data)).load()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=damaged())
def test_F1_a_damaged_file_is_a_photo_or_a_refusal(worker: ReusedWorker, data: bytes) -> None:
    asyncio.run(assert_answered(worker, data))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from([b"", *(seed[:16] for seed in SEEDS)]), rest=st.binary(max_size=300))
def test_F1_any_bytes_are_refused(worker: ReusedWorker, start: bytes, rest: bytes) -> None:
    answer = worker.answer(start + rest)
    assert isinstance(answer, Refusal)
    assert answer.code in {ErrorCode.UNSUPPORTED_IMAGE, ErrorCode.UNREADABLE_IMAGE, ErrorCode.TOO_MANY_PIXELS}
