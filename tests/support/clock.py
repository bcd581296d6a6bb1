"""Time that passes without waiting: rows are made older, and what runs every few minutes is run."""

import asyncio
import time
from typing import Any

import httpx

from api.services import Services
from libs.app_config.settings import load_settings
from tests.support.processes.api import ApiProcess
from tests.support.waiting import SECONDS

SETTLED = {"succeeded", "failed", "canceled"}


def make_stale(api: ApiProcess, job_id: str) -> None:
    """Nothing was heard of a job for an hour."""
    _change(api, job_id, "heard_at = now() - interval '1 hour'")


def end_grace(api: ApiProcess, job_id: str) -> None:
    """A job was reserved an hour ago: a create that was under way then has ended one way or another."""
    _change(api, job_id, "heard_at = now() - interval '1 hour', created_at = created_at - interval '1 hour'")


def pass_deadline(api: ApiProcess, job_id: str) -> None:
    """A job's time is up."""
    _change(api, job_id, "deadline_at = now() - interval '1 second'")


async def reconcile(api: ApiProcess) -> None:
    """What `python -m api.reconcile` does to jobs, without the start of a process."""
    settings, _ = load_settings(api.environment())
    services = Services(settings)
    try:
        await services.reconciliation.reconcile()
    finally:
        await services.aclose()


async def remove_files(api: ApiProcess) -> None:
    """What `python -m api.reconcile` does to files, after the time that an interrupted ingest has for another try."""
    with api.supabase.connect() as connection:
        connection.execute("update private.file_removals set due_at = now()")
    settings, _ = load_settings(api.environment())
    services = Services(settings)
    try:
        await services.file_removals.request_and_wait()
    finally:
        await services.aclose()


async def until_settled(
    api: ApiProcess, client: httpx.AsyncClient, job_id: str, seconds: float = SECONDS
) -> dict[str, Any]:
    """A generation that was left alone, once time and reconcile have settled it."""
    deadline = time.monotonic() + seconds
    while True:
        make_stale(api, job_id)
        await reconcile(api)
        generation = await _read(client, job_id)
        if generation["status"] in SETTLED:
            return generation
        if time.monotonic() > deadline:
            raise TimeoutError(f"generation {job_id} is still {generation['status']}")
        if _is_unattached(api, job_id):
            # The provider was asked and knows of no run.
            end_grace(api, job_id)
        else:
            await asyncio.sleep(0.2)


async def _read(client: httpx.AsyncClient, job_id: str) -> dict[str, Any]:
    return (await client.get(f"/generations/{job_id}")).raise_for_status().json()["data"]


def _is_unattached(api: ApiProcess, job_id: str) -> bool:
    with api.supabase.connect() as connection:
        rows = connection.execute("select prediction_id from public.generation_jobs where id = %s", (job_id,))
        return rows.fetchall() == [(None,)]


def _change(api: ApiProcess, job_id: str, change: str) -> None:
    """Of unsettled jobs only: what ended stays as it was."""
    statement = f"update public.generation_jobs set {change} where id = %s and finished_at is null"
    with api.supabase.connect() as connection:
        connection.execute(statement.encode(), (job_id,))
