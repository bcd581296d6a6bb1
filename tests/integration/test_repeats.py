"""Asking again when what a run started from is gone: the same wish is told what came of it, a new one is refused."""

from typing import Any
from uuid import uuid4

import httpx

from libs.errors import ErrorCode
from tests.support.checks.snapshot import snapshot
from tests.support.clients.api_user import ApiUser, assert_refused, open_url
from tests.support.images import image_file
from tests.support.predictions import TWO_VARIANTS, succeed_at_once
from tests.support.processes.api import ApiProcess, submit
from tests.support.waiting import until


async def failed_runs_from_variants(api: ApiProcess, person: ApiUser) -> tuple[list[str], list[str]]:
    """Two runs that failed, each started from another variant of one render: the runs and the variants."""
    succeed_at_once(api.replicate)
    render = (await person.generation(**TWO_VARIANTS))["render"]
    with api.supabase.connect() as connection:
        rows = connection.execute(
            """
            insert into generation_jobs (
              owner_id, idempotency_key, request_hash, status, preset_id, title, prompt, settings, variants, seed,
              input_path, source_variant_id, credits, expected_seconds, deadline_at, error_code
            )
            select
              owner_id, id::text, '', 'failed', 'warm-minimal', 'A room', 'A room', '{}', 1, 7, 'renders/' || path, id,
              2, 10, now(), 'provider_failed'
            from render_variants where render_id = %s
            returning id::text, source_variant_id::text
            """,
            [render["id"]],
        ).fetchall()
    return [run for run, _ in rows], [variant for _, variant in rows]


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
    # The key is spent for any other wish.
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
