"""Every request that our API sends to Storage for somebody carries a proof of that moment (threat B5)."""

import httpx
import pytest
from httpx_aiohttp import HttpxAiohttpClient

from libs.repositories import storage
from libs.repositories.proof import ANONYMOUS, sign
from libs.repositories.storage import Storage, StoragePool

SECRET = "proof_local_test_" + "0" * 32
CALLER = "0b9c4f0e-52a5-4d0e-9b7a-0d5a6a1f3c11"


class Recorder(httpx.AsyncBaseTransport):
    """Answers what each operation of Storage answers when there is nothing, and keeps the headers of its request."""

    def __init__(self) -> None:
        self.sent: list[httpx.Headers] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request.headers)
        is_upload = request.headers.get("content-type", "").startswith("multipart/")
        return httpx.Response(200, json={"Key": "inputs/a"} if is_upload else [])


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
async def pool(recorder: Recorder) -> StoragePool:
    opened = StoragePool("http://storage.test", "sb_publishable_test", SECRET)
    await opened.aclose()
    opened.client = HttpxAiohttpClient(transport=recorder)
    return opened


async def use(opened: Storage) -> None:
    """Each operation once."""
    await opened.upload("inputs", "a", b"", "image/jpeg")
    await opened.download("inputs", "a")
    await opened.page("inputs", "a", 0, 1)
    await opened.remove("inputs", ["a"])
    await opened.signed_urls(["inputs/a"])


@pytest.mark.parametrize("as_share", [False, True])
async def test_B5_each_request_carries_a_proof_of_its_moment(
    as_share: bool, pool: StoragePool, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter(range(1_800_000_000, 1_900_000_000, 60))
    monkeypatch.setattr(storage.time, "time", lambda: next(seconds) + 0.9)
    caller = ANONYMOUS if as_share else CALLER

    await use(pool.as_share("token") if as_share else pool.as_caller("jwt", CALLER))

    times = [headers["x-api-time"] for headers in recorder.sent]
    assert len(times) >= 5
    assert len(set(times)) == len(times)
    for headers in recorder.sent:
        assert headers["x-api-proof"] == sign(SECRET, "storage", caller, headers["x-api-time"])
        assert headers.get("authorization") == (None if as_share else "Bearer jwt")
        assert headers.get("x-share-token") == ("token" if as_share else None)
