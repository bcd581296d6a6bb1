"""A8: however many submits arrive at once, through our API or past it, the plan's cap and the one slot hold."""

import asyncio
from collections import Counter
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.support.clients.api_rpc import ApiRpc, completion, submission
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser
from tests.support.factories import JobRow, insert

ROUNDS = 100
HALF = 5


def ledger_of(superuser: Superuser, person: DatabaseUser) -> list[int]:
    """The amounts of a person's ledger."""
    return [row["amount"] for row in superuser.rows("select amount from usage_ledger where owner_id = %s", person.id)]


async def test_A8_fifty_submits_at_the_last_credit_make_one_job_and_one_debit(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    superuser.grant_cap(alice, 1)

    answers = await asyncio.gather(*(api_rpc.reserve(alice) for _ in range(50)))

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[200] == 1
    assert statuses[402] + statuses[409] == 49
    assert ledger_of(superuser, alice) == [-1]


async def test_A8_of_submits_with_and_without_our_proof_one_with_it_wins_each_round(
    api_rpc: ApiRpc, alice: DatabaseUser, bob: DatabaseUser, superuser: Superuser
) -> None:
    """Half of them direct, as somebody sends them who has the publishable key and no proof of ours."""
    superuser.grant_cap(alice, 1)

    async def direct(number: int) -> httpx.Response:
        request = submission()
        forged = [
            {**api_rpc.prove("reserve_generation", alice.id, request), "proof": None},
            {**api_rpc.prove("reserve_generation", alice.id, request), "proof": "0" * 64},
            api_rpc.prove("reserve_generation", bob.id, request),
        ]
        return await alice.rpc("reserve_generation", forged[number % len(forged)])

    for _ in range(ROUNDS):
        both = [call for number in range(HALF) for call in (api_rpc.reserve(alice), direct(number))]
        answers = await asyncio.gather(*both)

        proven = Counter(answer.status_code for answer in answers[::2])
        assert (proven[200], proven[402] + proven[409]) == (1, HALF - 1)
        assert {answer.status_code for answer in answers[1::2]} == {403}
        assert ledger_of(superuser, alice) == [-1]
        assert superuser.value("select count(*) from generation_jobs where owner_id = %s", alice.id) == 1
        # The same credit is the last one again.
        superuser.run("delete from usage_ledger where owner_id = %s", alice.id)
        superuser.run("delete from generation_jobs where owner_id = %s", alice.id)


async def test_A8_a_race_of_submits_and_deliveries_never_passes_the_cap(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    """Whoever gets the slot has it freed at once, so that the next submit meets the cap and not the slot."""
    cap = 5
    superuser.grant_cap(alice, cap)
    refusals: Counter[str] = Counter()

    async def press_submit() -> None:
        while not refusals["plan_cap_reached"]:
            answer = await api_rpc.reserve(alice)
            if answer.is_success:
                job = answer.json()["job"]["id"]
                await api_rpc.as_service("complete_generation", completion(alice.id, job, f"prediction-{uuid4().hex}"))
            else:
                refusals[answer.json()["message"]] += 1

    await asyncio.gather(*(press_submit() for _ in range(8)))

    assert set(refusals) <= {"plan_cap_reached", "generation_in_flight"}
    assert sum(ledger_of(superuser, alice)) == -cap
    assert superuser.value("select count(*) from renders where owner_id = %s", alice.id) == cap


async def test_A8_one_key_pressed_ten_times_is_one_job(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    """Also G1 as far as the database holds it."""
    key = uuid4().hex

    answers = await asyncio.gather(*(api_rpc.reserve(alice, idempotency_key=key) for _ in range(10)))

    assert [answer.status_code for answer in answers] == [200] * 10
    assert len({answer.json()["job"]["id"] for answer in answers}) == 1
    assert [answer.json()["created"] for answer in answers].count(True) == 1
    assert ledger_of(superuser, alice) == [-1]


async def test_A8_a_key_is_bound_to_its_body_and_its_owner(
    api_rpc: ApiRpc, alice: DatabaseUser, bob: DatabaseUser
) -> None:
    first = await api_rpc.submit(alice, idempotency_key="breakfast")

    other_body = await api_rpc.reserve(alice, idempotency_key="breakfast", request_hash="another body")
    other_person = await api_rpc.submit(bob, idempotency_key="breakfast")

    assert (other_body.status_code, other_body.json()["message"]) == (422, "idempotency_key_reused")
    assert other_person["id"] != first["id"]
    assert (await api_rpc.submit(alice, idempotency_key="breakfast"))["id"] == first["id"]


async def test_A8_two_runs_in_flight_are_impossible_whoever_writes(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    await api_rpc.submit(alice)

    for status in ("queued", "processing"):
        with pytest.raises(psycopg.errors.UniqueViolation, match="generation_jobs_one_in_flight_idx"):
            insert(superuser.connection, [JobRow(owner_id=alice.id, status=status)])
    insert(superuser.connection, [JobRow(owner_id=alice.id, status="expired")])


async def test_A8_a_job_has_one_debit_and_one_refund_whoever_writes(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    job = (await api_rpc.submit(alice))["id"]
    entry = "insert into usage_ledger (owner_id, job_id, kind, amount, reason) values (%s, %s, %s, %s, 'test')"

    with pytest.raises(psycopg.errors.UniqueViolation):
        superuser.run(entry, alice.id, job, "debit", -1)
    superuser.run(entry, alice.id, job, "refund", 1)
    with pytest.raises(psycopg.errors.UniqueViolation):
        superuser.run(entry, alice.id, job, "refund", 1)


@pytest.mark.parametrize(("kind", "amount"), [("debit", 1), ("debit", 0), ("refund", -1), ("grant", -5)])
async def test_A8_an_entry_has_the_sign_of_its_kind(
    kind: str, amount: int, api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    job = (await api_rpc.submit(alice))["id"] if kind != "grant" else None
    superuser.run("delete from usage_ledger where owner_id = %s", alice.id)
    entry = "insert into usage_ledger (owner_id, job_id, kind, amount, reason) values (%s, %s, %s, %s, 'test')"

    with pytest.raises(psycopg.errors.CheckViolation):
        superuser.run(entry, alice.id, job, kind, amount)
    superuser.run(entry, alice.id, job, kind, -amount or -1)


async def test_A8_a_grant_raises_the_cap_of_its_month_only(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    superuser.grant_cap(alice, 0)
    grant = """
        insert into usage_ledger (owner_id, kind, amount, reason, effective_at)
        values (%s, 'grant', 1, 'test', date_trunc('month', now(), 'UTC') - %s * interval '1 microsecond')
    """

    superuser.run(grant, alice.id, 1)
    assert (await api_rpc.reserve(alice)).status_code == 402
    superuser.run(grant, alice.id, 0)
    assert (await api_rpc.reserve(alice)).status_code == 200


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
async def test_A8_the_month_ends_when_it_ends_in_utc(
    zone: str, alice: DatabaseUser, superuser_connection: psycopg.Connection
) -> None:
    """A caller of PostgREST picks the session's time zone by `Prefer: timezone=`."""
    with superuser_connection.transaction(force_rollback=True):
        superuser_connection.execute("select set_config('TimeZone', %s, true)", (zone,))
        row = superuser_connection.execute(
            "select period_start at time zone 'UTC', resets_at at time zone 'UTC' from private.usage_of(%s)",
            (alice.id,),
        ).fetchone()

    assert row is not None
    starts, ends = row
    assert (starts.day, starts.hour, ends.day, ends.hour) == (1, 0, 1, 0)
    assert (ends.year * 12 + ends.month) - (starts.year * 12 + starts.month) == 1


async def test_A8_a_plan_allows_only_so_many_variants(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    superuser.grant_cap(alice, 100)

    refused = await api_rpc.reserve(alice, variants=5)

    assert (refused.status_code, refused.json()["message"]) == (422, "too_many_variants")
    assert (await api_rpc.submit(alice, **submission(variants=4)))["credits"] == 4
