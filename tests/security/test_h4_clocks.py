"""H4: a replica whose clock is four minutes off works, and says so; the database's clock decides what is money."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from local.stripe.events import signature
from tests.support.clients import http_client
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.api_user import ApiUser, signed_in
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser
from tests.support.clock import change_files, make_stale, reconcile
from tests.support.images import image_file
from tests.support.predictions import (
    TWO_VARIANTS,
    prediction_ids,
    succeed_at_once,
    until_new_prediction,
    until_prediction_ended,
)
from tests.support.processes.api import ApiProcess, running_api, submit, until_ended

# docs/deploy.md, "Clocks". Signatures and proofs are good for five minutes before and after.
TOLERATED_SECONDS = 240
EVENT: dict[str, Any] = {
    "id": "evt_clock",
    "object": "event",
    "type": "product.created",
    "livemode": False,
    "data": {"object": {"id": "prod_1", "object": "product"}},
}


@pytest.fixture(params=[TOLERATED_SECONDS, -TOLERATED_SECONDS], ids=["ahead", "behind"])
async def skewed(
    api: ApiProcess, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[ApiProcess, int]]:
    ahead: int = request.param
    settings = {"CLOCK_AHEAD_SECONDS": str(ahead)}
    module = "tests.support.processes.skewed_api"
    with running_api(tmp_path, api.supabase, api.replicate, settings, module=module) as running:
        yield running, ahead


async def test_H4_signatures_proofs_and_signed_urls_work_with_a_clock_that_is_off(
    skewed: tuple[ApiProcess, int],
) -> None:
    own, ahead = skewed
    async with signed_in(own, "late") as person:
        # Storage asks for a proof with the API's time, and Postgres judges it.
        photo = await person.client.post("/uploads", files={"file": ("a.jpg", image_file("JPEG"))})
        assert photo.status_code == 201, photo.text
        # Replicate signs its webhooks with its own clock.
        succeed_at_once(own.replicate, outputs=1)
        source = {"kind": "upload", "upload_id": photo.json()["data"]["id"]}
        job = (await submit(person.client, preset_id="warm-minimal", input=source)).raise_for_status().json()["data"]
        ended = await until_ended(person.client, job["id"])
        assert ended["status"] == "succeeded"
        shown = http_client.get(ended["render"]["variants"][0]["url"])
        assert shown.status_code == 200
        await a_process_whose_clock_is_right_redelivers(own, person)

    # Stripe's signature, with Stripe's clock.
    body = json.dumps(EVENT).encode()
    signed = signature(own.environment()["STRIPE_WEBHOOK_SECRET"], body, int(time.time()))
    headers = {"stripe-signature": signed, "content-type": "application/json"}
    answer = http_client.post(f"{own.url}/api/v1/webhooks/stripe", content=body, headers=headers)
    assert answer.json()["data"] == {"outcome": "ignored"}

    # What tells an operator.
    families = text_string_to_metric_families(http_client.get(f"{own.url}/metrics").raise_for_status().text)
    (told,) = (family.samples[0].value for family in families if family.name == "maquette_clock_ahead_seconds")
    assert told == pytest.approx(ahead, abs=5)


async def a_process_whose_clock_is_right_redelivers(own: ApiProcess, person: ApiUser) -> None:
    """Reconciliation signs for the API whose clock is off."""
    own.replicate.fault(on="delivery", kind="lose", times=1000)
    try:
        succeed_at_once(own.replicate)
        known = prediction_ids(own.replicate)
        job = (await submit(person.client, **TWO_VARIANTS)).raise_for_status().json()["data"]["id"]
        await until_prediction_ended(own.replicate, await until_new_prediction(own.replicate, known))
        make_stale(own, job)
        await reconcile(own)
        # Read past the API, which asks Replicate by itself when a person looks.
        with own.supabase.connect() as connection:
            rows = connection.execute("select status from generation_jobs where id = %s", [job]).fetchall()
        assert rows == [("succeeded",)]
        await change_files(own)
    finally:
        own.replicate.clear_faults()


async def test_H4_the_database_decides_when_a_create_without_answer_has_not_happened(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    """Reconciliation with a clock that is ahead would give credits back while Replicate still makes the prediction."""
    job = (await api_rpc.submit(alice))["id"]
    request = {"job_id": job, "error_code": "not_started", "older_than_seconds": 120}
    assert (await api_rpc.guarded("release_generation", alice, request)).json()["status"] == "queued"
    superuser.run("update generation_jobs set created_at = created_at - interval '121 seconds' where id = %s", job)
    assert (await api_rpc.guarded("release_generation", alice, request)).json()["status"] == "failed"
