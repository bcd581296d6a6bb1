"""`python -m api.reconcile` as operators run it: a process of its own that ends what nobody else ended."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.errors import ErrorCode
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.clock import end_grace, make_stale, pass_deadline
from tests.support.predictions import (
    TWO_VARIANTS,
    prediction_ids,
    prediction_status,
    running_generation,
    succeed_at_once,
    until_new_prediction,
    until_prediction_ended,
)
from tests.support.processes.api import ApiProcess, running_api, submit


def run(api: ApiProcess, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.reconcile", *arguments],
        env=api.environment() | variables,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


async def status_of(person: ApiUser, job: str) -> str:
    return (await person.client.get(f"/generations/{job}")).raise_for_status().json()["data"]["status"]


async def used(person: ApiUser) -> int:
    return (await person.client.get("/usage")).raise_for_status().json()["data"]["used"]


@pytest.fixture(autouse=True)
def no_fault_left(api: ApiProcess) -> Iterator[None]:
    yield
    api.replicate.clear_faults()


async def test_a_job_whose_webhooks_were_lost_gets_its_pictures(api: ApiProcess, alice: ApiUser) -> None:
    api.replicate.fault(on="delivery", kind="lose", times=1000)
    succeed_at_once(api.replicate)
    known = prediction_ids(api.replicate)
    job = (await submit(alice.client, **TWO_VARIANTS)).raise_for_status().json()["data"]["id"]
    await until_prediction_ended(api.replicate, await until_new_prediction(api.replicate, known))
    assert await status_of(alice, job) == "queued"
    make_stale(api, job)

    done = run(api)

    assert done.returncode == 0, done.stderr
    assert await status_of(alice, job) == "succeeded"
    assert await used(alice) == 2
    # What has ended is left alone.
    assert run(api).returncode == 0
    assert await used(alice) == 2


async def test_a_run_past_its_deadline_is_stopped_and_given_back(api: ApiProcess, alice: ApiUser) -> None:
    job, prediction_id = await running_generation(api, alice.client)
    pass_deadline(api, job)
    make_stale(api, job)

    assert run(api).returncode == 0

    assert prediction_status(api.replicate, prediction_id) == "canceled"
    assert await status_of(alice, job) in {"failed", "expired", "canceled"}
    assert await used(alice) == 0


async def test_a_reservation_without_a_run_is_given_back_after_the_grace(api: ApiProcess, alice: ApiUser) -> None:
    """As a process leaves it that died between the reservation and the create."""
    api.replicate.fault(on="api", operation="create", kind="cut", performed=False)
    job = (await submit(alice.client)).raise_for_status().json()["data"]["id"]
    make_stale(api, job)
    assert run(api).returncode == 0
    assert await status_of(alice, job) == "queued"

    end_grace(api, job)
    assert run(api).returncode == 0
    assert await status_of(alice, job) == "failed"
    assert await used(alice) == 0


def test_old_notes_of_deliveries_are_deleted(api: ApiProcess) -> None:
    with api.supabase.connect() as connection:
        connection.execute(
            """
            insert into webhook_events (provider, event_id, kind, outcome, received_at)
            select 'stripe', 'evt_old_' || n, 'invoice.paid', 'applied', now() - interval '30 days 1 minute'
            from generate_series(1, 501) as n
            union all select 'stripe', 'evt_old_young', 'invoice.paid', 'applied', now() - interval '29 days'
            """
        )
    assert run(api).returncode == 0
    with api.supabase.connect() as connection:
        left = connection.execute("select event_id from webhook_events where event_id like 'evt_old_%'").fetchall()
    assert left == [("evt_old_young",)]


def test_without_a_database_it_says_so_and_fails(api: ApiProcess) -> None:
    """A scheduler that runs it every few minutes has to notice."""
    done = run(api, SUPABASE_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Could not reconcile: database_unavailable"
    assert api.supabase.gateway.secret_key not in done.stdout + done.stderr


def test_with_a_pause_it_goes_on_through_an_outage(api: ApiProcess) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "api.reconcile", "--every", "1"],
        env=api.environment() | {"SUPABASE_URL": "http://127.0.0.1:9"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        failures = [line for line, _ in zip(process.stdout, range(2), strict=False)]
    finally:
        process.terminate()
        process.wait(10)
    assert all("reconcile_failed" in line for line in failures)
    assert len(failures) == 2


def test_incomplete_settings_are_named(api: ApiProcess) -> None:
    done = run(api, REPLICATE_API_TOKEN="")
    assert done.returncode == 1
    assert "REPLICATE_API_TOKEN" in done.stderr


async def test_a_proof_of_another_key_is_answered_503_and_reported(
    api: ApiProcess, alice: ApiUser, tmp_path: Path
) -> None:
    other = {"API_PROOF_SECRET": "proof_local_other_" + "0" * 32}
    with running_api(tmp_path, api.supabase, api.replicate, other) as replica:
        async with replica.client(alice.account) as client:
            assert_refused(await submit(client), ErrorCode.DATABASE_UNAVAILABLE)
            assert (await client.get("/generations")).json()["data"] == []
        assert "proof_refused" in replica.log.read_text()

    done = run(api, **other)

    assert done.returncode == 1
    assert "Could not reconcile: database_unavailable" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
