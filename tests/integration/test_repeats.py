"""Asking again when what a run started from is gone: the same wish is told what came of it, a new one is refused."""

import asyncio
from uuid import uuid4

import httpx

from libs.errors import ErrorCode
from tests.support.checks.snapshot import snapshot
from tests.support.clients.api_client import Person, opened, refused
from tests.support.images import photo
from tests.support.predictions import TWO, succeed_at_once
from tests.support.processes.api import Product, submit
from tests.support.waiting import SECONDS


async def failed_runs_from_variants(product: Product, person: Person) -> tuple[list[str], list[str]]:
    """Two runs that failed, each started from another variant of one render: the runs and the variants."""
    succeed_at_once(product.replicate)
    render = (await person.generation(**TWO))["render"]
    with product.stack.connect() as connection:
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


async def retry(person: Person, run: str, key: str | None = None) -> httpx.Response:
    return await person.api.post(f"/generations/{run}/retry", headers={"Idempotency-Key": key or uuid4().hex})


async def picture_of(person: Person, run: str) -> str | None:
    """The address of what a run started from."""
    return (await person.api.get(f"/generations/{run}")).raise_for_status().json()["data"]["input"]["url"]


async def test_a_run_whose_variant_was_deleted_is_not_made_again_without_it(product: Product, ann: Person) -> None:
    (gone, kept), (deleted, _) = await failed_runs_from_variants(product, ann)
    shown = await picture_of(ann, gone)
    assert shown is not None
    (await ann.api.delete(f"/renders/variants/{deleted}")).raise_for_status()
    # B4: nobody is sent to a file that is gone, however long its address would be good.
    async with asyncio.timeout(SECONDS):
        while not (await opened(shown)).is_error:  # noqa: ASYNC110 - another process removes it, behind the answer
            await asyncio.sleep(0.05)
    assert await picture_of(ann, gone) is None
    before = snapshot(product.stack, ann.user.id)
    refused(await retry(ann, gone), ErrorCode.INPUT_NOT_FOUND)
    assert snapshot(product.stack, ann.user.id) == before
    # Nothing else is wrong with it.
    product.replicate.fault(on="api", kind="cut")
    assert (await retry(ann, kept)).status_code == 202


async def test_a_repeated_retry_is_the_first_although_its_variant_is_gone(product: Product, ann: Person) -> None:
    (run, other), (variant, _) = await failed_runs_from_variants(product, ann)
    product.replicate.fault(on="api", kind="cut")
    first = (await retry(ann, run, "again")).raise_for_status().json()["data"]
    (await ann.api.delete(f"/renders/variants/{variant}")).raise_for_status()
    repeated = (await retry(ann, run, "again")).raise_for_status().json()["data"]
    assert repeated["id"] == first["id"]
    # The key is spent for any other wish.
    refused(await retry(ann, other, "again"), ErrorCode.IDEMPOTENCY_KEY_REUSED)


async def test_a_repeated_submit_is_the_first_although_its_photo_is_gone(product: Product, ann: Person) -> None:
    upload_id = await ann.upload(photo())
    wish = {"preset_id": "warm-minimal", "input": {"kind": "upload", "upload_id": upload_id}}
    product.replicate.fault(on="api", kind="cut")
    first = (await submit(ann.api, "once", **wish)).raise_for_status().json()["data"]
    (await ann.api.delete(f"/uploads/{upload_id}")).raise_for_status()
    repeated = (await submit(ann.api, "once", **wish)).raise_for_status().json()["data"]
    assert repeated["id"] == first["id"]
    refused(await submit(ann.api, **wish), ErrorCode.INPUT_NOT_FOUND)
