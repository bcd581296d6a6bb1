"""A10: work is given back when nothing was made, but so many runs a day only, and what was ready is kept and paid."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from libs.app_config.runtime import LIMITS, PLANS
from libs.errors import ErrorCode
from tests.support.clients.api_rpc import ApiRpc, completion, failure
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser
from tests.support.factories import JobRow, insert
from tests.support.predictions import ONE_VARIANT, prediction_ids
from tests.support.processes.api import ApiProcess, submit, until_ended
from tests.support.waiting import until

TRIES = 100
FREE = PLANS[0].daily_given_back
# Which endings count: what the provider may bill, and what is not its own fault.
COUNTED = [("canceled", "canceled"), ("failed", "safety_blocked")]
FREE_OF_CHARGE = [
    ("canceled", "not_started"),
    ("failed", "provider_failed"),
    ("failed", "timed_out"),
    ("failed", "outputs_expired"),
]


@pytest.fixture(autouse=True)
def _no_fault_left(api: ApiProcess) -> Iterator[None]:
    yield
    api.replicate.clear_faults()


def balance(superuser: Superuser, person: DatabaseUser | ApiUser) -> tuple[int, int]:
    """How many jobs a person has, and what they paid for them."""
    paid = "select coalesce(-sum(amount), 0)::integer from usage_ledger where owner_id = %s"
    jobs = superuser.value("select count(*) from generation_jobs where owner_id = %s", person.id)
    return jobs, superuser.value(paid, person.id)


async def given_back(person: ApiUser) -> tuple[int, bool]:
    """What GET /usage says: how many today, and whether the bound is near."""
    answer = (await person.client.get("/usage")).raise_for_status().json()["data"]["given_back"]
    assert answer["bound"] == FREE
    return answer["count"], answer["is_near"]


def count_runs(superuser: Superuser, person: ApiUser, count: int) -> None:
    """Write runs of a person that were given back today."""
    runs = [
        JobRow(owner_id=person.id, status="canceled", error_code="canceled", given_back_at=datetime.now(UTC))
        for _ in range(count)
    ]
    insert(superuser.connection, runs)


@pytest.mark.parametrize(("outcome", "code"), COUNTED)
async def test_A10_of_a_hundred_runs_a_bound_is_given_back_direct(
    outcome: str, code: str, api_rpc: ApiRpc, alice: DatabaseUser, bob: DatabaseUser, superuser: Superuser
) -> None:
    answers = [await api_rpc.end_run(alice, outcome, code) for _ in range(TRIES)]

    assert Counter(answer.status_code for answer in answers) == {200: FREE, 429: TRIES - FREE}
    assert {answer.json()["message"] for answer in answers[FREE:]} == {"too_many_given_back"}
    details = msgspec.json.decode(answers[-1].json()["details"])
    tomorrow = "select ((now() at time zone 'UTC')::date + 1)::timestamp at time zone 'UTC' = %s::timestamptz"
    assert (details["count"], details["bound"]) == (FREE, FREE)
    assert superuser.value(tomorrow, details["until"])
    assert balance(superuser, alice) == (FREE, 0)
    assert (await api_rpc.reserve(bob)).status_code == 200

    superuser.run(
        "update generation_jobs set given_back_at = given_back_at - interval '1 day' where owner_id = %s", alice.id
    )
    assert (await api_rpc.reserve(alice)).status_code == 200


@pytest.mark.parametrize(("outcome", "code"), FREE_OF_CHARGE)
async def test_A10_the_providers_own_failures_never_count_direct(
    outcome: str, code: str, api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    answers = [await api_rpc.end_run(alice, outcome, code) for _ in range(TRIES)]

    assert {answer.status_code for answer in answers} == {200}
    assert balance(superuser, alice) == (TRIES, 0)


async def test_A10_of_a_hundred_cancels_by_the_api_the_provider_runs_a_bound(
    api: ApiProcess, api_alice: ApiUser, superuser: Superuser
) -> None:
    api.replicate.fault(on="run", kind="stall", times=TRIES)
    known = prediction_ids(api.replicate)
    statuses: Counter[int] = Counter()
    for _ in range(TRIES):
        answer = await submit(api_alice.client, **ONE_VARIANT)
        statuses[answer.status_code] += 1
        if answer.status_code == 202:
            job = answer.json()["data"]["id"]
            await until(
                lambda job=job: superuser.value("select status::text from generation_jobs where id = %s", job),
                lambda status: status == "processing",
            )
            assert (await api_alice.client.post(f"/generations/{job}/cancel")).status_code == 202
            await until_ended(api_alice.client, job)

    assert statuses == {202: FREE, 429: TRIES - FREE}
    assert len(prediction_ids(api.replicate) - known) == FREE
    assert balance(superuser, api_alice) == (FREE, 0)
    assert await given_back(api_alice) == (FREE, True)


@pytest.mark.parametrize(("kind", "made"), [("nsfw", FREE), ("e005", FREE), ("fail", TRIES)])
async def test_A10_of_a_hundred_failures_by_the_api_refusals_alone_count(
    kind: str, made: int, api: ApiProcess, api_alice: ApiUser, superuser: Superuser
) -> None:
    api.replicate.fault(on="run", kind=kind, times=TRIES)
    open_jobs = "select count(*) from generation_jobs where owner_id = %s and finished_at is null"
    statuses: Counter[int] = Counter()
    for _ in range(TRIES):
        statuses[(await submit(api_alice.client, **ONE_VARIANT)).status_code] += 1
        await until(lambda: superuser.value(open_jobs, api_alice.id), lambda count: count == 0)

    assert statuses == Counter({202: made}) + Counter({429: TRIES - made})
    assert balance(superuser, api_alice) == (made, 0)


async def test_A10_a_cancel_before_the_provider_began_does_not_count(
    api: ApiProcess, api_alice: ApiUser, superuser: Superuser
) -> None:
    api.replicate.fault(on="run", kind="stall", phase="starting")
    job = (await submit(api_alice.client, **ONE_VARIANT)).raise_for_status().json()["data"]["id"]

    await api_alice.client.post(f"/generations/{job}/cancel")

    assert (await until_ended(api_alice.client, job))["error"]["code"] == "canceled"
    assert await given_back(api_alice) == (0, False)
    assert balance(superuser, api_alice) == (1, 0)


async def test_A10_a_warning_comes_two_before_and_the_refusal_says_until_when(
    api_alice: ApiUser, superuser: Superuser
) -> None:
    seen = [await given_back(api_alice)]
    for more in (FREE - LIMITS.given_back_warning - 1, 1, 1, 1):
        count_runs(superuser, api_alice, more)
        seen.append(await given_back(api_alice))

    assert seen == [(0, False), (FREE - 3, False), (FREE - 2, True), (FREE - 1, True), (FREE, True)]
    refused = await submit(api_alice.client, **ONE_VARIANT)
    details = assert_refused(refused, ErrorCode.TOO_MANY_GIVEN_BACK)
    assert 0 < int(refused.headers["retry-after"]) <= 86_400
    ends = (await api_alice.client.get("/usage")).json()["data"]["given_back"]["ends_at"]
    assert superuser.value("select %s::timestamptz = %s::timestamptz", details["until"], ends)
    # Everything that makes nothing still works.
    assert (await api_alice.client.get("/renders")).status_code == 200


async def test_A10_a_larger_plan_has_a_larger_bound(api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser) -> None:
    for _ in range(FREE):
        await api_rpc.end_run(alice, "canceled", "canceled")
    assert (await api_rpc.reserve(alice)).status_code == 429

    superuser.run("update profiles set price_id = 'price_local_pro_month' where id = %s", alice.id)

    assert PLANS[1].daily_given_back > FREE
    assert (await api_rpc.reserve(alice)).status_code == 200


async def test_A10_a_delivery_that_comes_again_counts_once(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    job, prediction = (await api_rpc.submit(alice))["id"], f"prediction-{uuid4().hex}"
    (await api_rpc.attach(alice, job, prediction)).raise_for_status()
    arguments = failure(job, prediction, "canceled")

    answers = await asyncio.gather(*(api_rpc.as_service("fail_generation", arguments) for _ in range(20)))

    assert Counter(answer.json() for answer in answers) == {"applied": 1, "settled": 19}
    assert superuser.value("select count from private.given_back_today(%s, 'free')", alice.id) == 1


@pytest.mark.parametrize(
    ("canceled", "ready", "paid", "counted", "reason"),
    [
        (True, 1, 1, 1, "canceled"),
        (True, 3, 3, 1, "canceled"),
        # All that was asked for came: nothing is given back.
        (True, 4, 4, 0, None),
        # Nobody asked: the deadline stopped it.
        (False, 1, 1, 0, "timed_out"),
    ],
)
async def test_A10_what_was_ready_is_kept_and_paid(
    canceled: bool,
    ready: int,
    paid: int,
    counted: int,
    reason: str | None,
    api_rpc: ApiRpc,
    alice: DatabaseUser,
    superuser: Superuser,
) -> None:
    superuser.grant_cap(alice, 4)
    job, prediction = (await api_rpc.submit(alice, variants=4))["id"], f"prediction-{uuid4().hex}"
    (await api_rpc.attach(alice, job, prediction)).raise_for_status()
    if canceled:
        (await api_rpc.guarded("request_cancel", alice, {"job_id": job})).raise_for_status()
    timings = superuser.rows("select * from preset_timings")
    arguments = {**completion(alice.id, job, prediction, ready), "was_stopped": True}

    first = await api_rpc.as_service("complete_generation", arguments)
    again = await api_rpc.as_service("complete_generation", arguments)
    late = await api_rpc.as_service("fail_generation", failure(job, prediction, "canceled"))

    assert [answer.json() for answer in (first, again, late)] == ["applied", "repeated", "repeated"]
    assert superuser.net_debit(job) == paid
    refunds = superuser.rows("select amount, reason from usage_ledger where job_id = %s and kind = 'refund'", job)
    assert refunds == ([{"amount": 4 - ready, "reason": reason}] if reason else [])
    assert superuser.value("select count(*) from render_variants where owner_id = %s", alice.id) == ready
    assert superuser.value("select count from private.given_back_today(%s, 'free')", alice.id) == counted
    # A run that was stopped says nothing about how long its preset takes.
    assert superuser.rows("select * from preset_timings") == timings


async def test_A10_a_cancel_by_the_api_keeps_the_picture_that_was_ready(
    api: ApiProcess, api_alice: ApiUser, superuser: Superuser
) -> None:
    api.replicate.fault(on="run", kind="slow", seconds=3)
    client = api_alice.client
    job = (await submit(client, preset_id="first-ideas", variants=2)).raise_for_status().json()["data"]["id"]
    await until(
        lambda: superuser.value("select ready from generation_jobs where id = %s", job), lambda ready: ready == 1
    )

    await client.post(f"/generations/{job}/cancel")

    generation = await until_ended(client, job)
    assert (generation["status"], generation["ready"], generation["refunded"]) == ("succeeded", 1, False)
    (variant,) = generation["render"]["variants"]
    assert variant["index"] == 0
    assert superuser.net_debit(job) == generation["credits"] // 2
    assert await given_back(api_alice) == (1, False)


async def test_A10_a_ready_picture_that_the_provider_no_longer_gives_is_not_paid(
    api: ApiProcess, api_alice: ApiUser, superuser: Superuser
) -> None:
    api.replicate.fault(on="run", kind="slow", seconds=3)
    api.replicate.fault(on="output", kind="expired")
    client = api_alice.client
    job = (await submit(client, preset_id="first-ideas", variants=2)).raise_for_status().json()["data"]["id"]
    await until(
        lambda: superuser.value("select ready from generation_jobs where id = %s", job), lambda ready: ready == 1
    )

    await client.post(f"/generations/{job}/cancel")

    generation = await until_ended(client, job)
    assert (generation["status"], generation["error"]["code"]) == ("canceled", "canceled")
    assert superuser.net_debit(job) == 0
    assert await given_back(api_alice) == (1, False)
