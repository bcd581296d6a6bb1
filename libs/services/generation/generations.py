"""Submitting, watching, canceling and retrying generations."""

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from libs.app_config.runtime import LIMITS, Preset, find_preset
from libs.errors import ErrorCode, FieldError, MaquetteError, causes_of
from libs.repositories.cursor import TimeCursor, decode_cursor
from libs.repositories.database import DatabaseRefused
from libs.repositories.generation_jobs import GenerationJobRepository, JobRow, ReserveRequest
from libs.repositories.renders import RenderRepository
from libs.repositories.storage import INPUTS, RENDERS, Storage
from libs.services.external.replicate_client import ProviderError, ProviderUnsure
from libs.services.generation.provider_run import ProviderRuns
from libs.services.generation.reconciliation import Reconciliation
from libs.services.generation.views import RETRYABLE, UNSETTLED, GenerationView, generation_views, is_source_gone
from libs.services.media.image_workers import ImageError, recheck_photo
from libs.services.media.uploads import UPLOAD_ID
from libs.services.paging import Page
from libs.text import clean_text

TITLE_LENGTH: Final = 60

log = structlog.get_logger()


class UploadInput(msgspec.Struct, frozen=True, tag_field="kind", tag="upload", forbid_unknown_fields=True):
    """Start from an uploaded photo."""

    upload_id: str


class VariantInput(msgspec.Struct, frozen=True, tag_field="kind", tag="variant", forbid_unknown_fields=True):
    """Start from a picture made earlier."""

    variant_id: UUID


class GenerationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks for, before it is checked against the preset."""

    preset_id: str
    prompt: str
    settings: dict[str, Any]
    variants: int
    seed: int | None
    input: UploadInput | VariantInput | None
    collection_id: UUID | None


class GenerationService:
    """Generations of one caller. `jobs`, `renders` and `storage` carry the caller's JWT."""

    def __init__(
        self,
        owner: UUID,
        jobs: GenerationJobRepository,
        renders: RenderRepository,
        storage: Storage,
        runs: ProviderRuns,
        reconciliation: Reconciliation,
    ) -> None:
        self._owner = owner
        self._jobs = jobs
        self._renders = renders
        self._storage = storage
        self._runs = runs
        self._reconciliation = reconciliation

    async def submit(self, request: GenerationRequest, idempotency_key: str) -> GenerationView:
        """Reserve credits, then start the prediction. A repeat with the same key and body answers the first generation.

        Raises FieldError, and MaquetteError: input_not_found, unreadable_image, collection_not_found,
        plan_cap_reached, generation_in_flight, idempotency_key_reused, too_many_variants, preset_unavailable,
        provider_error (the debit is given back), too_many_given_back, submits_paused, daily_ceiling_reached,
        account_blocked, account_gone, database_unavailable.
        """
        fingerprint = _fingerprint(request)
        # `reserve_generation` finds repeats too, under its lock. Here first, because a repeat is answered even when its
        # photo is gone by now, and the photo is checked before the reservation.
        return await self._repeated(idempotency_key, fingerprint) or await self._start(
            request, idempotency_key, fingerprint
        )

    async def find(self, job_id: UUID) -> GenerationView:
        """One generation. One that nothing was heard of for a while is settled first. Raises generation_not_found."""
        job = await self._find(job_id)
        if job.status in UNSETTLED and _silent_for(job) > LIMITS.stale_after_seconds:
            await self._reconciliation.settle(job)
            job = await self._find(job_id)
        return await self._view(job)

    async def page(self, cursor: str | None, limit: int) -> Page[GenerationView]:
        """Generations, newest first. Raises invalid_cursor."""
        jobs = await self._jobs.page(decode_cursor(cursor, TimeCursor), limit)
        page = Page.of(jobs, limit, lambda job: TimeCursor(job.created_at, job.id))
        return page.showing(await generation_views(page.items, self._storage, datetime.now(UTC)))

    async def cancel(self, job_id: UUID) -> GenerationView:
        """Ask Replicate to stop. The generation ends, and its credits come back, when its webhook says so.

        A generation that already ended is answered as it is. Raises generation_not_found.
        """
        job = await self._jobs.request_cancel(job_id)
        if job.status in UNSETTLED and job.prediction_id is not None:
            await self._runs.stop(job.prediction_id)
        return await self._view(await self._find(job_id))

    async def retry(self, job_id: UUID, idempotency_key: str) -> GenerationView:
        """Submit an ended generation again; the first stays as history. Raises as `submit`, and not_retryable.

        What the safety check blocked is not sent again unchanged.
        """
        fingerprint = _fingerprint(job_id)
        job = await self._find(job_id)
        if first := await self._repeated(idempotency_key, fingerprint):
            return first
        if job.status not in RETRYABLE or job.error_code == "safety_blocked":
            raise MaquetteError(ErrorCode.GENERATION_NOT_RETRYABLE, {"status": job.status})
        # Submitted, not copied: the photo or the collection may be gone by now.
        return await self._start(_request_of(job), idempotency_key, fingerprint)

    async def _repeated(self, idempotency_key: str, fingerprint: str) -> GenerationView | None:
        job = await self._jobs.find_repeated(idempotency_key, fingerprint)
        return await self._view(job) if job else None

    async def _start(self, request: GenerationRequest, idempotency_key: str, fingerprint: str) -> GenerationView:
        preset, request = _checked(request)
        input_path, source_variant_id = await self._input(request.input)
        reservation = await self._jobs.reserve(
            ReserveRequest(
                idempotency_key=idempotency_key,
                request_hash=fingerprint,
                preset_id=preset.id,
                title=_title(preset, request.prompt),
                prompt=request.prompt,
                settings=request.settings,
                variants=request.variants,
                seed=request.seed if request.seed is not None else _random_seed(),
                input_path=input_path,
                source_variant_id=source_variant_id,
                collection_id=request.collection_id,
                expected_seconds=preset.typical_seconds,
                deadline_seconds=LIMITS.deadline_seconds,
            )
        )
        job = reservation.job
        if reservation.created:
            job = await self._launch(job)
        return await self._view(job)

    async def _launch(self, job: JobRow) -> JobRow:
        """Create the prediction that the job row describes, and attach it."""
        try:
            image_url = await self._image_url(job)
            prediction_id = await self._runs.start(job, image_url)
        except ProviderUnsure as unsure:
            # It may exist and its webhook may come: the debit stays until reconciliation has asked Replicate.
            log.warning("prediction_unsure", job_id=str(job.id), **causes_of(unsure))
            return job
        except ProviderError as error:
            await self._jobs.release(job.id, "provider_error")
            raise MaquetteError(
                ErrorCode.PROVIDER_ERROR, {"job_id": str(job.id)}, retry_after=error.retry_after
            ) from error
        except MaquetteError as error:
            await self._jobs.release(job.id, error.code.value)
            raise
        return await self._attach(job, prediction_id)

    async def _image_url(self, job: JobRow) -> str | None:
        if job.input_path is None:
            return None
        urls = await self._storage.signed_urls([job.input_path])
        if job.input_path not in urls:
            raise MaquetteError(ErrorCode.INPUT_NOT_FOUND)
        return urls[job.input_path]

    async def _attach(self, job: JobRow, prediction_id: str) -> JobRow:
        try:
            attached = await self._jobs.attach(job.id, prediction_id)
        except DatabaseRefused:
            # Settled, or attached to another prediction meanwhile: nobody would get what this one makes.
            await self._runs.stop(prediction_id)
            return await self._find(job.id)
        except MaquetteError:
            await self._runs.stop(prediction_id)
            raise
        if attached.cancel_requested_at is not None:
            await self._runs.stop(prediction_id)
        return attached

    async def _input(self, source: UploadInput | VariantInput | None) -> tuple[str | None, UUID | None]:
        """Photo as `bucket/path`, and its variant. People can write to `inputs`: bytes are checked at each use."""
        match source:
            case None:
                return None, None
            case VariantInput(variant_id):
                variant = await self._renders.find_variant(variant_id)
                if variant is None:
                    raise MaquetteError(ErrorCode.INPUT_NOT_FOUND)
                return f"{RENDERS}/{variant.path}", variant_id
            case UploadInput(upload_id):
                if not UPLOAD_ID.fullmatch(upload_id):
                    raise MaquetteError(ErrorCode.INPUT_NOT_FOUND)
                path = f"{self._owner}/{upload_id}"
                data = await self._storage.download(INPUTS, path)
                if data is None:
                    raise MaquetteError(ErrorCode.INPUT_NOT_FOUND)
                try:
                    await recheck_photo(data, upload_id.removesuffix(".jpg"))
                except ImageError as error:
                    raise MaquetteError(ErrorCode.UNREADABLE_IMAGE) from error
                return f"{INPUTS}/{path}", None

    async def _find(self, job_id: UUID) -> JobRow:
        job = await self._jobs.find(job_id)
        if job is None:
            raise MaquetteError(ErrorCode.GENERATION_NOT_FOUND)
        return job

    async def _view(self, job: JobRow) -> GenerationView:
        return (await generation_views([job], self._storage, datetime.now(UTC)))[0]


def _checked(request: GenerationRequest) -> tuple[Preset, GenerationRequest]:
    """The preset and the request with cleaned prompt and complete settings. Raises FieldError."""
    preset = find_preset(request.preset_id)
    if preset is None:
        raise FieldError("preset_id", "There is no such preset.")
    if not 1 <= request.variants <= preset.max_variants:
        raise FieldError("variants", f"{preset.name} makes 1 to {preset.max_variants} variants.")
    if request.seed is not None and not LIMITS.min_seed <= request.seed <= LIMITS.max_seed:
        raise FieldError("seed", f"A seed is a number from {LIMITS.min_seed} to {LIMITS.max_seed}.")
    if preset.photo == "required" and request.input is None:
        raise FieldError("input", f"{preset.name} starts from a photo. Add one.")
    if preset.photo == "none" and request.input is not None:
        raise FieldError("input", f"{preset.name} does not use a photo. Remove it or choose another preset.")
    prompt = clean_text("prompt", request.prompt, LIMITS.prompt_characters)
    if not prompt and request.input is None:
        raise FieldError("prompt", "Describe the picture in a few words, or add a photo.")
    settings = preset.checked_settings(request.settings)
    return preset, msgspec.structs.replace(request, prompt=prompt, settings=settings)


def _random_seed() -> int:
    return LIMITS.min_seed + secrets.randbelow(LIMITS.max_seed - LIMITS.min_seed + 1)


def _title(preset: Preset, prompt: str) -> str:
    if not prompt:
        return preset.name
    if len(prompt) <= TITLE_LENGTH:
        return prompt
    return prompt[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"


def _silent_for(job: JobRow) -> float:
    return (datetime.now(UTC) - job.heard_at).total_seconds()


def _fingerprint(request: GenerationRequest | UUID) -> str:
    """SHA-256 of a request, or of the id of the job to submit again."""
    return hashlib.sha256(msgspec.json.encode(request, order="sorted")).hexdigest()


def _request_of(job: JobRow) -> GenerationRequest:
    """The request that made a job. Raises input_not_found when the variant it started from was deleted since."""
    source: UploadInput | VariantInput | None = None
    if is_source_gone(job):
        raise MaquetteError(ErrorCode.INPUT_NOT_FOUND)
    if job.source_variant_id is not None:
        source = VariantInput(job.source_variant_id)
    elif job.input_path is not None:
        source = UploadInput(job.input_path.rpartition("/")[2])
    return GenerationRequest(
        preset_id=job.preset_id,
        prompt=job.prompt,
        settings=job.settings,
        variants=job.variants,
        seed=job.seed,
        input=source,
        collection_id=job.collection_id,
    )
