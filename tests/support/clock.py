"""Moves the timestamps of a job into the past, and runs what a scheduler runs every few minutes."""

from typing import Any

import httpx

from api.services import Services
from libs.app_config.settings import load_settings
from tests.support.processes.api import ApiProcess
from tests.support.waiting import until

SETTLED = {"succeeded", "failed", "canceled"}


def make_stale(api: ApiProcess, job_id: str) -> None:
    """Make a job one of which nothing was heard for an hour."""
    _change(api, job_id, "heard_at = now() - interval '1 hour'")


def end_grace(api: ApiProcess, job_id: str) -> None:
    """Make a job one that was reserved an hour ago: a create that was under way then has ended by now."""
    _change(api, job_id, "heard_at = now() - interval '1 hour', created_at = created_at - interval '1 hour'")


def pass_deadline(api: ApiProcess, job_id: str) -> None:
    """Make a job one whose deadline is over."""
    _change(api, job_id, "deadline_at = now() - interval '1 second'")


async def reconcile(api: ApiProcess) -> None:
    """What `python -m api.reconcile` does to jobs, without the start of a process."""
    settings, _ = load_settings(api.environment())
    services = Services(settings)
    try:
        await services.reconciliation.reconcile()
    finally:
        await services.aclose()


async def end_closings(api: ApiProcess) -> None:
    """What rounds of `python -m api.reconcile` do to closed accounts, until no step is left to do."""
    settings, _ = load_settings(api.environment())
    services = Services(settings)
    try:
        while await services.closing.advance():
            pass
    finally:
        await services.aclose()


async def change_files(api: ApiProcess) -> None:
    """What `python -m api.reconcile` does to files, after the time that an interrupted ingest has for another try."""
    with api.supabase.connect() as connection:
        connection.execute("update private.file_changes set due_at = now()")
    settings, _ = load_settings(api.environment())
    services = Services(settings)
    try:
        await services.file_changes.request_and_wait()
    finally:
        await services.aclose()


async def until_settled(api: ApiProcess, client: httpx.AsyncClient, job_id: str) -> dict[str, Any]:
    """A generation once reconcile has settled it, as its time passes without a webhook."""

    async def pass_time_and_look() -> dict[str, Any]:
        make_stale(api, job_id)
        await reconcile(api)
        generation = (await client.get(f"/generations/{job_id}")).raise_for_status().json()["data"]
        if generation["status"] not in SETTLED and _is_unattached(api, job_id):
            # Replicate was asked and knows of no prediction.
            end_grace(api, job_id)
        return generation

    return await until(pass_time_and_look, lambda generation: generation["status"] in SETTLED)


def _is_unattached(api: ApiProcess, job_id: str) -> bool:
    with api.supabase.connect() as connection:
        rows = connection.execute("select prediction_id from public.generation_jobs where id = %s", (job_id,))
        return rows.fetchall() == [(None,)]


def _change(api: ApiProcess, job_id: str, change: str) -> None:
    """Of unsettled jobs only: what ended stays as it was."""
    statement = f"update public.generation_jobs set {change} where id = %s and finished_at is null"
    with api.supabase.connect() as connection:
        connection.execute(statement.encode(), (job_id,))
