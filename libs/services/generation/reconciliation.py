"""Jobs and the provider's word brought together when webhooks did not: for one job its owner watches, or for all.

What the provider says is delivered again to our own webhook endpoint with a valid signature, so the webhook handler
stays the only code that settles with the service role, and every path to an ending is the same path.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from libs.app_config.runtime import LIMITS, Preset, find_preset
from libs.errors import ErrorCode, MaquetteError
from libs.repositories.database import DatabaseRefused
from libs.repositories.generation_jobs import GenerationJobRepository, JobRow
from libs.services.external.replicate_client import (
    Prediction,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
    ReplicateClient,
    is_run_of,
    model_input,
)
from libs.services.external.webhook_client import RedeliveryFailed, WebhookRedelivery

log = structlog.get_logger()

BATCH: Final = 100
HTTP_NOT_FOUND: Final = 404
# Between our database's clock and the provider's.
CLOCK_SKEW: Final = timedelta(minutes=1)
# From the reservation of a job until its prediction exists or never will.
CREATED_WITHIN: Final = timedelta(seconds=LIMITS.unattached_grace_seconds)
# The outcome of a delivery about a prediction of another job.
FOREIGN_PREDICTION: Final = "foreign_prediction"


class Settlement:
    """Asks the provider and redelivers. `jobs` is the database as nobody: the proof alone opens what it calls."""

    def __init__(
        self,
        jobs: GenerationJobRepository,
        provider: ReplicateClient,
        redelivery: WebhookRedelivery,
        webhook_url: str,
    ) -> None:
        self._jobs = jobs
        self._provider = provider
        self._redelivery = redelivery
        self._webhook_url = webhook_url

    async def start(self, job: JobRow, image_url: str | None) -> str:
        """Create the prediction that a job row describes; answers its id. Raises ProviderError.

        ProviderUnsure when a prediction may have been made: its webhook or a later look at the provider's list tells.
        """
        preset, values = _run_of(job, image_url)
        try:
            prediction = await self._provider.create(preset.model, values, self._url_for(job), LIMITS.deadline_seconds)
        except ProviderUnsure as unsure:
            # Without any answer the create may still be on its way and the list says nothing yet.
            if unsure.status is None or await self._may_exist(job):
                raise
            raise ProviderUnavailable(unsure.detail, status=unsure.status) from unsure
        return prediction.id

    async def settle(self, job: JobRow) -> None:
        """Bring one silent job forward as far as the provider's word allows; a failure leaves it as it is."""
        try:
            await self._settle(job)
        except (ProviderError, RedeliveryFailed, MaquetteError, DatabaseRefused) as error:
            log.warning("settle_failed", job_id=str(job.id), error=type(error).__name__)

    async def reconcile(self) -> int:
        """Settle every job that nothing was heard of; answers how many were looked at."""
        stale = await self._jobs.stale(LIMITS.stale_after_seconds, BATCH)
        for job in stale:
            await self.settle(job)
        return len(stale)

    async def _settle(self, job: JobRow) -> None:
        if job.prediction_id is None:
            await self._settle_unattached(job)
            return
        prediction = await self._prediction_of(job, job.prediction_id)
        past_deadline = job.deadline_at <= datetime.now(UTC)
        if not prediction.is_terminal and (past_deadline or job.cancel_requested_at is not None):
            prediction = await self._provider.cancel(prediction.id)
        await self._redelivery.deliver(job.id, prediction)

    async def _settle_unattached(self, job: JobRow) -> None:
        for prediction in await self._candidates(job):
            if await self._redelivery.deliver(job.id, prediction) != FOREIGN_PREDICTION:
                return
        # A create that timed out may still be on its way; after the grace the provider's list is the truth.
        if _age(job) > LIMITS.unattached_grace_seconds:
            await self._jobs.release(job.id, "not_started")

    async def _prediction_of(self, job: JobRow, prediction_id: str) -> Prediction:
        try:
            return await self._provider.get(prediction_id)
        except ProviderRefused as refusal:
            if refusal.status == HTTP_NOT_FOUND and job.deadline_at <= datetime.now(UTC):
                return Prediction(id=prediction_id, status="failed", error="unknown to the provider")
            raise

    async def _may_exist(self, job: JobRow) -> bool:
        try:
            return bool(await self._candidates(job))
        except ProviderError:
            return True

    async def _candidates(self, job: JobRow) -> list[Prediction]:
        """The predictions that can be a job's. Other jobs that asked for the very same may own some of them."""
        try:
            preset, values = _run_of(job, job.input_path)
        except MaquetteError:
            # The preset was retired or changed by a deployment meanwhile: nothing can be told by its input.
            return []
        first, last = job.created_at - CLOCK_SKEW, job.created_at + CREATED_WITHIN + CLOCK_SKEW
        listed = await self._provider.list_created(first, last)
        return [prediction for prediction in listed if is_run_of(prediction, preset, values, self._url_for(job))]

    def _url_for(self, job: JobRow) -> str:
        return f"{self._webhook_url}?job={job.id}"


def _run_of(job: JobRow, image_url: str | None) -> tuple[Preset, dict[str, Any]]:
    preset = find_preset(job.preset_id)
    if preset is None:
        # Retired by a deployment while the job ran.
        raise MaquetteError(ErrorCode.PRESET_UNAVAILABLE)
    return preset, model_input(preset, job.settings, job.prompt, job.variants, job.seed, image_url)


def _age(job: JobRow) -> float:
    return (datetime.now(UTC) - job.created_at).total_seconds()
