"""A generation as its owner sees it, in every state it can be in."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from libs.repositories.generation_jobs import JobRow
from libs.repositories.storage import INPUTS, RENDERS, Storage
from libs.services.gallery.views import RenderView, render_files, render_view

IN_FLIGHT: Final = frozenset({"queued", "processing"})
UNSETTLED: Final = IN_FLIGHT | {"expired"}
RETRYABLE: Final = frozenset({"failed", "canceled", "expired"})

# A generation is overdue when it takes this many times what its preset usually takes.
OVERDUE_FACTOR: Final = 1.5
# Below this percentage the time that the preset usually takes is the better estimate.
TRUSTED_PROGRESS: Final = 10

PROVIDER_FAILED: Final = "The image provider failed. Your credits are back. Try again."
# By error code, why a generation made nothing. The first five never reached Replicate.
SENTENCES: Final = {
    "input_not_found": "The picture to start from was deleted. Your credits are back. Choose another one.",
    "storage_unavailable": "We could not hand over your photo. Your credits are back. Try again.",
    "preset_unavailable": "This preset is no longer offered. Your credits are back. Choose another one.",
    "validation_failed": "This preset has other settings now. Your credits are back. Choose them again.",
    "not_started": "This run did not start. Your credits are back. Try again.",
    "provider_error": PROVIDER_FAILED,
    "provider_failed": PROVIDER_FAILED,
    "safety_blocked": "Blocked by the provider's safety check. Your credits are back. Change the prompt or photo.",
    "outputs_expired": "The pictures expired before we could save them. Your credits are back.",
    "timed_out": "This run took too long and was stopped. Your credits are back.",
    "canceled": "Canceled. Your credits are back.",
}
UNCONFIRMED: Final = "This run took too long and was stopped. Your credits come back when the provider confirms it."


class InputView(msgspec.Struct, frozen=True):
    """What a run starts from. `url` is null when the picture was deleted since."""

    kind: Literal["upload", "variant"]
    upload_id: str | None
    variant_id: UUID | None
    url: str | None


class ReasonView(msgspec.Struct, frozen=True):
    """Why a generation made nothing."""

    code: str
    message: str


class GenerationView(msgspec.Struct, frozen=True):
    """A generation. `progress` is in percent, `ready` counts pictures, `seconds_left` is an estimate.

    `render` is null until there is one, and again once it was moved to the trash.
    """

    id: UUID
    status: Literal["queued", "processing", "expired", "succeeded", "failed", "canceled"]
    preset_id: str
    title: str
    prompt: str
    settings: dict[str, Any]
    variants: int
    seed: int
    input: InputView | None
    collection_id: UUID | None
    credits: int
    refunded: bool
    progress: int
    ready: int
    seconds_left: int | None
    overdue: bool
    cancel_requested: bool
    error: ReasonView | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    deadline_at: datetime
    render: RenderView | None


def file_names(jobs: list[JobRow]) -> list[str]:
    """Every stored file that the views of these jobs show, as `bucket/path`."""
    names = [job.input_path for job in jobs if job.input_path and not is_source_gone(job)]
    for job in jobs:
        if job.render:
            names.extend(render_files(job.render))
    return names


async def generation_views(jobs: list[JobRow], storage: Storage, now: datetime) -> list[GenerationView]:
    """Views of jobs, with one batch call for their URLs."""
    urls = await storage.signed_urls(file_names(jobs))
    return [_view(job, urls, now) for job in jobs]


def _view(job: JobRow, urls: dict[str, str], now: datetime) -> GenerationView:
    seconds_left, overdue = time_left(job, now)
    return GenerationView(
        id=job.id,
        status=job.status,  # pyright: ignore[reportArgumentType] - the column's enum has these values only
        preset_id=job.preset_id,
        title=job.title,
        prompt=job.prompt,
        settings=job.settings,
        variants=job.variants,
        seed=job.seed,
        input=_input(job, urls),
        collection_id=job.collection_id,
        credits=job.credits,
        refunded=job.status in {"failed", "canceled"},
        progress=job.progress,
        ready=job.ready,
        seconds_left=seconds_left,
        overdue=overdue,
        cancel_requested=job.cancel_requested_at is not None,
        error=_reason(job),
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        deadline_at=job.deadline_at,
        render=render_view(job.render, urls) if job.render and job.render.deleted_at is None else None,
    )


def time_left(job: JobRow, now: datetime) -> tuple[int | None, bool]:
    """Seconds that a running job still needs, by its preset's usual time and its progress; whether it is overdue."""
    if job.status not in IN_FLIGHT:
        return None, False
    elapsed = (now - job.created_at).total_seconds()
    if elapsed > job.expected_seconds * OVERDUE_FACTOR:
        return None, True
    left = job.expected_seconds - elapsed
    if job.progress >= TRUSTED_PROGRESS:
        left = (left + elapsed * (100 - job.progress) / job.progress) / 2
    return max(1, round(left)), False


def is_source_gone(job: JobRow) -> bool:
    """Whether the variant that it started from was deleted. The file may still be there but must not be shown."""
    return job.source_variant_id is None and (job.input_path or "").startswith(f"{RENDERS}/")


def _reason(job: JobRow) -> ReasonView | None:
    if job.error_code is None:
        return None
    if job.status == "expired":
        return ReasonView(job.error_code, UNCONFIRMED)
    # A canceled job keeps the code of its failure, if it had one; its owner asked to stop it.
    code = "canceled" if job.status == "canceled" else job.error_code
    return ReasonView(code, SENTENCES.get(code, SENTENCES["not_started"]))


def _input(job: JobRow, urls: dict[str, str]) -> InputView | None:
    if job.input_path is None:
        return None
    bucket, _, path = job.input_path.partition("/")
    url = urls.get(job.input_path)
    if bucket == INPUTS:
        return InputView("upload", path.rpartition("/")[2], None, url)
    return InputView("variant", None, job.source_variant_id, url)
