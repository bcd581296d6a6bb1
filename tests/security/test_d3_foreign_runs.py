"""D3: the `?job=` of a delivery is not signed: a good body may be sent about any job, and speaks for its own only."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.checks.invariants import assert_consistent
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser
from tests.support.clock import until_settled
from tests.support.predictions import (
    ONE_VARIANT,
    deliver,
    delivery_body,
    outcome_of,
    prediction_ids,
    prediction_status,
    running_generation,
)
from tests.support.processes.api import ApiProcess, submit, until_ended


def counted(api: ApiProcess, outcome: str) -> float:
    """The metric that tells how many deliveries came to this."""
    lines = http_client.get(f"{api.url}/metrics").raise_for_status().text.splitlines()
    name = f'maquette_replicate_deliveries_total{{outcome="{outcome}"}} '
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


@pytest.mark.parametrize("status", ["processing", "succeeded", "failed", "canceled"])
async def test_D3_a_run_says_nothing_about_the_job_of_another(
    api: ApiProcess, api_alice: ApiUser, api_bob: ApiUser, status: str
) -> None:
    job, run = await running_generation(api, api_alice.client)
    foreign_job, foreign_run = await running_generation(api, api_bob.client)
    before, noted = _row(api, job), counted(api, "foreign_prediction")
    body = delivery_body(api, foreign_run, status, outputs=status == "succeeded")
    assert outcome_of(await deliver(api, job, body)) == "foreign_prediction"
    assert _row(api, job) == before
    assert counted(api, "foreign_prediction") == noted + 1
    # Each to its own job works.
    assert outcome_of(await deliver(api, foreign_job, delivery_body(api, foreign_run, "succeeded", 1))) == "applied"
    assert outcome_of(await deliver(api, job, delivery_body(api, run, "succeeded", 1))) == "applied"
    for person in (api_alice, api_bob):
        (only,) = await assert_consistent(api, person.id)
        assert only["status"] == "succeeded"


async def test_D3_a_job_without_run_adopts_none_that_is_taken_and_one_that_is_free(
    api: ApiProcess, api_alice: ApiUser, api_bob: ApiUser
) -> None:
    foreign_job, foreign_run = await running_generation(api, api_bob.client)
    # The create got no answer and was not carried out.
    api.replicate.fault(on="api", kind="cut")
    job = (await submit(api_alice.client, **ONE_VARIANT)).raise_for_status().json()["data"]["id"]
    assert outcome_of(await deliver(api, job, delivery_body(api, foreign_run, "succeeded", 1))) == "foreign_prediction"
    assert _row(api, job)[1] is None

    free = delivery_body(api, foreign_run, "succeeded", 1, id=f"run-{uuid4().hex}")
    assert outcome_of(await deliver(api, job, free)) == "applied"
    # Adopted once: nobody else has it, and this job has no other.
    assert outcome_of(await deliver(api, foreign_job, free)) == "foreign_prediction"
    another = delivery_body(api, foreign_run, "succeeded", 1, id=f"run-{uuid4().hex}")
    assert outcome_of(await deliver(api, job, another)) == "foreign_prediction"
    assert outcome_of(await deliver(api, foreign_job, delivery_body(api, foreign_run, "failed"))) == "applied"
    assert [entry["status"] for entry in await assert_consistent(api, api_alice.id)] == ["succeeded"]
    assert [entry["status"] for entry in await assert_consistent(api, api_bob.id)] == ["failed"]


async def test_D3_a_delivery_about_no_job_is_taken_and_does_nothing(api: ApiProcess, api_alice: ApiUser) -> None:
    job, run = await running_generation(api, api_alice.client)
    body = delivery_body(api, run, "succeeded", 1)
    noted = counted(api, "unknown_job")
    assert outcome_of(await deliver(api, str(uuid4()), body)) == "unknown_job"
    assert counted(api, "unknown_job") == noted + 1
    assert _row(api, job)[0] == "in flight"
    # The run is still free to speak for its own.
    assert outcome_of(await deliver(api, job, body)) == "applied"
    assert outcome_of(await deliver(api, job, delivery_body(api, run, "failed"))) == "repeated"
    await assert_consistent(api, api_alice.id)


async def test_D3_two_jobs_that_ask_for_the_very_same_keep_their_own_runs(
    api: ApiProcess, api_alice: ApiUser, api_bob: ApiUser
) -> None:
    same: dict[str, Any] = {**ONE_VARIANT, "prompt": "The very same", "seed": 4711}
    job, run = await running_generation(api, api_alice.client, **same)
    # Bob's create fails, and the provider's list shows Alice's run, which is just what Bob asked for.
    api.replicate.fault(on="api", kind="http", status=500)
    known = prediction_ids(api.replicate)
    answer = await submit(api_bob.client, **same)
    assert answer.status_code == 202, answer.text
    assert prediction_ids(api.replicate) == known
    generation = await until_settled(api, api_bob.client, answer.json()["data"]["id"])
    assert (generation["status"], generation["error"]["code"]) == ("failed", "not_started")
    # Nobody stopped or took Alice's.
    assert _row(api, job)[1] == run
    assert prediction_status(api.replicate, run) == "processing"
    assert outcome_of(await deliver(api, job, delivery_body(api, run, "succeeded", 1))) == "applied"
    assert (await until_ended(api_alice.client, job))["status"] == "succeeded"
    for person in (api_alice, api_bob):
        await assert_consistent(api, person.id)


def _row(api: ApiProcess, job: str) -> tuple[object, ...]:
    query = "select status, prediction_id, progress, finished_at from public.generation_jobs where id = %s"
    with api.supabase.connect() as connection:
        (row,) = connection.execute(query, (job,)).fetchall()
    # Deliveries of its own run may come between: they tell nothing of an ending.
    return ("in flight" if row[0] in {"queued", "processing"} else row[0], *row[1:])
