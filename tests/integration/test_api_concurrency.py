"""Many submits of one person at once: the database admits what the plan and the slot allow, and not one more."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from libs.errors import ErrorCode
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.factories import JobRow, insert
from tests.support.processes.api import ApiProcess, submit, until_ended

AT_ONCE = 20
CREDITS = 3  # of TEXT_PRESET, a picture


def debits(api: ApiProcess, person: ApiUser) -> list[int]:
    with api.supabase.connect() as connection:
        query = "select amount from usage_ledger where owner_id = %s order by effective_at"
        return [amount for (amount,) in connection.execute(query, [person.id])]


def jobs(api: ApiProcess, person: ApiUser) -> list[str | None]:
    """The prediction of each of their jobs."""
    with api.supabase.connect() as connection:
        query = "select prediction_id from generation_jobs where owner_id = %s"
        return [prediction for (prediction,) in connection.execute(query, [person.id])]


async def predictions_for(api: ApiProcess, prompt: str) -> int:
    """How many runs with that prompt the provider was asked for."""
    replicate = api.replicate
    async with http_client.AsyncClient(base_url=replicate.base_url, headers=replicate.headers) as provider:
        listed = (await provider.get("/v1/predictions")).raise_for_status().json()["results"]
    return sum(prompt in prediction["input"]["prompt"] for prediction in listed)


async def test_of_twenty_submits_at_once_one_is_accepted(api: ApiProcess, alice: ApiUser) -> None:
    api.replicate.fault(on="run", kind="stall")
    prompt = f"lighthouse {uuid4().hex}"
    answers = await asyncio.gather(*(submit(alice.client, prompt=prompt) for _ in range(AT_ONCE)))
    assert Counter(answer.status_code for answer in answers) == {202: 1, 409: AT_ONCE - 1}
    (accepted,) = [answer.json()["data"]["id"] for answer in answers if answer.status_code == 202]
    for answer in answers:
        if answer.status_code == 409:
            assert assert_refused(answer, ErrorCode.GENERATION_IN_FLIGHT) == {"job_id": accepted}
    assert debits(api, alice) == [-CREDITS]
    assert len(jobs(api, alice)) == 1
    assert await predictions_for(api, prompt) == 1
    await alice.client.post(f"/generations/{accepted}/cancel")
    assert (await until_ended(alice.client, accepted))["status"] == "canceled"
    assert debits(api, alice) == [-CREDITS, CREDITS]


async def test_a_cap_of_three_pictures_admits_three(api: ApiProcess, alice: ApiUser) -> None:
    """What runs is ended by SQL, so that the slot is free and the cap alone decides."""
    with api.supabase.connect() as connection:
        connection.execute(
            "insert into plans values ('three-pictures', %s, 4, 9) on conflict do nothing", [3 * CREDITS + 1]
        )
        connection.execute("insert into plan_prices values ('three-pictures', 'three-pictures') on conflict do nothing")
        connection.execute("update profiles set price_id = 'three-pictures' where id = %s", [alice.id])
    statuses: Counter[int] = Counter()
    for _ in range(4):
        api.replicate.fault(on="run", kind="stall")
        answers = await asyncio.gather(*(submit(alice.client) for _ in range(8)))
        statuses.update(answer.status_code for answer in answers)
        with api.supabase.connect() as connection:
            connection.execute(
                "update generation_jobs set status = 'succeeded' where owner_id = %s and status <> 'succeeded'",
                [alice.id],
            )
    api.replicate.clear_faults()
    assert statuses == {202: 3, 409: 21, 402: 8}
    assert debits(api, alice) == [-CREDITS] * 3
    details = assert_refused(await submit(alice.client), ErrorCode.PLAN_CAP_REACHED)
    assert (details["used"], details["limit"], details["needed"], details["remaining"]) == (9, 10, 3, 1)


async def test_one_key_ten_times_at_once_is_one_generation(api: ApiProcess, alice: ApiUser) -> None:
    api.replicate.fault(on="run", kind="stall")
    key, prompt = uuid4().hex, f"lighthouse {uuid4().hex}"
    answers = await asyncio.gather(*(submit(alice.client, key, prompt=prompt) for _ in range(10)))
    assert Counter(answer.status_code for answer in answers) == {202: 10}
    (generation,) = {answer.json()["data"]["id"] for answer in answers}
    assert debits(api, alice) == [-CREDITS]
    assert len(jobs(api, alice)) == 1
    assert await predictions_for(api, prompt) == 1
    await alice.client.post(f"/generations/{generation}/cancel")


async def test_cancel_and_retry_at_once_leave_one_run(api: ApiProcess, alice: ApiUser) -> None:
    api.replicate.fault(on="api", kind="http", status=422)
    failed = assert_refused(await submit(alice.client), ErrorCode.PROVIDER_ERROR)["job_id"]
    api.replicate.fault(on="run", kind="stall", times=1)
    retries = [
        alice.client.post(f"/generations/{failed}/retry", headers={"Idempotency-Key": uuid4().hex}) for _ in range(10)
    ]
    answers = await asyncio.gather(*retries)
    assert Counter(answer.status_code for answer in answers) == {202: 1, 409: 9}
    (running,) = [answer.json()["data"]["id"] for answer in answers if answer.status_code == 202]
    cancels = await asyncio.gather(*(alice.client.post(f"/generations/{running}/cancel") for _ in range(5)))
    assert {answer.status_code for answer in cancels} == {202}
    assert (await until_ended(alice.client, running))["status"] == "canceled"
    assert debits(api, alice) == [-CREDITS, CREDITS, -CREDITS, CREDITS]


@pytest.mark.parametrize("limit", [1, 7])
async def test_pages_miss_and_repeat_nothing(api: ApiProcess, alice: ApiUser, limit: int) -> None:
    now = datetime.now(UTC)
    # Three jobs a second: ties are broken by the id.
    jobs = [JobRow(owner_id=alice.id, status="failed", created_at=now - timedelta(seconds=n // 3)) for n in range(20)]
    with api.supabase.connect() as connection:
        insert(connection, jobs)
    seen: list[str] = []
    where: dict[str, Any] = {"limit": limit}
    while where.get("cursor", "first") is not None:
        page = (await alice.client.get("/generations", params=where)).json()
        seen += [entry["id"] for entry in page["data"]]
        where["cursor"] = page["meta"]["next_cursor"]
    everything = (await alice.client.get("/generations", params={"limit": 100})).json()["data"]
    assert seen == [entry["id"] for entry in everything]
    assert len(set(seen)) == 20
