"""What several replicas count together: by Redis, over a real socket."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import redis
from fakeredis import TcpFakeServer
from limits.aio.storage.redis.redispy import RedispyBridge
from redis.asyncio.lock import Lock

from api.limits import WRITES_PER_MINUTE
from libs.errors import ErrorCode
from libs.services.media.admission import LONGEST_UPLOAD
from local.machine import HOST
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.clients.raw_http import connected, head
from tests.support.images import image_file
from tests.support.processes.api import ApiProcess, running_api
from tests.support.processes.supabase_stack import free_port
from tests.support.waiting import until

PHOTO = image_file("JPEG")
START = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + PHOTO
END = b"\r\n--b--\r\n"


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    port = free_port()
    server = TcpFakeServer((HOST, port))
    Thread(target=server.serve_forever, daemon=True).start()
    # fakeredis hangs up after each error it answers, NOSCRIPT too; a real Redis lets the client load the script then.
    with redis.Redis(HOST, port) as client:
        client.script_load(RedispyBridge.SCRIPT_INCR_EXPIRE.decode())
        client.script_load(Lock.LUA_RELEASE_SCRIPT)
    yield f"redis://{HOST}:{port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def replicas(
    api: ApiProcess, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ApiProcess, ApiProcess]]:
    settings = {"REDIS_URL": redis_url}
    folders = [tmp_path_factory.mktemp(name) for name in ("first", "second")]
    with (
        running_api(folders[0], api.supabase, api.replicate, settings) as first,
        running_api(folders[1], api.supabase, api.replicate, settings) as second,
    ):
        yield first, second


async def test_what_one_replica_counted_another_refuses(
    replicas: tuple[ApiProcess, ApiProcess], alice: ApiUser
) -> None:
    first, second = replicas
    async with first.client(alice.account) as client:
        for _ in range(WRITES_PER_MINUTE.amount):
            assert (await client.post("/generations", json={})).status_code == 422
    async with second.client(alice.account) as client:
        answer = await client.post("/generations", json={})
    assert_refused(answer, ErrorCode.RATE_LIMITED)
    assert 0 < int(answer.headers["retry-after"]) <= 60


async def test_F3_one_photo_at_a_time_per_person_over_all_replicas(
    replicas: tuple[ApiProcess, ApiProcess], alice: ApiUser, bob: ApiUser, redis_url: str
) -> None:
    first, second = replicas
    headers = {"authorization": f"Bearer {alice.account.token}", "content_type": "multipart/form-data; boundary=b"}
    begun = head("POST", "/api/v1/uploads", content_length=len(START + END), **headers) + START
    place = f"upload:{alice.id}"
    with redis.Redis.from_url(redis_url) as store:
        async with connected(first.url) as connection, second.client(alice.account) as elsewhere:
            await connection.send(begun)
            await until(lambda: store.exists(place))
            refused = await elsewhere.post("/uploads", files={"file": ("a.jpg", PHOTO)})
            assert_refused(refused, ErrorCode.UPLOAD_UNDER_WAY)
            assert int(refused.headers["retry-after"]) > 0
            async with second.client(bob.account) as other:
                assert (await other.post("/uploads", files={"file": ("a.jpg", PHOTO)})).status_code == 201

            await connection.send(END)
            assert (await connection.answer()).status_code == 201
            assert (await elsewhere.post("/uploads", files={"file": ("a.jpg", PHOTO)})).status_code == 201

            # A replica that dies cannot free the place: Redis does, when the longest upload would be over.
            async with connected(first.url) as last:
                await last.send(begun)
                await until(lambda: store.exists(place))
                first.stop(kill=True)
            assert 0 < int(store.pttl(place)) <= LONGEST_UPLOAD * 1000
            store.delete(place)
            assert (await elsewhere.post("/uploads", files={"file": ("a.jpg", PHOTO)})).status_code == 201


async def test_nobody_passes_while_redis_is_away(api: ApiProcess, alice: ApiUser, tmp_path: Path) -> None:
    away = {"REDIS_URL": f"redis://{HOST}:{free_port()}"}
    with running_api(tmp_path, api.supabase, api.replicate, away) as replica:
        async with replica.client(alice.account) as client:
            assert_refused(await client.get("/me"), ErrorCode.LIMITS_UNAVAILABLE)
