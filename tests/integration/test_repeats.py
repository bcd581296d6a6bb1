"""Asking again when what a run started from is gone: a repeated request gets the first answer, a new one is refused."""

from typing import Any
from uuid import uuid4

import httpx

from libs.errors import ErrorCode
from tests.support.checks.snapshot import snapshot
from tests.support.clients.api_user import ApiUser, assert_refused, open_url
from tests.support.factories import JobRow, insert
from tests.support.images import image_file
from tests.support.predictions import TWO_VARIANTS, succeed_at_once
from tests.support.processes.api import ApiProcess, submit
from tests.support.waiting import until


async def failed_runs_from_variants(api: ApiProcess, user: ApiUser) -> tuple[list[str], list[str]]:
    """Two jobs that failed, each started from another variant of one render: the jobs and the variants."""
    succeed_at_once(api.replicate)
    render = (await user.generation(**TWO_VARIANTS))["render"]
    with api.supabase.connect() as connection:
        variants = connection.execute("select id, path from render_variants where render_id = %s", [render["id"]])
        jobs = [
            JobRow(
                owner_id=user.id,
                status="failed",
                error_code="provider_failed",
                preset_id="warm-minimal",
                input_path=f"renders/{path}",
                source_variant_id=variant_id,
            )
            for variant_id, path in variants.fetchall()
        ]
        insert(connection, jobs)
    return [str(job.id) for job in jobs], [str(job.source_variant_id) for job in jobs]


async def retry(person: ApiUser, run: str, key: str | None = None) -> httpx.Response:
    return await person.client.post(f"/generations/{run}/retry", headers={"Idempotency-Key": key or uuid4().hex})


async def picture_of(person: ApiUser, run: str) -> str | None:
    """The address of what a run started from."""
    return (await person.client.get(f"/generations/{run}")).raise_for_status().json()["data"]["input"]["url"]


async def test_a_run_whose_variant_was_deleted_is_not_made_again_without_it(api: ApiProcess, alice: ApiUser) -> None:
    (gone, kept), (deleted, _) = await failed_runs_from_variants(api, alice)
    shown = await picture_of(alice, gone)
    assert shown is not None
    (await alice.client.delete(f"/renders/variants/{deleted}")).raise_for_status()
    # B4: nobody is sent to a file that is gone, however long its address would be good.
    await until(lambda: open_url(shown), lambda answer: answer.is_error)
    assert await picture_of(alice, gone) is None
    before = snapshot(api.supabase, alice.id)
    assert_refused(await retry(alice, gone), ErrorCode.INPUT_NOT_FOUND)
    assert snapshot(api.supabase, alice.id) == before
    # Nothing else is wrong with it.
    api.replicate.fault(on="api", kind="cut")
    assert (await retry(alice, kept)).status_code == 202


async def test_a_repeated_retry_is_the_first_although_its_variant_is_gone(api: ApiProcess, alice: ApiUser) -> None:
    (run, other), (variant, _) = await failed_runs_from_variants(api, alice)
    api.replicate.fault(on="api", kind="cut")
    first = (await retry(alice, run, "again")).raise_for_status().json()["data"]
    (await alice.client.delete(f"/renders/variants/{variant}")).raise_for_status()
    repeated = (await retry(alice, run, "again")).raise_for_status().json()["data"]
    assert repeated["id"] == first["id"]
    # The key is spent for any other request.
    assert_refused(await retry(alice, other, "again"), ErrorCode.IDEMPOTENCY_KEY_REUSED)


async def test_a_repeated_submit_is_the_first_although_its_photo_is_gone(api: ApiProcess, alice: ApiUser) -> None:
    upload_id = await alice.upload(image_file())
    body: dict[str, Any] = {"preset_id": "warm-minimal", "input": {"kind": "upload", "upload_id": upload_id}}
    api.replicate.fault(on="api", kind="cut")
    first = (await submit(alice.client, "once", **body)).raise_for_status().json()["data"]
    (await alice.client.delete(f"/uploads/{upload_id}")).raise_for_status()
    repeated = (await submit(alice.client, "once", **body)).raise_for_status().json()["data"]
    assert repeated["id"] == first["id"]
    assert_refused(await submit(alice.client, **body), ErrorCode.INPUT_NOT_FOUND)
