"""Jobs and the provider's word brought together when webhooks did not: for one job its owner watches, or for all.

What the provider says is delivered again to our own webhook endpoint with a valid signature, so the webhook handler
stays the only code that settles with the service role, and every path to an ending is the same path.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from libs.app_config.runtime import LIMITS, Preset, find_preset
from libs.errors import ErrorCode, MaquetteError
from libs.repositories.generation_jobs import GenerationJobRepository, JobRow
from libs.services.external.replicate_adapter import (
    Prediction,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
    ReplicateAdapter,
    is_run_of,
    model_input,
)
from libs.services.external.webhook_redelivery import RedeliveryFailed, WebhookRedelivery

log = structlog.get_logger()

BATCH: Final = 100
HTTP_NOT_FOUND: Final = 404
# Between our database's clock and the provider's.
CLOCK_SKEW: Final = timedelta(minutes=1)


class Settlement:
    """Asks the provider and redelivers. `jobs` is the database as nobody: the proof alone opens what it calls."""

    def __init__(
        self,
        jobs: GenerationJobRepository,
        provider: ReplicateAdapter,
        redelivery: WebhookRedelivery,
        webhook_url: str,
    ) -> None:
        self._jobs = jobs
        self._provider = provider
        self._redelivery = redelivery
        self._webhook_url = webhook_url

    async def start(self, job: JobRow, image_url: str | None) -> str:
        """Create the prediction that a job row describes; answers its id. Raises ProviderError.

        A server error or an unreadable answer leaves open whether a prediction was made: the provider's own list tells.
        Without any answer the create may still be on its way, so ProviderUnsure goes to the caller.
        """
        preset, values = _run_of(job, image_url)
        try:
            prediction = await self._provider.create(preset.model, values, self._url_for(job), LIMITS.deadline_seconds)
        except ProviderUnsure as unsure:
            if unsure.status is None:
                raise
            prediction = await self._listed(job)
            if prediction is None:
                raise ProviderUnavailable(unsure.detail, status=unsure.status) from unsure
        return prediction.id

    async def settle(self, job: JobRow) -> None:
        """Bring one silent job forward as far as the provider's word allows; a failure leaves it as it is."""
        try:
            await self._settle(job)
        except (ProviderError, RedeliveryFailed, MaquetteError) as error:
            log.warning("settle_failed", job_id=str(job.id), error=type(error).__name__)

    async def reconcile(self) -> int:
        """Settle every job that nothing was heard of; answers how many were looked at."""
        stale = await self._jobs.stale(LIMITS.stale_after_seconds, BATCH)
        for job in stale:
            await self.settle(job)
        return len(stale)

    async def _settle(self, job: JobRow) -> None:
        prediction = await self._prediction_of(job)
        if prediction is None:
            # A create that timed out may still be on its way; after the grace the provider's list is the truth.
            if _age(job) > LIMITS.unattached_grace_seconds:
                await self._jobs.release(job.id, "provider_error")
            return
        past_deadline = job.deadline_at <= datetime.now(UTC)
        if not prediction.is_terminal and (past_deadline or job.cancel_requested_at is not None):
            await self._provider.cancel(prediction.id)
        await self._redelivery.deliver(job.id, prediction)

    async def _prediction_of(self, job: JobRow) -> Prediction | None:
        if job.prediction_id is None:
            return await self._listed(job)
        try:
            return await self._provider.get(job.prediction_id)
        except ProviderRefused as refusal:
            if refusal.status == HTTP_NOT_FOUND and job.deadline_at <= datetime.now(UTC):
                return Prediction(id=job.prediction_id, status="failed", error="unknown to the provider")
            raise

    async def _listed(self, job: JobRow) -> Prediction | None:
        # The URL of the photo is signed anew each time and not compared: any will do.
        preset, values = _run_of(job, job.input_path)
        for prediction in await self._provider.list_since(job.created_at - CLOCK_SKEW):
            if is_run_of(prediction, preset, values, self._url_for(job)):
                return prediction
        return None

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
