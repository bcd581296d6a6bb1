"""Every fault that can be queued does what its name says, once."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.integration.replicate.conftest import SCHNELL, SMALL, until_finished
from tests.support.processes.replicate import ReplicateProcess

BODY: dict[str, Any] = {"input": SMALL}


async def newest(api: httpx.AsyncClient) -> str:
    return (await api.get("/v1/predictions")).json()["results"][0]["id"]


@pytest.mark.parametrize("status", [400, 402, 422, 500, 503])
async def test_create_refused(api: httpx.AsyncClient, replicate: ReplicateProcess, status: int) -> None:
    replicate.fault(on="api", kind="http", status=status)
    refused = await api.post(SCHNELL, json=BODY)
    assert (refused.status_code, refused.json()["status"]) == (status, status)
    assert (await api.post(SCHNELL, json=BODY)).status_code == 201


async def test_create_throttled_says_when_to_return(api: httpx.AsyncClient, replicate: ReplicateProcess) -> None:
    replicate.fault(on="api", kind="http", status=429, retry_after=9)
    answer = await api.post(SCHNELL, json=BODY)
    assert answer.headers["retry-after"] == "9"
    assert "resets in ~9s." in answer.json()["detail"]


@pytest.mark.parametrize("performed", [False, True])
async def test_cut_answer(api: httpx.AsyncClient, replicate: ReplicateProcess, *, performed: bool) -> None:
    before = await until_finished(api, (await api.post(SCHNELL, json=BODY)).json()["id"])
    replicate.fault(on="api", kind="cut", performed=performed)
    with pytest.raises(httpx.RemoteProtocolError):
        await api.post(SCHNELL, json=BODY)
    assert (await newest(api) != before["id"]) is performed


@pytest.mark.parametrize("performed", [False, True])
async def test_no_answer(api: httpx.AsyncClient, replicate: ReplicateProcess, *, performed: bool) -> None:
    before = await until_finished(api, (await api.post(SCHNELL, json=BODY)).json()["id"])
    replicate.fault(on="api", kind="hang", performed=performed)
    with pytest.raises(httpx.ReadTimeout):
        await api.post(SCHNELL, json=BODY, timeout=0.5)
    assert (await newest(api) != before["id"]) is performed


async def test_garbage_and_slow_answers(api: httpx.AsyncClient, replicate: ReplicateProcess) -> None:
    replicate.fault(on="api", kind="garbage")
    garbage = await api.post(SCHNELL, json=BODY)
    assert garbage.text.startswith("<html>")
    replicate.fault(on="api", kind="slow", seconds=0.5)
    slow = await api.post(SCHNELL, json=BODY)
    assert slow.status_code == 201
    assert slow.elapsed.total_seconds() >= 0.5


async def test_fault_of_another_operation_waits_for_it(api: httpx.AsyncClient, replicate: ReplicateProcess) -> None:
    replicate.fault(on="api", kind="http", operation="get", status=503, times=2)
    created = (await api.post(SCHNELL, json=BODY)).json()["id"]
    statuses = [(await api.get(f"/v1/predictions/{created}")).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


@pytest.mark.parametrize(
    ("kind", "words"),
    [("fail", "CUDA out of memory"), ("nsfw", "NSFW content detected"), ("e005", "flagged as sensitive")],
)
async def test_failed_run(api: httpx.AsyncClient, replicate: ReplicateProcess, kind: str, words: str) -> None:
    replicate.fault(on="run", kind=kind)
    prediction = await until_finished(api, (await api.post(SCHNELL, json=BODY)).json()["id"])
    assert prediction["status"] == "failed"
    assert words in prediction["error"]
    assert prediction["output"] is None


async def test_aborted_run_never_started(api: httpx.AsyncClient, replicate: ReplicateProcess) -> None:
    replicate.fault(on="run", kind="abort")
    prediction = await until_finished(api, (await api.post(SCHNELL, json=BODY)).json()["id"])
    assert prediction["status"] == "aborted"
    assert "started_at" not in prediction


async def test_slow_run_takes_its_seconds_for_each_picture_and_shows_its_steps(
    api: httpx.AsyncClient, replicate: ReplicateProcess
) -> None:
    replicate.fault(on="run", kind="slow", seconds=0.6)
    created = (await api.post(SCHNELL, json={"input": SMALL | {"num_outputs": 2}})).json()["id"]
    seen: set[int] = set()
    while (prediction := (await api.get(f"/v1/predictions/{created}")).json())["status"] in {"starting", "processing"}:
        seen.add(len((prediction["logs"] or "").splitlines()))
        await asyncio.sleep(0.05)
    assert prediction["status"] == "succeeded"
    assert len(prediction["output"]) == 2
    assert prediction["metrics"]["predict_time"] >= 1.2
    assert len(seen) > 3


async def test_any_output_can_be_claimed(api: httpx.AsyncClient, replicate: ReplicateProcess) -> None:
    output = ["http://169.254.169.254/", None, ["nested"]]
    replicate.fault(on="run", kind="output", output=output)
    prediction = await until_finished(api, (await api.post(SCHNELL, json=BODY)).json()["id"])
    assert (prediction["status"], prediction["output"]) == ("succeeded", output)


@pytest.fixture
async def output_url(api: httpx.AsyncClient) -> str:
    prediction = await until_finished(api, (await api.post(SCHNELL, json=BODY)).json()["id"])
    return prediction["output"][0]


async def test_spoilt_output_once_then_the_picture(
    api: httpx.AsyncClient, replicate: ReplicateProcess, output_url: str
) -> None:
    good = (await api.get(output_url)).content
    for kind in ("expired", "error", "html", "redirect", "huge_dimensions"):
        replicate.fault(on="output", kind=kind)
        spoilt = await api.get(output_url)
        assert spoilt.content != good
        assert spoilt.status_code == {"expired": 404, "error": 503, "redirect": 302}.get(kind, 200)
        assert (await api.get(output_url)).content == good


async def test_huge_dimensions_are_declared_in_a_small_file(
    api: httpx.AsyncClient, replicate: ReplicateProcess, output_url: str
) -> None:
    replicate.fault(on="output", kind="huge_dimensions")
    content = (await api.get(output_url)).content
    assert len(content) < 1000
    with pytest.raises(Image.DecompressionBombError):
        Image.open(io.BytesIO(content))


async def test_wrong_length(api: httpx.AsyncClient, replicate: ReplicateProcess, output_url: str) -> None:
    replicate.fault(on="output", kind="wrong_length")
    with pytest.raises(httpx.RemoteProtocolError):
        await api.get(output_url)


async def read(chunks: AsyncIterator[bytes], limit: int) -> int:
    total = 0
    async for chunk in chunks:
        total += len(chunk)
        if total > limit:
            break
    return total


async def test_endless_body(api: httpx.AsyncClient, replicate: ReplicateProcess, output_url: str) -> None:
    replicate.fault(on="output", kind="endless")
    async with api.stream("GET", output_url) as answer:
        assert await read(answer.aiter_bytes(), 20_000_000) > 20_000_000


async def test_gzip_bomb_unpacks_to_a_hundred_times_its_size(
    api: httpx.AsyncClient, replicate: ReplicateProcess, output_url: str
) -> None:
    replicate.fault(on="output", kind="gzip_bomb")
    async with api.stream("GET", output_url) as answer:
        unpacked = await read(answer.aiter_bytes(), 30_000_000)
        assert unpacked > 100 * answer.num_bytes_downloaded


async def test_a_byte_a_second(api: httpx.AsyncClient, replicate: ReplicateProcess, output_url: str) -> None:
    replicate.fault(on="output", kind="drip")
    async with api.stream("GET", output_url, timeout=0.6) as answer:
        with pytest.raises(httpx.ReadTimeout):
            await read(answer.aiter_bytes(), 1000)


async def test_faults_are_listed_and_forgotten(api: httpx.AsyncClient, replicate: ReplicateProcess) -> None:
    replicate.fault(on="delivery", kind="lose", times=2)
    assert (await api.get("/_local/faults")).json()[0]["times"] == 2
    await api.delete("/_local/faults")
    assert (await api.get("/_local/faults")).json() == []


@pytest.mark.parametrize(
    "fault", [{"on": "moon"}, {"on": "run", "kind": "x"}, {"on": "run", "kind": "nsfw", "x": 1}, []]
)
async def test_unknown_fault_is_refused(api: httpx.AsyncClient, fault: object) -> None:
    assert (await api.post("/_local/faults", json=fault)).status_code == 400
    assert (await api.get("/_local/faults")).json() == []
