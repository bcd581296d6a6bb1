"""Jobs whose webhook did not come are brought to their end: one that its owner watches, or all of them.

Replicate is asked for the prediction, and its response is delivered to our own webhook. So the webhook handler is the
only code that settles jobs, with or without Replicate's delivery.
"""

import asyncio
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog

from libs.app_config.runtime import LIMITS
from libs.errors import MaquetteError, causes_of
from libs.repositories.database import DatabaseRefused
from libs.repositories.generation_jobs import GenerationJobRepository, JobRow
from libs.services.external.replicate_client import Prediction, ProviderError, ProviderRefused, ReplicateClient
from libs.services.external.webhook_client import WebhookClient, WebhookFailed
from libs.services.generation.provider_run import ProviderRuns

log = structlog.get_logger()

# Jobs of one round; the next round takes what is left.
BATCH: Final = 100
# How many are settled at once. A redelivery is answered when the pictures are stored, and most of that is waiting.
AT_ONCE: Final = 8
HTTP_NOT_FOUND: Final = 404
# The outcome of a delivery about a prediction of another job.
FOREIGN_PREDICTION: Final = "foreign_prediction"


class Reconciliation:
    """`jobs` is anonymous: the API's proof alone opens what it calls."""

    def __init__(
        self,
        jobs: GenerationJobRepository,
        provider: ReplicateClient,
        runs: ProviderRuns,
        webhook: WebhookClient,
    ) -> None:
        self._jobs = jobs
        self._provider = provider
        self._runs = runs
        self._webhook = webhook
        self._places = asyncio.Semaphore(AT_ONCE)
        self._under_way: dict[UUID, asyncio.Task[None]] = {}

    async def reconcile(self) -> int:
        """Settle every job that nothing was heard of; answers how many were looked at.

        Raises MaquetteError database_unavailable and DatabaseRefused when the jobs cannot be read.
        """
        stale = await self._jobs.stale(LIMITS.stale_after_seconds, BATCH)
        await asyncio.gather(*(self._settle_in_turn(job) for job in stale))
        return len(stale)

    async def settle(self, job: JobRow) -> None:
        """Bring one silent job as far forward as Replicate's response allows. A failure leaves the job as it is.

        Replicate is asked once at a time about a job: who asks meanwhile waits for the same response.
        """
        settling = self._under_way.get(job.id)
        if settling is None:
            settling = asyncio.create_task(self._settle_or_log(job))
            self._under_way[job.id] = settling
            settling.add_done_callback(lambda _: self._under_way.pop(job.id))
        # One caller that leaves must not end it for the others.
        await asyncio.shield(settling)

    async def _settle_in_turn(self, job: JobRow) -> None:
        async with self._places:
            await self.settle(job)

    async def _settle_or_log(self, job: JobRow) -> None:
        try:
            await self._settle(job)
        except (ProviderError, WebhookFailed, MaquetteError, DatabaseRefused) as error:
            log.warning("settle_failed", job_id=str(job.id), **causes_of(error))
        except Exception:
            # A bug that one job meets must not keep the others from being settled.
            log.exception("settle_broke", job_id=str(job.id))

    async def _settle(self, job: JobRow) -> None:
        if job.prediction_id is None:
            await self._settle_unattached(job)
            return
        prediction = await self._prediction_of(job, job.prediction_id)
        past_deadline = job.deadline_at <= datetime.now(UTC)
        if not prediction.is_terminal and (past_deadline or job.cancel_requested_at is not None):
            prediction = await self._provider.cancel(prediction.id)
        await self._webhook.redeliver(job.id, prediction)

    async def _settle_unattached(self, job: JobRow) -> None:
        for prediction in await self._runs.candidates(job):
            if await self._webhook.redeliver(job.id, prediction) != FOREIGN_PREDICTION:
                return
        # A create that timed out may still be on its way; after the grace, what is not in the list does not exist. The
        # database decides whether it is over: our clock may be wrong.
        await self._jobs.release(job.id, "not_started", LIMITS.unattached_grace_seconds)

    async def _prediction_of(self, job: JobRow, prediction_id: str) -> Prediction:
        try:
            return await self._provider.get(prediction_id)
        except ProviderRefused as refusal:
            if refusal.status == HTTP_NOT_FOUND and job.deadline_at <= datetime.now(UTC):
                return Prediction(id=prediction_id, status="failed", error="unknown to the provider")
            raise
