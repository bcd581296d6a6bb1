"""What must hold of a person's jobs, ledger, renders and files after whatever happened to them."""

from typing import Any

from psycopg.rows import dict_row

from tests.support.clients import http_client
from tests.support.clock import change_files
from tests.support.processes.api import ApiProcess

TERMINAL = {"succeeded", "failed", "canceled"}

_JOBS = """
select job.id, job.status, job.credits, job.variants, job.prediction_id,
  (select count(*) from public.renders where job_id = job.id) as renders,
  (select count(*) from public.render_variants as variant join public.renders as render on render.id = variant.render_id
    where render.job_id = job.id) as pictures,
  (select count(*) from public.renders as render join public.render_variants as variant
    on variant.render_id = render.id and variant.id = render.cover_variant_id where render.job_id = job.id) as covers,
  array(select amount from public.usage_ledger where job_id = job.id and kind = 'debit') as debits,
  array(select amount from public.usage_ledger where job_id = job.id and kind = 'refund') as refunds
from public.generation_jobs as job where job.owner_id = %s order by job.created_at
"""

_FILES = "select name from storage.objects where bucket_id = 'renders' and starts_with(name, %s) order by name"

_NAMES = """
select unnest(array[path, thumbnail_path]) as name from public.render_variants where owner_id = %s order by 1
"""


async def assert_consistent(api: ApiProcess, owner: str) -> list[dict[str, Any]]:
    """Assert that everything of a person is settled and adds up, to the last file. Answers their jobs, oldest first.

    Each job ended once; it has one debit, and one render or the debit back; what was not delivered was not paid; each
    picture's files open and no other file is there, once what is due for removal is removed.
    """
    await change_files(api)
    with api.supabase.connect() as connection:
        jobs = connection.cursor(row_factory=dict_row).execute(_JOBS, (owner,)).fetchall()
        files = [name for (name,) in connection.execute(_FILES, (f"{owner}/",))]
        names = [name for (name,) in connection.execute(_NAMES, (owner,))]
    for job in jobs:
        assert job["status"] in TERMINAL, job
        rendered = job["status"] == "succeeded"
        assert (job["renders"], job["covers"]) == ((1, 1) if rendered else (0, 0)), job
        assert 1 <= job["pictures"] <= job["variants"] if rendered else job["pictures"] == 0, job
        assert job["debits"] == [-job["credits"]], job
        unpaid = job["credits"] // job["variants"] * (job["variants"] - job["pictures"])
        assert job["refunds"] == ([unpaid] if unpaid else []), job
    assert len({job["prediction_id"] for job in jobs if job["prediction_id"]}) == sum(
        1 for job in jobs if job["prediction_id"]
    )
    assert files == names
    await _assert_files_open(api, names)
    return jobs


async def assert_nothing_left(api: ApiProcess, owner: str) -> None:
    """Assert that an account that was deleted left no row and no file."""
    assert await assert_consistent(api, owner) == []
    with api.supabase.connect() as connection:
        (entries,) = connection.execute(
            "select count(*) from public.usage_ledger where owner_id = %s", (owner,)
        ).fetchall()
    assert entries == (0,)


async def _assert_files_open(api: ApiProcess, names: list[str]) -> None:
    key = api.supabase.gateway.secret_key
    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    async with http_client.AsyncClient(
        base_url=f"{api.supabase.url}/storage/v1/object/renders", headers=headers
    ) as storage:
        for name in names:
            answer = await storage.get(f"/{name}")
            assert (answer.status_code, answer.headers["content-type"][:6]) == (200, "image/"), name
