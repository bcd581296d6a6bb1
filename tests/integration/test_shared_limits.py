"""Rate limits that several replicas count together: by Redis, over a real socket."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import redis
from fakeredis import TcpFakeServer
from limits.aio.storage.redis.redispy import RedispyBridge

from api.limits import WRITES_PER_MINUTE
from libs.errors import ErrorCode
from local.machine import HOST
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.processes.api import ApiProcess, running_api
from tests.support.processes.supabase_stack import free_port


@pytest.fixture
def redis_url() -> Iterator[str]:
    port = free_port()
    server = TcpFakeServer((HOST, port))
    Thread(target=server.serve_forever, daemon=True).start()
    # fakeredis hangs up after each error it answers, NOSCRIPT too; a real Redis lets the client load the script then.
    with redis.Redis(HOST, port) as client:
        client.script_load(RedispyBridge.SCRIPT_INCR_EXPIRE.decode())
    yield f"redis://{HOST}:{port}"
    server.shutdown()
    server.server_close()


async def test_what_one_replica_counted_another_refuses(
    api: ApiProcess, alice: ApiUser, redis_url: str, tmp_path: Path
) -> None:
    with running_api(tmp_path, api.supabase, api.replicate, {"REDIS_URL": redis_url}) as replica:
        async with replica.client(alice.account) as client:
            for _ in range(WRITES_PER_MINUTE.amount):
                assert (await client.post("/generations", json={})).status_code == 422
            replica.stop()
            replica.start()
            answer = await client.post("/generations", json={})
            assert_refused(answer, ErrorCode.RATE_LIMITED)
            assert 0 < int(answer.headers["retry-after"]) <= 60


async def test_nobody_passes_while_redis_is_away(api: ApiProcess, alice: ApiUser, tmp_path: Path) -> None:
    away = {"REDIS_URL": f"redis://{HOST}:{free_port()}"}
    with running_api(tmp_path, api.supabase, api.replicate, away) as replica:
        async with replica.client(alice.account) as client:
            assert_refused(await client.get("/me"), ErrorCode.LIMITS_UNAVAILABLE)
