"""The prediction of a job: made from the job's row, found again in Replicate's list, stopped."""

from datetime import timedelta
from typing import Any, Final

import structlog

from libs.app_config.runtime import LIMITS, Preset, find_preset
from libs.errors import ErrorCode, MaquetteError, causes_of
from libs.repositories.generation_jobs import JobRow
from libs.services.external.replicate_client import (
    Prediction,
    ProviderError,
    ProviderUnavailable,
    ProviderUnsure,
    ReplicateClient,
)
from libs.services.generation.model_input import matches_job, model_input, model_of

log = structlog.get_logger()

# Between our database's clock and Replicate's.
CLOCK_SKEW: Final = timedelta(minutes=1)
# From the reservation of a job until its prediction exists or never will.
CREATED_WITHIN: Final = timedelta(seconds=LIMITS.unattached_grace_seconds)


class ProviderRuns:
    """Starts, finds and stops predictions. `webhook_url` is where Replicate delivers what becomes of them."""

    def __init__(self, provider: ReplicateClient, webhook_url: str) -> None:
        self._provider = provider
        self._webhook_url = webhook_url

    async def start(self, job: JobRow, image_url: str | None) -> str:
        """Create the prediction that a job row describes; answers its id.

        Raises ProviderError, FieldError, and MaquetteError preset_unavailable. ProviderUnsure means that a prediction
        may have been made: its webhook or a later look at Replicate's list tells.
        """
        preset, values = _input_of(job, image_url)
        model = model_of(preset)
        try:
            prediction = await self._provider.create(model, values, self._url_for(job), LIMITS.deadline_seconds)
        except ProviderUnsure as unsure:
            # Without any response the create may still be on its way, and the list does not have it yet.
            if unsure.status is None or await self._may_exist(job):
                raise
            raise ProviderUnavailable(unsure.detail, status=unsure.status) from unsure
        return prediction.id

    async def candidates(self, job: JobRow) -> list[Prediction]:
        """The predictions that can be a job's; some may belong to other jobs with an equal request.

        Raises ProviderError.
        """
        try:
            preset, values = _input_of(job, job.input_path)
        except MaquetteError:
            # A deployment retired or changed the preset meanwhile: the input tells nothing any more.
            return []
        first, last = job.created_at - CLOCK_SKEW, job.created_at + CREATED_WITHIN + CLOCK_SKEW
        listed = await self._provider.list_created(first, last)
        return [prediction for prediction in listed if matches_job(prediction, preset, values, self._url_for(job))]

    async def stop(self, prediction_id: str) -> None:
        """Ask Replicate to stop a prediction. A failure is logged only: the prediction's deadline stops it later."""
        try:
            await self._provider.cancel(prediction_id)
        except ProviderError as error:
            log.warning("cancel_failed", prediction_id=prediction_id, **causes_of(error))

    async def _may_exist(self, job: JobRow) -> bool:
        try:
            return bool(await self.candidates(job))
        except ProviderError:
            return True

    def _url_for(self, job: JobRow) -> str:
        return f"{self._webhook_url}?job={job.id}"


def _input_of(job: JobRow, image_url: str | None) -> tuple[Preset, dict[str, Any]]:
    preset = find_preset(job.preset_id)
    if preset is None:
        # Retired by a deployment while the job ran.
        raise MaquetteError(ErrorCode.PRESET_UNAVAILABLE)
    return preset, model_input(preset, job.settings, job.prompt, job.variants, job.seed, image_url)
