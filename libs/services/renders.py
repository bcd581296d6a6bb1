"""Renders people made: retitled and given another cover."""

from typing import Any
from uuid import UUID

from libs.errors import ErrorCode, FieldError, MaquetteError
from libs.repositories.renders import RenderRepository
from libs.repositories.storage import Storage
from libs.services.generation_views import RenderView, render_view, variant_files
from libs.services.prompt_builder import clean_prompt


class RenderService:
    """Renders of one caller."""

    def __init__(self, renders: RenderRepository, storage: Storage) -> None:
        self._renders = renders
        self._storage = storage

    async def change(self, render_id: UUID, title: str | None, cover_variant_id: UUID | None) -> RenderView:
        """Retitle a render or choose its cover; None leaves a value as it is.

        Raises FieldError, render_not_found, variant_not_found.
        """
        values: dict[str, Any] = {}
        if title is not None:
            values["title"] = clean_prompt(title)
            if not values["title"]:
                raise FieldError("title", "A title needs at least one character.")
        if cover_variant_id is not None:
            values["cover_variant_id"] = str(cover_variant_id)
        if not values:
            raise FieldError("", "Name what to change: title or cover_variant_id.")
        render = await self._renders.change(render_id, values)
        if render is None:
            raise MaquetteError(ErrorCode.RENDER_NOT_FOUND)
        return render_view(render, await self._storage.signed_urls(variant_files(render.variants)))
