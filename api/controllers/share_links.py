"""/shares: the caller's links."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from api.dependencies import provide_share_links
from api.envelope import Envelope, ok, page
from api.errors import errors
from api.parameters import CursorParameter, LimitParameter
from libs.app_config.runtime import LIMITS
from libs.services.publishing.share_links import ShareLinkService
from libs.services.publishing.views import ShareLinkView


class AddShare(Struct, forbid_unknown_fields=True, kw_only=True):
    """A link to make: to a render or to a collection."""

    render_id: UUID | None = None
    collection_id: UUID | None = None
    include_settings: bool = False
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class ShareLinkController(Controller):
    """Links of the caller."""

    path = "/shares"
    tags = ["Sharing"]
    dependencies = {"links": Provide(provide_share_links, sync_to_thread=False)}

    @get("/", operation_id="listShares", responses=errors(400, 401, 422, 429, 503))
    async def list_page(
        self,
        links: NamedDependency[ShareLinkService],
        render_id: FromQuery[UUID | None] = None,
        collection_id: FromQuery[UUID | None] = None,
        cursor: CursorParameter = None,
        limit: LimitParameter = LIMITS.page_size,
    ) -> Envelope[list[ShareLinkView]]:
        """Links that were not turned off, latest first: all, or those to one render or collection."""
        return page(await links.page(render_id, collection_id, cursor, limit))

    @post(
        "/",
        operation_id="addShare",
        responses=errors(400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503),
    )
    async def add(self, data: JSONBody[AddShare], links: NamedDependency[ShareLinkService]) -> Envelope[ShareLinkView]:
        """Make a link that anybody who has it can open."""
        return ok(
            await links.add(data.render_id, data.collection_id, data.expires_at, include_settings=data.include_settings)
        )

    @delete("/{share_id:uuid}", operation_id="turnOffShare", responses=errors(401, 404, 429, 503))
    async def turn_off(self, share_id: FromPath[UUID], links: NamedDependency[ShareLinkService]) -> None:
        """Turn a link off for ever, at once."""
        await links.turn_off(share_id)
