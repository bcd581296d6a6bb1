"""D4: the delivery comes before the API knows of the prediction, or is all that ever comes."""

import asyncio
from uuid import uuid4

import pytest

from tests.support.checks.invariants import assert_consistent
from tests.support.clients.api_user import ApiUser
from tests.support.predictions import TWO_VARIANTS, prediction_ids, succeed_at_once
from tests.support.processes.api import ApiProcess, submit, until_ended
from tests.support.processes.paused_api import paused_at


async def assert_one_render_by_one_run(api: ApiProcess, api_alice: ApiUser, known: set[str]) -> None:
    (only,) = await assert_consistent(api, api_alice.id)
    assert (only["status"], only["pictures"]) == ("succeeded", 2)
    assert {only["prediction_id"]} == prediction_ids(api.replicate) - known


async def test_D4_the_webhook_ends_the_job_before_its_run_is_attached(api: ApiProcess, api_alice: ApiUser) -> None:
    succeed_at_once(api.replicate)
    known = prediction_ids(api.replicate)
    async with (
        paused_at("before GenerationJobRepository.attach", api) as paused,
        paused.api.client(api_alice.account) as client,
    ):
        call = asyncio.create_task(submit(client, **TWO_VARIANTS))
        await paused.wait_until_paused()
        (job,) = (await api_alice.client.get("/generations")).raise_for_status().json()["data"]
        assert (await until_ended(api_alice.client, job["id"]))["status"] == "succeeded"
        paused.resume()
        answer = await call
    assert (answer.status_code, answer.json()["data"]["status"]) == (202, "succeeded")
    await assert_one_render_by_one_run(api, api_alice, known)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "cut"},
        {"kind": "garbage"},
        {"kind": "http", "status": 500},
        {"kind": "http", "status": 504},
        {"kind": "http", "status": 408},
    ],
    ids=["cut", "garbage", "500", "504", "408"],
)
async def test_D4_a_run_whose_create_got_no_answer_is_adopted(
    api: ApiProcess, api_alice: ApiUser, fault: dict[str, object]
) -> None:
    succeed_at_once(api.replicate)
    api.replicate.fault(on="api", performed=True, **fault)
    known, key = prediction_ids(api.replicate), str(uuid4())
    answer = await submit(api_alice.client, key, **TWO_VARIANTS)
    assert answer.status_code == 202, answer.text
    # The client repeats what seems to hang: the same job, no second run.
    again = await submit(api_alice.client, key, **TWO_VARIANTS)
    assert again.json()["data"]["id"] == answer.json()["data"]["id"]
    assert (await until_ended(api_alice.client, answer.json()["data"]["id"]))["status"] == "succeeded"
    await assert_one_render_by_one_run(api, api_alice, known)


async def test_D4_a_slow_create_is_waited_for(api: ApiProcess, api_alice: ApiUser) -> None:
    succeed_at_once(api.replicate)
    api.replicate.fault(on="api", kind="slow", seconds=1)
    known = prediction_ids(api.replicate)
    answer = await submit(api_alice.client, **TWO_VARIANTS)
    assert (await until_ended(api_alice.client, answer.json()["data"]["id"]))["status"] == "succeeded"
    await assert_one_render_by_one_run(api, api_alice, known)
