"""A13: while submits are paused, or the day's ceiling of provider cost is reached, nobody submits by any path."""

import asyncio
import math
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.errors import ANSWERS
from libs.app_config.database_rows import FOLDER
from libs.errors import ErrorCode
from local.cli.steps import ROOT
from tests.support.clients import http_client
from tests.support.clients.api_rpc import ApiRpc, failure, submission
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.clients.database_calls import Refused, call_as
from tests.support.clients.database_user import DatabaseUser, sign_up
from tests.support.clients.superuser import Superuser
from tests.support.predictions import running_generation
from tests.support.processes.api import ApiProcess, running_api, submit, until_ended
from tests.support.processes.supabase_stack import SupabaseStack
from tests.support.waiting import until

_BLOCK = re.search(
    r"^## Brakes\n```sql\n(.*?)^```", (ROOT / "docs/operations.md").read_text(), re.DOTALL | re.MULTILINE
)
assert _BLOCK
# What operators run, as docs/operations.md tells them.
PAUSE, RESUME, SET_CEILING, DROP_CEILING, LAST_DAYS, OFF_SALE, ON_SALE = [
    line for line in _BLOCK[1].splitlines() if line and not line.startswith("--")
]
SENTENCE = "We change the provider. Renders start again at 15:00 UTC."

COST = Decimal("0.001")  # of PRESET, a picture


@pytest.fixture(autouse=True)
def _brakes_off(superuser: Superuser) -> Iterator[None]:
    yield
    for statement in (RESUME, DROP_CEILING, ON_SALE, "delete from private.provider_days"):
        superuser.run(statement)


def spent(superuser: Superuser) -> Decimal:
    """The provider cost of today."""
    found = superuser.rows("select dollars from private.provider_days where day = (now() at time zone 'UTC')::date")
    return found[0]["dollars"] if found else Decimal(0)


def leave_room(superuser: Superuser, pictures: int) -> None:
    """A ceiling that lets so many more pictures of PRESET through."""
    today = "day = (now() at time zone 'UTC')::date"
    superuser.run(f"update private.provider_days set dollars = 5 - %s where {today}", pictures * COST)
    superuser.run("update private.brakes set ceiling = 5")


def jobs_of(superuser: Superuser, owner: str) -> tuple[int, int]:
    """How many jobs and ledger entries a person has."""
    jobs = superuser.value("select count(*) from generation_jobs where owner_id = %s", owner)
    return jobs, superuser.value("select count(*) from usage_ledger where owner_id = %s", owner)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """How PostgREST passed a refusal on."""
    return answer.status_code, answer.json()["message"]


async def test_A13_a_pause_stops_submits_by_the_api_and_direct(
    api: ApiProcess, api_rpc: ApiRpc, alice: DatabaseUser, api_alice: ApiUser, superuser: Superuser
) -> None:
    first = await api_rpc.submit(alice, idempotency_key="before")
    api.replicate.fault(on="api", kind="http", status=422)
    failed = (await submit(api_alice.client)).json()["error"]["details"]["job_id"]
    before = jobs_of(superuser, alice.id), jobs_of(superuser, api_alice.id)

    superuser.run(PAUSE)
    direct = await api_rpc.reserve(alice)
    by_api = await submit(api_alice.client)
    again = await api_alice.client.post(f"/generations/{failed}/retry", headers={"Idempotency-Key": uuid4().hex})

    assert refusal(direct) == (503, "submits_paused")
    for answer in (by_api, again):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["message"]) == (503, "submits_paused", SENTENCE)
        assert "details" not in error
    assert (jobs_of(superuser, alice.id), jobs_of(superuser, api_alice.id)) == before
    # A repeat of what began before is answered with it.
    assert (await api_rpc.submit(alice, idempotency_key="before"))["id"] == first["id"]

    superuser.run(RESUME)
    assert (await submit(api_alice.client)).status_code == 202


async def test_A13_a_pause_without_a_sentence_has_ours(api_alice: ApiUser, superuser: Superuser) -> None:
    superuser.run("update private.brakes set paused = true")

    assert_refused(await submit(api_alice.client), ErrorCode.SUBMITS_PAUSED)


async def test_A13_while_paused_everything_else_works(
    api: ApiProcess, api_alice: ApiUser, superuser: Superuser
) -> None:
    await api_alice.generation()
    job, _ = await running_generation(api, api_alice.client)
    superuser.run(PAUSE)
    client = api_alice.client

    assert len((await client.get("/renders")).raise_for_status().json()["data"]) == 1
    assert (await client.get("/usage")).is_success
    assert (await client.get("/me/export")).is_success
    assert (await client.post(f"/generations/{job}/cancel")).status_code == 202
    assert (await until_ended(client, job))["status"] == "canceled"
    assert (await client.delete("/me")).status_code == 202


async def test_A13_submits_at_once_do_not_pass_the_ceiling(
    api_rpc: ApiRpc, supabase: SupabaseStack, http: httpx.AsyncClient, superuser: Superuser
) -> None:
    people = [await sign_up(supabase, http, "crowd") for _ in range(12)]
    await api_rpc.submit(people.pop())
    leave_room(superuser, pictures=3)

    answers = await asyncio.gather(*(api_rpc.reserve(person) for person in people))

    assert Counter(answer.status_code for answer in answers) == {200: 3, 503: 8}
    assert {answer.json()["message"] for answer in answers if answer.is_error} == {"daily_ceiling_reached"}
    assert spent(superuser) == 5
    made = sum(jobs_of(superuser, person.id)[0] for person in people)
    entries = sum(jobs_of(superuser, person.id)[1] for person in people)
    assert (made, entries) == (3, 3)


async def test_A13_the_ceiling_tells_until_when(
    api_alice: ApiUser, alice: DatabaseUser, api_rpc: ApiRpc, superuser: Superuser
) -> None:
    superuser.run("update private.brakes set ceiling = 0")

    answer = await submit(api_alice.client)
    direct = await api_rpc.reserve(alice)

    details = assert_refused(answer, ErrorCode.DAILY_CEILING_REACHED)
    tomorrow = "select ((now() at time zone 'UTC')::date + 1)::timestamp at time zone 'UTC' = %s::timestamptz"
    assert superuser.value(tomorrow, details["until"])
    assert 0 < int(answer.headers["retry-after"]) <= 86_400
    assert "00:00 UTC" in ANSWERS[ErrorCode.DAILY_CEILING_REACHED][1]
    assert refusal(direct) == (503, "daily_ceiling_reached")
    superuser.run(DROP_CEILING)
    assert (await api_rpc.reserve(alice)).status_code == 200


async def test_A13_only_a_run_that_was_never_created_takes_its_cost_off(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    superuser.grant_cap(alice, 10)
    before = spent(superuser)

    job = (await api_rpc.submit(alice, variants=3))["id"]
    assert spent(superuser) == before + 3 * COST
    await api_rpc.guarded("release_generation", alice, {"job_id": job, "error_code": "provider_error"})
    await api_rpc.guarded("release_generation", alice, {"job_id": job, "error_code": "provider_error"})
    assert spent(superuser) == before

    job, prediction = (await api_rpc.submit(alice))["id"], f"prediction-{uuid4().hex}"
    (await api_rpc.attach(alice, job, prediction)).raise_for_status()
    await api_rpc.as_service("fail_generation", failure(job, prediction))
    assert spent(superuser) == before + COST


async def test_A13_a_deleted_account_leaves_what_it_cost(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    before = spent(superuser)
    await api_rpc.submit(alice)

    superuser.run("delete from auth.users where id = %s", alice.id)

    assert spent(superuser) == before + COST


def test_A13_without_brakes_nobody_submits(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser_connection: psycopg.Connection
) -> None:
    """Nothing that is missing counts as released: neither the brakes nor a preset's cost."""
    arguments = api_rpc.prove("reserve_generation", alice.id, submission())

    def reserve() -> object:
        return call_as(superuser_connection, "authenticated", alice.id, "reserve_generation", arguments)

    for missing, code in (("brakes", "submits_paused"), ("preset_costs", "preset_unavailable")):
        with superuser_connection.transaction(force_rollback=True):
            superuser_connection.execute(f"delete from private.{missing}".encode())
            with pytest.raises(Refused, match=code):
                reserve()
    with superuser_connection.transaction(force_rollback=True):
        assert reserve()


def test_A13_a_deployment_undoes_no_switch(superuser: Superuser) -> None:
    state = """
        select paused, pause_sentence, ceiling, (select active from presets where id = 'remote-cabin') as active
        from private.brakes
    """
    for statement in (PAUSE, SET_CEILING, OFF_SALE):
        superuser.run(statement)
    switched = superuser.rows(state)
    assert switched == [{"paused": True, "pause_sentence": SENTENCE, "ceiling": Decimal(250), "active": False}]

    # Undone again: the preset of these tests is not in runtime.py, so the files retire it.
    with superuser.connection.transaction(force_rollback=True):
        for file in sorted(FOLDER.iterdir()):
            superuser.connection.execute(file.read_bytes())
        after = superuser.rows(state)

    assert after == switched


async def test_A13_the_metric_is_the_share_of_the_ceiling(
    api: ApiProcess, api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser, tmp_path: Path
) -> None:
    await api_rpc.submit(alice)
    superuser.run(SET_CEILING)
    superuser.run("update private.provider_days set dollars = 205")
    assert superuser.rows(LAST_DAYS)[0]["dollars"] == 205

    def share() -> float:
        text = http_client.get(f"{own.url}/metrics").raise_for_status().text
        families = {family.name: family for family in text_string_to_metric_families(text)}
        (sample,) = families["maquette_provider_cost_share"].samples
        return sample.value

    with running_api(tmp_path, api.supabase, api.replicate) as own:
        # NaN while a busy machine does not answer in time.
        assert await until(share, lambda value: not math.isnan(value)) == 0.82
