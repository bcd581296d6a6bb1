"""/generations: submit, watch, cancel, retry."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from api.dependencies import provide_generations
from api.envelope import Envelope, ok, page
from api.errors import errors
from api.parameters import CursorParameter, IdempotencyKey, LimitParameter, checked_key
from libs.app_config.runtime import LIMITS
from libs.services.generation.generations import GenerationRequest, GenerationService, UploadInput, VariantInput
from libs.services.generation.views import GenerationView


class SubmitGeneration(Struct, forbid_unknown_fields=True, kw_only=True):
    """A generation to make. `settings` are the preset's own (GET /config); what is left out takes its default."""

    preset_id: Annotated[str, Meta(min_length=1, max_length=80)]
    prompt: Annotated[str, Meta(max_length=LIMITS.prompt_characters)] = ""
    settings: dict[str, str | int | float | bool] = {}
    variants: Annotated[int, Meta(ge=1, le=LIMITS.max_variants)] = 1
    seed: Annotated[int, Meta(ge=LIMITS.min_seed, le=LIMITS.max_seed)] | None = None
    input: UploadInput | VariantInput | None = None
    collection_id: UUID | None = None


class GenerationController(Controller):
    """Generations of the caller."""

    path = "/generations"
    tags = ["Generations"]
    dependencies = {"generations": Provide(provide_generations, sync_to_thread=False)}

    @post(
        "/",
        operation_id="submitGeneration",
        status_code=202,
        responses=errors(400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 429, 502, 503),
    )
    async def submit(
        self,
        data: JSONBody[SubmitGeneration],
        generations: NamedDependency[GenerationService],
        idempotency_key: IdempotencyKey,
    ) -> Envelope[GenerationView]:
        """Start a generation. Its credits are held now and given back if no picture comes."""
        request = GenerationRequest(
            preset_id=data.preset_id,
            prompt=data.prompt,
            settings=dict(data.settings),
            variants=data.variants,
            seed=data.seed,
            input=data.input,
            collection_id=data.collection_id,
        )
        return ok(await generations.submit(request, checked_key(idempotency_key)))

    @get("/", operation_id="listGenerations", responses=errors(400, 401, 422, 429, 503))
    async def list_page(
        self,
        generations: NamedDependency[GenerationService],
        cursor: CursorParameter = None,
        limit: LimitParameter = LIMITS.page_size,
    ) -> Envelope[list[GenerationView]]:
        """Generations, newest first."""
        return page(await generations.page(cursor, limit))

    @get("/{generation_id:uuid}", operation_id="getGeneration", responses=errors(401, 404, 429, 503))
    async def read(
        self, generation_id: FromPath[UUID], generations: NamedDependency[GenerationService]
    ) -> Envelope[GenerationView]:
        """One generation with its progress and, when it succeeded, its pictures."""
        return ok(await generations.find(generation_id))

    @post(
        "/{generation_id:uuid}/cancel",
        operation_id="cancelGeneration",
        status_code=202,
        responses=errors(401, 404, 415, 429, 503),
    )
    async def cancel(
        self, generation_id: FromPath[UUID], generations: NamedDependency[GenerationService]
    ) -> Envelope[GenerationView]:
        """Ask for a running generation to be stopped."""
        return ok(await generations.cancel(generation_id))

    @post(
        "/{generation_id:uuid}/retry",
        operation_id="retryGeneration",
        status_code=202,
        responses=errors(400, 401, 402, 403, 404, 409, 415, 422, 429, 502, 503),
    )
    async def retry(
        self,
        generation_id: FromPath[UUID],
        generations: NamedDependency[GenerationService],
        idempotency_key: IdempotencyKey,
    ) -> Envelope[GenerationView]:
        """Make a generation that failed or was canceled again."""
        return ok(await generations.retry(generation_id, checked_key(idempotency_key)))
