"""What the provider's word does to a job: progress, pictures, failure. Safe to repeat and to interrupt anywhere.

Files go to names that follow from job and index, so a repeat after a crash overwrites its own half-done work; rows are
written by one database function in one transaction.
"""

import asyncio
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec
import structlog

from libs.app_config.runtime import LIMITS
from libs.repositories.storage import RENDERS, Storage
from libs.repositories.webhook_jobs import OutputRow, Standing, WebhookJobRepository
from libs.services.external.output_fetcher import OutputFetcher, OutputGone, OutputRefused, output_urls
from libs.services.external.replicate_client import Prediction
from libs.services.generation.progress import failure_code, progress_of
from libs.services.media.image_workers import ImageError, prepare_output
from libs.services.media.imaging.contracts import PreparedOutput

log = structlog.get_logger()

# Progress is at most 99 until the pictures are stored.
INGESTING: Final = 99
REMOVAL_BATCH: Final = 500


class WebhookIngest:
    """Applies verified deliveries. One per process: it queues deliveries of one job behind each other."""

    def __init__(self, jobs: WebhookJobRepository, storage: Storage, fetcher: OutputFetcher) -> None:
        self._jobs = jobs
        self._storage = storage
        self._fetcher = fetcher
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def apply(self, event_id: str, job_id: UUID, prediction: Prediction) -> str:
        """Apply one delivery; answers its outcome (see the webhook functions' migration).

        Raises MaquetteError database_unavailable and OutputUnavailable when a later delivery may do better.
        """
        lock = self._locks.setdefault(job_id, asyncio.Lock())
        async with lock:
            percent, ready = progress_of(prediction)
            done = prediction.status == "succeeded"
            standing = await self._jobs.record_progress(job_id, prediction.id, INGESTING if done else percent, ready)
            if standing.outcome == "applied" and prediction.is_terminal:
                outcome = await self._settle(event_id, job_id, prediction, standing)
            else:
                outcome = standing.outcome
        log.info("webhook_applied", job_id=str(job_id), status=prediction.status, outcome=outcome)
        return outcome

    async def remove_files(self) -> int:
        """Remove the files that deleted rows left behind; answers how many names were worked off.

        Raises MaquetteError database_unavailable: what is still queued is removed the next time.
        """
        worked_off = 0
        while names := await self._jobs.file_removals(REMOVAL_BATCH):
            for bucket in {name.bucket for name in names}:
                await self._storage.remove(bucket, [name.name for name in names if name.bucket == bucket])
            await self._jobs.confirm_removals(names)
            worked_off += len(names)
        return worked_off

    async def _settle(self, event_id: str, job_id: UUID, prediction: Prediction, standing: Standing) -> str:
        if prediction.status != "succeeded":
            return await self._jobs.fail(event_id, job_id, prediction.id, *_reason(prediction, standing))
        try:
            pictures = await self._pictures(prediction)
        except OutputGone:
            return await self._jobs.fail(event_id, job_id, prediction.id, "failed", "outputs_expired")
        except (OutputRefused, ImageError) as refusal:
            log.warning("outputs_refused", job_id=str(job_id), reason=str(refusal))
            return await self._jobs.fail(event_id, job_id, prediction.id, "failed", "provider_failed")
        rows = [_row(f"{standing.owner_id}/{job_id}/{index}", index, picture) for index, picture in enumerate(pictures)]
        # Canceled, crashed or the account deleted while we store: what was announced and got no row is removed.
        names = [name for row in rows for name in (row.path, row.thumbnail_path)]
        outcome = await self._jobs.announce_files(job_id, prediction.id, names)
        if outcome != "applied":
            return outcome
        await asyncio.gather(*(self._store(row, picture) for row, picture in zip(rows, pictures, strict=True)))
        return await self._jobs.complete(event_id, job_id, prediction.id, rows)

    async def _pictures(self, prediction: Prediction) -> list[PreparedOutput]:
        if prediction.data_removed:
            raise OutputGone
        urls = output_urls(prediction.output, LIMITS.max_variants)
        return await asyncio.gather(*(self._picture(url) for url in urls))

    async def _picture(self, url: str) -> PreparedOutput:
        return await prepare_output(await self._fetcher.fetch(url))

    async def _store(self, row: OutputRow, picture: PreparedOutput) -> None:
        await self._storage.upload(RENDERS, row.path, picture.data, row.mime, overwrite=True)
        await self._storage.upload(RENDERS, row.thumbnail_path, picture.thumbnail, "image/webp", overwrite=True)


def _row(name: str, index: int, picture: PreparedOutput) -> OutputRow:
    return OutputRow(
        index=index,
        path=f"{name}.{picture.extension}",
        thumbnail_path=f"{name}.thumb.webp",
        mime=picture.mime,
        width=picture.width,
        height=picture.height,
        bytes=len(picture.data),
        placeholder=picture.placeholder,
    )


def _reason(prediction: Prediction, standing: Standing) -> tuple[str, str]:
    if prediction.status in {"canceled", "aborted"}:
        # Stopped without the owner's wish: the provider's own deadline (Cancel-After).
        return ("canceled", "canceled") if standing.cancel_requested else ("failed", "timed_out")
    return "failed", failure_code(prediction.error)


def decode_prediction(body: bytes) -> Prediction:
    """A delivery's body. Raises msgspec.MsgspecError."""
    return msgspec.json.decode(body, type=Prediction)
