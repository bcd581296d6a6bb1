"""D4: the provider's word comes before the API knows of the run, or is all that ever comes."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.support.checks.invariants import assert_sound
from tests.support.clients.api_client import Person, signed_in
from tests.support.predictions import TWO, run_ids, succeed_at_once
from tests.support.processes.api import Product, ended, submit
from tests.support.processes.paused_api import held_at


@pytest.fixture
async def person(product: Product) -> AsyncIterator[Person]:
    async with signed_in(product, "early") as somebody:
        yield somebody


async def assert_one_render_by_one_run(product: Product, person: Person, known: set[str]) -> None:
    (only,) = await assert_sound(product, person.user.id)
    assert (only["status"], only["pictures"]) == ("succeeded", 2)
    assert {only["prediction_id"]} == run_ids(product.replicate) - known


async def test_D4_the_webhook_ends_the_job_before_its_run_is_attached(product: Product, person: Person) -> None:
    succeed_at_once(product.replicate)
    known = run_ids(product.replicate)
    async with (
        held_at("before GenerationJobRepository.attach", product) as held,
        held.product.client(person.user) as client,
    ):
        call = asyncio.create_task(submit(client, **TWO))
        await held.reached()
        (job,) = (await person.api.get("/generations")).raise_for_status().json()["data"]
        assert (await ended(person.api, job["id"]))["status"] == "succeeded"
        held.go_on()
        answer = await call
    assert (answer.status_code, answer.json()["data"]["status"]) == (202, "succeeded")
    await assert_one_render_by_one_run(product, person, known)


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
    product: Product, person: Person, fault: dict[str, object]
) -> None:
    succeed_at_once(product.replicate)
    product.replicate.fault(on="api", performed=True, **fault)
    known, key = run_ids(product.replicate), str(uuid4())
    answer = await submit(person.api, key, **TWO)
    assert answer.status_code == 202, answer.text
    # The client repeats what seems to hang: the same job, no second run.
    again = await submit(person.api, key, **TWO)
    assert again.json()["data"]["id"] == answer.json()["data"]["id"]
    assert (await ended(person.api, answer.json()["data"]["id"]))["status"] == "succeeded"
    await assert_one_render_by_one_run(product, person, known)


async def test_D4_a_slow_create_is_waited_for(product: Product, person: Person) -> None:
    succeed_at_once(product.replicate)
    product.replicate.fault(on="api", kind="slow", seconds=1)
    known = run_ids(product.replicate)
    answer = await submit(person.api, **TWO)
    assert (await ended(person.api, answer.json()["data"]["id"]))["status"] == "succeeded"
    await assert_one_render_by_one_run(product, person, known)
