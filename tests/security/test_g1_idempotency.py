"""G1: an Idempotency-Key belongs to one person and one request."""

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from api.errors import TransportCode
from libs.errors import ErrorCode
from tests.support.checks.snapshot import snapshot
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.clients.raw_http import connected, head
from tests.support.processes.api import TEXT_PRESET, ApiProcess, submit


def entries(api: ApiProcess, *people: ApiUser) -> Counter[tuple[str, int]]:
    """Their jobs' debits and refunds."""
    with api.supabase.connect() as connection:
        query = "select kind::text, amount from usage_ledger where owner_id = any(%s)"
        return Counter(connection.execute(query, [[person.id for person in people]]).fetchall())


def job_of(answer: Any) -> str:
    assert answer.status_code == 202, answer.text
    return answer.json()["data"]["id"]


async def test_G1_the_key_of_another_is_a_new_key(api: ApiProcess, api_alice: ApiUser, api_bob: ApiUser) -> None:
    key = uuid4().hex
    api.replicate.fault(on="run", kind="stall", times=2)
    anns, bens = await asyncio.gather(
        asyncio.gather(*(submit(api_alice.client, key) for _ in range(20))),
        asyncio.gather(*(submit(api_bob.client, key, prompt="Another lighthouse") for _ in range(20))),
    )
    (of_ann,) = {job_of(answer) for answer in anns}
    (of_ben,) = {job_of(answer) for answer in bens}
    assert of_ann != of_ben
    assert_refused(await api_bob.client.get(f"/generations/{of_ann}"), ErrorCode.GENERATION_NOT_FOUND)
    assert entries(api, api_alice, api_bob) == {("debit", -3): 2}


async def test_G1_the_same_key_for_another_wish_is_refused(api: ApiProcess, api_alice: ApiUser) -> None:
    api.replicate.fault(on="run", kind="stall")
    # A delivery about the first run would change its job while the others are refused.
    api.replicate.fault(on="delivery", kind="lose", times=1000)
    key = uuid4().hex
    first = job_of(await submit(api_alice.client, key, seed=5))
    before = snapshot(api.supabase, api_alice.id)
    for other in ({"seed": 6}, {"prompt": "Another lighthouse"}, {"preset_id": "first-ideas"}, {"seed": None}):
        assert_refused(await submit(api_alice.client, key, **{"seed": 5, **other}), ErrorCode.IDEMPOTENCY_KEY_REUSED)
    assert snapshot(api.supabase, api_alice.id) == before
    api.replicate.clear_faults()
    # What the body leaves out is what it would say: the same request.
    body = {name: value for name, value in TEXT_PRESET.items() if name not in {"settings", "variants"}} | {"seed": 5}
    answer = await api_alice.client.post("/generations", json=body, headers={"Idempotency-Key": key})
    assert job_of(answer) == first


async def test_G1_the_key_of_a_failed_wish_stays_spent(api: ApiProcess, api_alice: ApiUser) -> None:
    """The answer tells the failure; another run takes another key, which retry shows."""
    api.replicate.fault(on="api", kind="http", status=422)
    key = uuid4().hex
    failed = assert_refused(await submit(api_alice.client, key), ErrorCode.PROVIDER_ERROR)["job_id"]
    repeated = await submit(api_alice.client, key)
    assert job_of(repeated) == failed
    assert repeated.json()["data"]["status"] == "failed"
    assert entries(api, api_alice) == {("debit", -3): 1, ("refund", 3): 1}

    # The seed was drawn for the failed run, so its retry is another body.
    retry = f"/generations/{failed}/retry"
    assert_refused(
        await api_alice.client.post(retry, headers={"Idempotency-Key": key}), ErrorCode.IDEMPOTENCY_KEY_REUSED
    )
    api.replicate.fault(on="run", kind="stall")
    answers = await asyncio.gather(
        *(api_alice.client.post(retry, headers={"Idempotency-Key": "again"}) for _ in range(10))
    )
    (retried,) = {job_of(answer) for answer in answers}
    assert retried != failed
    assert entries(api, api_alice) == {("debit", -3): 2, ("refund", 3): 1}


@pytest.mark.parametrize(
    "key",
    [None, "", "a b", "a\tb", "schlüssel", "a" * 256, "a" * 10_240],
    ids=["none", "empty", "space", "tab", "not ASCII", "256", "10 kB"],
)
@pytest.mark.parametrize("address", ["", f"/{uuid4()}/retry"], ids=["submit", "retry"])
async def test_G1_a_malformed_key_is_refused(
    key: str | None, address: str, api: ApiProcess, api_alice: ApiUser
) -> None:
    before = snapshot(api.supabase, api_alice.id)
    body = b'{"preset_id": "graphic-poster", "prompt": "A lighthouse"}'
    headers: dict[str, str | int] = {
        "authorization": f"Bearer {api_alice.account.token}",
        "content_type": "application/json",
    }
    if key is not None:
        headers["idempotency_key"] = key
    async with connected(api.url) as connection:
        await connection.send(head("POST", f"/api/v1/generations{address}", content_length=len(body), **headers))
        await connection.send(body)
        assert_refused(await connection.answer(), TransportCode.INVALID_IDEMPOTENCY_KEY)
    assert snapshot(api.supabase, api_alice.id) == before


async def test_G1_the_longest_key_is_taken(api: ApiProcess, api_alice: ApiUser) -> None:
    api.replicate.fault(on="run", kind="stall")
    key = """~!"%25&+,.()*\\{}'=""" + "k" * 237
    assert len(key) == 255
    assert job_of(await submit(api_alice.client, key)) == job_of(await submit(api_alice.client, key))
