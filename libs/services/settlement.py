"""Jobs and the provider's word brought together when webhooks did not: for one job its owner watches, or for all.

What the provider says is delivered again to our own webhook endpoint with a valid signature, so the webhook handler
stays the only code that settles with the service role, and every path to an ending is the same path.
"""

from datetime import UTC, datetime, timedelta

import structlog

from libs.app_config.runtime import LIMITS, find_preset
from libs.errors import MaquetteError
from libs.repositories.generation_jobs import GenerationJobRepository, JobRow
from libs.services.external.replicate_adapter import Prediction, ProviderError, ReplicateAdapter, model_input
from libs.services.external.webhook_redelivery import RedeliveryFailed, WebhookRedelivery

log = structlog.get_logger()

BATCH = 100


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
        """Create the prediction of a job row; answers its id. Raises ProviderError.

        An error answer leaves open whether a prediction was made, so the provider's list is asked before giving up.
        """
        preset = find_preset(job.preset_id)
        assert preset is not None, "a job's preset was checked when it was reserved"
        prediction = await self._provider.create(
            preset.model,
            model_input(preset, job.settings, job.prompt, job.variants, job.seed, image_url),
            f"{self._webhook_url}?job={job.id}",
            LIMITS.deadline_seconds,
        )
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
        if job.prediction_id is not None:
            return await self._provider.get(job.prediction_id)
        preset = find_preset(job.preset_id)
        if preset is None:
            return None
        expected = model_input(preset, job.settings, job.prompt, job.variants, job.seed, None)
        for prediction in await self._provider.list_since(job.created_at - timedelta(minutes=1)):
            if all(prediction.input.get(name) == value for name, value in expected.items()):
                return prediction
        return None


def _age(job: JobRow) -> float:
    return (datetime.now(UTC) - job.created_at).total_seconds()
