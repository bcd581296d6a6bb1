"""Applies a delivered prediction to its job: progress, outputs, failure. Safe to repeat and to interrupt anywhere.

The names of files follow from job and index, so a repeat after a crash overwrites its own unfinished work. Rows are
written by one database function in one transaction.
"""

import asyncio
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec
import structlog

from libs.app_config.runtime import LIMITS
from libs.errors import ErrorCode, MaquetteError
from libs.repositories.storage import RENDERS, Storage
from libs.repositories.webhook_jobs import ClaimResult, OutputRow, WebhookJobRepository
from libs.services.external.output_fetcher import OutputFetcher, OutputGone, OutputRefused, output_urls
from libs.services.external.replicate_client import Prediction
from libs.services.generation.progress import failure_code, progress_of
from libs.services.media.image_workers import ImageError, prepare_output
from libs.services.media.imaging.contracts import PreparedOutput

log = structlog.get_logger()

# Predictions that are stored at once: while one is fetched another is decoded. Each holds up to max_variants outputs of
# output_bytes in memory.
STORED_AT_ONCE: Final = 2
# Progress is at most 99 until the variants are stored.
INGESTING: Final = 99


class WebhookIngest:
    """Applies verified deliveries. One per process: it applies the deliveries of one job one after the other."""

    def __init__(self, jobs: WebhookJobRepository, storage: Storage, fetcher: OutputFetcher) -> None:
        self._jobs = jobs
        self._storage = storage
        self._fetcher = fetcher
        self._storing = asyncio.Semaphore(STORED_AT_ONCE)
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def apply(self, event_id: str, job_id: UUID, prediction: Prediction) -> str:
        """Apply one delivery; answers its outcome (supabase/routines/, `private.claim_job`).

        Raises MaquetteError database_unavailable and OutputUnavailable when a later delivery may succeed.
        """
        lock = self._locks.setdefault(job_id, asyncio.Lock())
        async with lock:
            percent, ready = progress_of(prediction)
            done = prediction.status == "succeeded"
            claim = await self._jobs.record_progress(job_id, prediction.id, INGESTING if done else percent, ready)
            if claim.outcome == "applied" and prediction.is_terminal:
                async with self._storing:
                    outcome = await self._settle(event_id, job_id, prediction, claim)
            else:
                outcome = claim.outcome
        log.info("webhook_applied", job_id=str(job_id), status=prediction.status, outcome=outcome)
        return outcome

    async def _settle(self, event_id: str, job_id: UUID, prediction: Prediction, claim: ClaimResult) -> str:
        try:
            outputs = await self._outputs(prediction)
        except OutputGone:
            return await self._jobs.fail(event_id, job_id, prediction.id, "failed", "outputs_expired")
        except (OutputRefused, ImageError) as refusal:
            log.warning("outputs_refused", job_id=str(job_id), reason=str(refusal))
            return await self._jobs.fail(event_id, job_id, prediction.id, "failed", "provider_failed")
        if not outputs:
            return await self._jobs.fail(event_id, job_id, prediction.id, *_reason(prediction, claim))
        rows = [_row(f"{claim.owner_id}/{job_id}/{index}", index, output) for index, output in outputs.items()]
        # If the job is canceled, the process dies or the account is deleted meanwhile, files without a row are removed.
        names = [name for row in rows for name in (row.path, row.thumbnail_path)]
        outcome = await self._jobs.announce_files(job_id, prediction.id, names)
        if outcome != "applied":
            return outcome
        pictures = zip(rows, outputs.values(), strict=True)
        try:
            await asyncio.gather(*(self._store(row, output) for row, output in pictures))
        except MaquetteError as error:
            # Storage refuses the files of an account that was deleted meanwhile: then the job is gone too.
            if error.code is not ErrorCode.ACCOUNT_GONE:
                raise
            outcome = await self._jobs.announce_files(job_id, prediction.id, names)
            if outcome == "applied":
                raise
            return outcome
        return await self._jobs.complete(event_id, job_id, prediction.id, rows, was_stopped=prediction.is_stopped)

    async def _outputs(self, prediction: Prediction) -> dict[int, PreparedOutput]:
        """The outputs to keep, by their index: all of a success, and what was ready of a prediction that was stopped.

        Of a success each must be there. Raises OutputGone, OutputRefused and ImageError for it, and OutputUnavailable.
        """
        if prediction.is_stopped:
            return await self._ready_outputs(prediction)
        if prediction.status != "succeeded":
            return {}
        if prediction.data_removed:
            raise OutputGone
        urls = output_urls(prediction.output, LIMITS.max_variants)
        return dict(enumerate(await asyncio.gather(*(self._output(url) for url in urls))))

    async def _ready_outputs(self, prediction: Prediction) -> dict[int, PreparedOutput]:
        try:
            urls = output_urls(prediction.output, LIMITS.max_variants)
        except OutputRefused:
            # Nothing was ready, or Replicate does not tell.
            return {}
        outputs = await asyncio.gather(*(self._output_if_given(url) for url in urls))
        return {index: output for index, output in enumerate(outputs) if output is not None}

    async def _output_if_given(self, url: str) -> PreparedOutput | None:
        try:
            return await self._output(url)
        except (OutputGone, OutputRefused, ImageError) as refusal:
            log.warning("ready_output_lost", reason=str(refusal) or type(refusal).__name__)
            return None

    async def _output(self, url: str) -> PreparedOutput:
        return await prepare_output(await self._fetcher.fetch(url))

    async def _store(self, row: OutputRow, output: PreparedOutput) -> None:
        await self._storage.upload(RENDERS, row.path, output.data, row.mime, overwrite=True)
        await self._storage.upload(RENDERS, row.thumbnail_path, output.thumbnail, "image/webp", overwrite=True)


def _row(name: str, index: int, output: PreparedOutput) -> OutputRow:
    return OutputRow(
        index=index,
        path=f"{name}.{output.extension}",
        thumbnail_path=f"{name}.thumb.webp",
        mime=output.mime,
        width=output.width,
        height=output.height,
        bytes=len(output.data),
        placeholder=output.placeholder,
    )


def _reason(prediction: Prediction, claim: ClaimResult) -> tuple[str, str]:
    if prediction.is_stopped:
        if not claim.cancel_requested:
            # Not asked for by the owner: Replicate stopped it at its deadline (Cancel-After).
            return "failed", "timed_out"
        # The database counts the code `canceled` against the day's bound of the owner.
        return "canceled", "canceled" if prediction.has_begun else "not_started"
    return "failed", failure_code(prediction.error)


def decode_prediction(body: bytes) -> Prediction:
    """A delivery's body. Raises msgspec.MsgspecError."""
    return msgspec.json.decode(body, type=Prediction)
