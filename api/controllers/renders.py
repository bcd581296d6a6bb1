"""/renders: what people made, in lists, in full, and changed one by one or all that match."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from api.dependencies import CallerRequest, provide_renders, renders_of
from api.envelope import Envelope, ok, page
from api.errors import errors
from api.parameters import CursorParameter, LimitParameter, TimeZoneParameter
from libs.app_config.runtime import LIMITS
from libs.services.gallery.renders import ChangedView, MonthView, RenderQuery, RenderService, Selection, Sort
from libs.services.gallery.views import RenderCardView, RenderDetailView, RenderView


class ChangeRender(Struct, forbid_unknown_fields=True):
    """What to change; what is left out stays."""

    title: Annotated[str, Meta(min_length=1, max_length=LIMITS.title_characters)] | None = None
    cover_variant_id: UUID | None = None


class BulkChange(Struct, forbid_unknown_fields=True, kw_only=True):
    """What to do with many renders. `collect` and `uncollect` mean "My Favorites" without a collection.

    `delete` is for ever, and for renders in the trash only.
    """

    action: Literal["trash", "restore", "delete", "collect", "uncollect"]
    selection: Selection
    collection_id: UUID | None = None


def provide_filters(
    preset: Annotated[list[str] | None, QueryParameter(name="preset", required=False, max_items=50)] = None,
    family: Annotated[list[str] | None, QueryParameter(name="family", required=False, max_items=50)] = None,
    text: Annotated[
        str | None, QueryParameter(name="text", required=False, max_length=LIMITS.search_characters)
    ] = None,
    favorite: FromQuery[bool] = False,
    collection_id: FromQuery[UUID | None] = None,
    created_from: FromQuery[datetime | None] = None,
    created_before: FromQuery[datetime | None] = None,
) -> RenderQuery:
    """The filters of a list. Every word of `text` must be in title or prompt.

    `created_from` is included, `created_before` is not.
    """
    return RenderQuery(
        preset=preset or [],
        family=family or [],
        text=text,
        favorite=favorite,
        collection_id=collection_id,
        created_from=created_from,
        created_before=created_before,
    )


class RenderController(Controller):
    """Renders of the caller."""

    path = "/renders"
    tags = ["Renders"]
    dependencies = {
        "renders": Provide(provide_renders, sync_to_thread=False),
        "filters": Provide(provide_filters, sync_to_thread=False),
    }

    @get("/", operation_id="listRenders", responses=errors(400, 401, 422, 429, 503))
    async def list_page(
        self,
        request: CallerRequest,
        filters: NamedDependency[RenderQuery],
        trashed: FromQuery[bool] = False,
        sort: FromQuery[Sort] = "newest",
        cursor: CursorParameter = None,
        limit: LimitParameter = LIMITS.page_size,
    ) -> Envelope[list[RenderCardView]]:
        """Renders that match. `manual` and `added` are a collection's own orders, `deleted` is the trash's."""
        return page(await renders_of(request).page(filters, sort, cursor, limit, trashed=trashed))

    @get("/months", operation_id="listRenderMonths", responses=errors(400, 401, 422, 429, 503))
    async def months(
        self,
        request: CallerRequest,
        filters: NamedDependency[RenderQuery],
        trashed: FromQuery[bool] = False,
        time_zone: TimeZoneParameter = "UTC",
    ) -> Envelope[list[MonthView]]:
        """How many renders that match each month has, latest first."""
        return ok(await renders_of(request).months(filters, time_zone, trashed=trashed))

    @get("/{render_id:uuid}", operation_id="getRender", responses=errors(401, 404, 429, 503))
    async def read(
        self, render_id: FromPath[UUID], renders: NamedDependency[RenderService]
    ) -> Envelope[RenderDetailView]:
        """A render with its pictures, settings, collections and lineage."""
        return ok(await renders.find(render_id))

    @patch(
        "/{render_id:uuid}", operation_id="changeRender", responses=errors(400, 401, 404, 408, 413, 415, 422, 429, 503)
    )
    async def change(
        self, render_id: FromPath[UUID], data: JSONBody[ChangeRender], renders: NamedDependency[RenderService]
    ) -> Envelope[RenderView]:
        """Retitle a render or choose its cover."""
        return ok(await renders.change(render_id, data.title, data.cover_variant_id))

    @delete("/{render_id:uuid}", operation_id="trashRender", status_code=200, responses=errors(401, 404, 429, 503))
    async def trash(self, render_id: FromPath[UUID], renders: NamedDependency[RenderService]) -> Envelope[ChangedView]:
        """Move a render to the trash, which keeps it for 30 days."""
        return ok(await renders.trash(render_id))

    @put(
        "/{render_id:uuid}/favorite",
        operation_id="addFavorite",
        status_code=204,
        responses=errors(401, 404, 409, 415, 429, 503),
    )
    async def add_favorite(self, render_id: FromPath[UUID], renders: NamedDependency[RenderService]) -> None:
        """Put a render into "My Favorites"."""
        await renders.set_favorite(render_id, favorite=True)

    @delete("/{render_id:uuid}/favorite", operation_id="removeFavorite", responses=errors(401, 404, 429, 503))
    async def remove_favorite(self, render_id: FromPath[UUID], renders: NamedDependency[RenderService]) -> None:
        """Take a render out of "My Favorites"."""
        await renders.set_favorite(render_id, favorite=False)

    @delete("/variants/{variant_id:uuid}", operation_id="deleteVariant", responses=errors(401, 404, 409, 429, 503))
    async def delete_variant(self, variant_id: FromPath[UUID], renders: NamedDependency[RenderService]) -> None:
        """Delete one variant for ever. A render keeps at least one."""
        await renders.delete_variant(variant_id)

    @post(
        "/bulk",
        operation_id="changeRenders",
        status_code=200,
        responses=errors(400, 401, 404, 408, 409, 413, 415, 422, 429, 503),
    )
    async def bulk(self, data: JSONBody[BulkChange], renders: NamedDependency[RenderService]) -> Envelope[ChangedView]:
        """Change many renders in one step: all of them or none."""
        if data.action == "delete":
            return ok(await renders.delete(data.selection))
        return ok(await renders.move(data.selection, data.action, data.collection_id))
