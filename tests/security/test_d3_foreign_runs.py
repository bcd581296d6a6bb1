"""D3: the `?job=` of a delivery is not signed: a good body may be sent about any job, and speaks for its own only."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from tests.support.checks.invariants import assert_sound
from tests.support.clients.api_client import Person, signed_in
from tests.support.clock import settled
from tests.support.predictions import ONE, deliver, outcome_of, prediction, run_ids, stalled, told
from tests.support.processes.api import Product, ended, submit


@pytest.fixture
async def alice(product: Product) -> AsyncIterator[Person]:
    async with signed_in(product, "alice") as somebody:
        yield somebody


@pytest.fixture
async def bob(product: Product) -> AsyncIterator[Person]:
    async with signed_in(product, "bob") as somebody:
        yield somebody


def counted(product: Product, outcome: str) -> float:
    """The metric that tells how many deliveries came to this."""
    lines = httpx.get(f"{product.url}/metrics").raise_for_status().text.splitlines()
    name = f'maquette_replicate_deliveries_total{{outcome="{outcome}"}} '
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


@pytest.mark.parametrize("status", ["processing", "succeeded", "failed", "canceled"])
async def test_D3_a_run_says_nothing_about_the_job_of_another(
    product: Product, alice: Person, bob: Person, status: str
) -> None:
    job, run = await stalled(product, alice.api)
    foreign_job, foreign_run = await stalled(product, bob.api)
    before, noted = _row(product, job), counted(product, "foreign_prediction")
    body = told(product, foreign_run, status, pictures=status == "succeeded")
    assert outcome_of(await deliver(product, job, body)) == "foreign_prediction"
    assert _row(product, job) == before
    assert counted(product, "foreign_prediction") == noted + 1
    # Each to its own job works.
    assert outcome_of(await deliver(product, foreign_job, told(product, foreign_run, "succeeded", 1))) == "applied"
    assert outcome_of(await deliver(product, job, told(product, run, "succeeded", 1))) == "applied"
    for person in (alice, bob):
        (only,) = await assert_sound(product, person.user.id)
        assert only["status"] == "succeeded"


async def test_D3_a_job_without_run_adopts_none_that_is_taken_and_one_that_is_free(
    product: Product, alice: Person, bob: Person
) -> None:
    foreign_job, foreign_run = await stalled(product, bob.api)
    # The create got no answer and was not carried out.
    product.replicate.fault(on="api", kind="cut")
    job = (await submit(alice.api, **ONE)).raise_for_status().json()["data"]["id"]
    assert outcome_of(await deliver(product, job, told(product, foreign_run, "succeeded", 1))) == "foreign_prediction"
    assert _row(product, job)[1] is None

    free = told(product, foreign_run, "succeeded", 1, id=f"run-{uuid4().hex}")
    assert outcome_of(await deliver(product, job, free)) == "applied"
    # Adopted once: nobody else has it, and this job has no other.
    assert outcome_of(await deliver(product, foreign_job, free)) == "foreign_prediction"
    another = told(product, foreign_run, "succeeded", 1, id=f"run-{uuid4().hex}")
    assert outcome_of(await deliver(product, job, another)) == "foreign_prediction"
    assert outcome_of(await deliver(product, foreign_job, told(product, foreign_run, "failed"))) == "applied"
    assert [entry["status"] for entry in await assert_sound(product, alice.user.id)] == ["succeeded"]
    assert [entry["status"] for entry in await assert_sound(product, bob.user.id)] == ["failed"]


async def test_D3_a_delivery_about_no_job_is_taken_and_does_nothing(product: Product, alice: Person) -> None:
    job, run = await stalled(product, alice.api)
    body = told(product, run, "succeeded", 1)
    noted = counted(product, "unknown_job")
    assert outcome_of(await deliver(product, str(uuid4()), body)) == "unknown_job"
    assert counted(product, "unknown_job") == noted + 1
    assert _row(product, job)[0] == "in flight"
    # The run is still free to speak for its own.
    assert outcome_of(await deliver(product, job, body)) == "applied"
    assert outcome_of(await deliver(product, job, told(product, run, "failed"))) == "repeated"
    await assert_sound(product, alice.user.id)


async def test_D3_two_jobs_that_ask_for_the_very_same_keep_their_own_runs(
    product: Product, alice: Person, bob: Person
) -> None:
    same = {**ONE, "prompt": "The very same", "seed": 4711}
    job, run = await stalled(product, alice.api, **same)
    # Bob's create fails, and the provider's list shows Alice's run, which is just what Bob asked for.
    product.replicate.fault(on="api", kind="http", status=500)
    known = run_ids(product.replicate)
    answer = await submit(bob.api, **same)
    assert answer.status_code == 202, answer.text
    assert run_ids(product.replicate) == known
    generation = await settled(product, bob.api, answer.json()["data"]["id"])
    assert (generation["status"], generation["error"]["code"]) == ("failed", "not_started")
    # Nobody stopped or took Alice's.
    assert _row(product, job)[1] == run
    assert b'"status":"processing"' in prediction(product.replicate, run)
    assert outcome_of(await deliver(product, job, told(product, run, "succeeded", 1))) == "applied"
    assert (await ended(alice.api, job))["status"] == "succeeded"
    for person in (alice, bob):
        await assert_sound(product, person.user.id)


def _row(product: Product, job: str) -> tuple[object, ...]:
    query = "select status, prediction_id, progress, finished_at from public.generation_jobs where id = %s"
    with product.stack.connect() as connection:
        (row,) = connection.execute(query, (job,)).fetchall()
    # Deliveries of its own run may come between: they tell nothing of an ending.
    return ("in flight" if row[0] in {"queued", "processing"} else row[0], *row[1:])
