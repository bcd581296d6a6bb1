"""`python -m api.reconcile` as operators run it: a process of its own that ends what nobody else ended."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.errors import ErrorCode
from tests.support.clients.api_client import Person, refused
from tests.support.clock import fall_silent, outlive_grace, pass_deadline
from tests.support.predictions import TWO, ended_run, new_run, prediction, run_ids, stalled, succeed_at_once
from tests.support.processes.api import Product, running_product, submit


def run(product: Product, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.reconcile", *arguments],
        env=product.environment() | variables,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


async def status_of(person: Person, job: str) -> str:
    return (await person.api.get(f"/generations/{job}")).raise_for_status().json()["data"]["status"]


async def used(person: Person) -> int:
    return (await person.api.get("/usage")).raise_for_status().json()["data"]["used"]


@pytest.fixture(autouse=True)
def no_fault_left(product: Product) -> Iterator[None]:
    yield
    product.replicate.clear_faults()


async def test_a_job_whose_webhooks_were_lost_gets_its_pictures(product: Product, ann: Person) -> None:
    product.replicate.fault(on="delivery", kind="lose", times=1000)
    succeed_at_once(product.replicate)
    known = run_ids(product.replicate)
    job = (await submit(ann.api, **TWO)).raise_for_status().json()["data"]["id"]
    await ended_run(product.replicate, await new_run(product.replicate, known))
    assert await status_of(ann, job) == "queued"
    fall_silent(product, job)

    done = run(product)

    assert done.returncode == 0, done.stderr
    assert await status_of(ann, job) == "succeeded"
    assert await used(ann) == 2
    # What has ended is left alone.
    assert run(product).returncode == 0
    assert await used(ann) == 2


async def test_a_run_past_its_deadline_is_stopped_and_given_back(product: Product, ann: Person) -> None:
    job, prediction_id = await stalled(product, ann.api)
    pass_deadline(product, job)
    fall_silent(product, job)

    assert run(product).returncode == 0

    assert b'"status":"canceled"' in prediction(product.replicate, prediction_id)
    assert await status_of(ann, job) in {"failed", "expired", "canceled"}
    assert await used(ann) == 0


async def test_a_reservation_without_a_run_is_given_back_after_the_grace(product: Product, ann: Person) -> None:
    """As a process leaves it that died between the reservation and the create."""
    product.replicate.fault(on="api", operation="create", kind="cut", performed=False)
    job = (await submit(ann.api)).raise_for_status().json()["data"]["id"]
    fall_silent(product, job)
    assert run(product).returncode == 0
    assert await status_of(ann, job) == "queued"

    outlive_grace(product, job)
    assert run(product).returncode == 0
    assert await status_of(ann, job) == "failed"
    assert await used(ann) == 0


def test_without_a_database_it_says_so_and_fails(product: Product) -> None:
    """A scheduler that runs it every few minutes has to notice."""
    done = run(product, SUPABASE_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Could not reconcile: database_unavailable"
    assert product.stack.gateway.secret_key not in done.stdout + done.stderr


def test_with_a_pause_it_goes_on_through_an_outage(product: Product) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "api.reconcile", "--every", "1"],
        env=product.environment() | {"SUPABASE_URL": "http://127.0.0.1:9"},
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


def test_incomplete_settings_are_named(product: Product) -> None:
    done = run(product, REPLICATE_API_TOKEN="")
    assert done.returncode == 1
    assert "REPLICATE_API_TOKEN" in done.stderr


async def test_a_proof_of_another_key_is_answered_503_and_reported(
    product: Product, ann: Person, tmp_path: Path
) -> None:
    other = {"API_PROOF_SECRET": "proof_local_other_" + "0" * 32}
    with running_product(tmp_path, product.stack, product.replicate, other) as replica:
        async with replica.client(ann.user) as api:
            refused(await submit(api), ErrorCode.DATABASE_UNAVAILABLE)
            assert (await api.get("/generations")).json()["data"] == []
        assert "proof_refused" in replica.log.read_text()

    done = run(product, **other)

    assert done.returncode == 1
    assert "Could not reconcile: database_unavailable" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
