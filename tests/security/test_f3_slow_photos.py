"""F3: photos that take long to decode, many of them at once, and clients that leave: nobody else waits for them."""

import contextlib
from collections.abc import Callable

import psutil
import pytest

from api.admission import CLIENT_LEFT
from api.limits import UPLOADS_PER_MINUTE
from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode
from libs.services.media.admission import UPLOADS_UNDER_WAY
from libs.services.media.image_workers import WORKER
from libs.services.media.imaging.contracts import PreparedOutput, PreparedPhoto, Refusal
from libs.services.media.imaging.decoding import MAX_SCANS
from tests.support.clients.api_user import ApiUser, assert_refused, signed_in
from tests.support.clients.raw_http import Connection, connected, head
from tests.support.images import image_file, jpeg_of_many_scans, jpeg_with_segments
from tests.support.processes.api import ApiProcess
from tests.support.processes.image_worker import OUTPUT, PHOTO, measured
from tests.support.waiting import until

# In MB. A worker that has decoded nothing holds 32.
IDLE = 60
# Of a progressive JPEG in grey or colour as Pillow writes it.
PROGRESSIVE_SCANS = 10
SMALL = image_file("JPEG")
START = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
END = b"\r\n--b--\r\n"


def upload_head(user: ApiUser, content_length: int) -> bytes:
    headers = {"authorization": f"Bearer {user.account.token}", "content_type": "multipart/form-data; boundary=b"}
    return head("POST", "/api/v1/uploads", content_length=content_length, **headers)


async def begin_upload(connection: Connection, user: ApiUser) -> None:
    """Send all of a small photo but its end."""
    await connection.send(upload_head(user, len(START + SMALL + END)) + START + SMALL)


async def upload(user: ApiUser, photo: bytes = SMALL) -> int:
    return (await user.client.post("/uploads", files={"file": ("a.jpg", photo)})).status_code


async def until_one_is_under_way(user: ApiUser) -> None:
    """A request without a body asks, so that it never becomes the upload that is under way."""
    await until(lambda: user.client.post("/uploads"), lambda answer: answer.status_code == 429)


def workers_of(api: ApiProcess) -> list[psutil.Process]:
    assert api.process is not None
    return [child for child in psutil.Process(api.process.pid).children() if WORKER[-1] in child.cmdline()]


MANY_SCANS: dict[str, Callable[[], bytes]] = {
    "one more than the bound": lambda: jpeg_of_many_scans((640, 480), MAX_SCANS - PROGRESSIVE_SCANS + 1),
    "a thousand": lambda: jpeg_of_many_scans((4000, 4000), 1000),
    "without an end": lambda: jpeg_of_many_scans((4000, 4000), 1000)[:-2],
}


@pytest.mark.parametrize("photo", MANY_SCANS.values(), ids=MANY_SCANS)
def test_F3_a_jpeg_of_too_many_scans_is_refused_before_it_is_decoded(photo: Callable[[], bytes]) -> None:
    for task in (PHOTO, OUTPUT):
        answer, memory = measured(task, photo())
        assert isinstance(answer, Refusal)
        assert (answer.code, answer.reason) == (ErrorCode.IMAGE_TOO_SLOW, "scans")
        assert memory < IDLE


FEW_SCANS: dict[str, Callable[[], bytes]] = {
    "as many as the bound": lambda: jpeg_of_many_scans((640, 480), MAX_SCANS - PROGRESSIVE_SCANS),
    "what looks like scans in its metadata": lambda: jpeg_with_segments(SMALL, [(0xE1, b"\xff\xda" * 5000)]),
    "what looks like scans behind it": lambda: SMALL + b"\xff\xda\x00\x02" * 5000,
}


@pytest.mark.parametrize("photo", FEW_SCANS.values(), ids=FEW_SCANS)
def test_F3_scans_are_counted_where_a_decoder_finds_them(photo: Callable[[], bytes]) -> None:
    assert isinstance(measured(PHOTO, photo())[0], PreparedPhoto)
    assert isinstance(measured(OUTPUT, photo())[0], PreparedOutput)


async def test_F3_one_photo_at_a_time_per_person(alone: ApiProcess, alone_alice: ApiUser, alone_bob: ApiUser) -> None:
    async with connected(alone.url) as first, connected(alone.url) as second:
        await begin_upload(first, alone_alice)
        await until_one_is_under_way(alone_alice)

        # Refused by its head: nothing of its body is sent.
        await second.send(upload_head(alone_alice, LIMITS.upload_bytes))
        refused = await second.answer()
        assert_refused(refused, ErrorCode.UPLOAD_UNDER_WAY)
        assert int(refused.headers["retry-after"]) > 0
        assert await upload(alone_bob) == 201

        await first.send(END)
        assert (await first.answer()).status_code == 201
    assert await upload(alone_alice) == 201


async def test_F3_a_bounded_number_of_photos_is_under_way(alone: ApiProcess, alone_alice: ApiUser) -> None:
    async with contextlib.AsyncExitStack() as stack:
        crowd = [await stack.enter_async_context(signed_in(alone, "one")) for _ in range(UPLOADS_UNDER_WAY)]
        connections = [await stack.enter_async_context(connected(alone.url)) for _ in crowd]
        for connection, person in zip(connections, crowd, strict=True):
            await begin_upload(connection, person)
            await until_one_is_under_way(person)

        refused = await alone_alice.client.post("/uploads", files={"file": ("a.jpg", SMALL)})
        assert_refused(refused, ErrorCode.UPLOADS_BUSY)
        assert int(refused.headers["retry-after"]) > 0
        # Everything else is served.
        assert (await alone_alice.client.get("/uploads")).status_code == 200

        await connections[0].send(END)
        assert (await connections[0].answer()).status_code == 201
        assert await upload(alone_alice) == 201


async def test_F3_a_client_that_left_frees_its_place_and_its_worker(alone: ApiProcess, alone_alice: ApiUser) -> None:
    slow = jpeg_of_many_scans((8000, 7900), MAX_SCANS - PROGRESSIVE_SCANS)
    async with connected(alone.url) as connection:
        await connection.send(upload_head(alone_alice, len(START + slow + END)) + START + slow + END)
        await until(lambda: workers_of(alone))

    await until(lambda: alone.logged_statuses("/api/v1/uploads"), lambda statuses: CLIENT_LEFT in statuses, seconds=2)
    assert workers_of(alone) == []
    assert await upload(alone_alice) == 201


async def test_F3_a_client_that_left_before_its_photo_was_whole_frees_its_place(
    alone: ApiProcess, alone_alice: ApiUser
) -> None:
    async with connected(alone.url) as connection:
        await begin_upload(connection, alone_alice)
        await until_one_is_under_way(alone_alice)

    await until(lambda: upload(alone_alice), lambda status: status == 201, seconds=5)


async def test_F3_uploads_have_a_rate_of_their_own(alone: ApiProcess, alone_alice: ApiUser) -> None:
    for _ in range(UPLOADS_PER_MINUTE.amount):
        assert await upload(alone_alice, b"no photo") == 415
    answer = await alone_alice.client.post("/uploads", files={"file": ("a.jpg", SMALL)})
    assert_refused(answer, ErrorCode.RATE_LIMITED)
    assert (await alone_alice.client.post("/collections", json={"name": "Later"})).status_code == 201
