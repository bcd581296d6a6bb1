"""/renders: what people made."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, patch
from litestar.di import NamedDependency, Provide
from msgspec import Meta, Struct

from api.envelope import Envelope, ok
from api.errors import errors
from api.services import provide_renders
from libs.app_config.runtime import LIMITS
from libs.services.generation_views import RenderView
from libs.services.renders import RenderService


class ChangeRender(Struct, forbid_unknown_fields=True):
    """What to change; what is left out stays."""

    title: Annotated[str, Meta(min_length=1, max_length=LIMITS.title_characters)] | None = None
    cover_variant_id: UUID | None = None


class RenderController(Controller):
    """Renders of the caller."""

    path = "/renders"
    tags = ["Renders"]
    dependencies = {"renders": Provide(provide_renders, sync_to_thread=False)}

    @patch("/{render_id:uuid}", operation_id="changeRender", responses=errors(400, 401, 404, 415, 422, 429, 503))
    async def change(
        self, render_id: UUID, data: ChangeRender, renders: NamedDependency[RenderService]
    ) -> Envelope[RenderView]:
        """Retitle a render or choose its cover."""
        return ok(await renders.change(render_id, data.title, data.cover_variant_id))
