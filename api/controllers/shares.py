"""/shares: the caller's links. /shared: what a link opens. /reports: what a visitor finds wrong with it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from msgspec import Meta, Struct

from api.auth import PUBLIC
from api.caching import UNCHANGED, matches
from api.envelope import Envelope, ok, page, part
from api.errors import errors
from api.limits import REPORTS_PER_HOUR
from api.parameters import CursorParameter, LimitParameter
from api.services import provide_reports, provide_share_links, provide_shared
from libs.app_config.runtime import LIMITS
from libs.services.publishing.share_links import (
    TOKEN,
    Reason,
    ReportService,
    SharedService,
    SharedView,
    ShareLinkService,
    ShareLinkView,
    Size,
)


class AddShare(Struct, forbid_unknown_fields=True, kw_only=True):
    """A link to make: to a render or to a collection."""

    render_id: UUID | None = None
    collection_id: UUID | None = None
    include_settings: bool = False
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class AddReport(Struct, forbid_unknown_fields=True, kw_only=True):
    """What is wrong with a shared or a community picture; one of the two is named. Who reports is not kept.

    `render_id` names one render of what the link shows; without it the report is about all of it.
    """

    share_token: Annotated[str, Meta(pattern=f"^{TOKEN.pattern}$", max_length=43)] | None = None
    render_id: UUID | None = None
    community_item_id: UUID | None = None
    reason: Reason
    message: Annotated[str, Meta(max_length=LIMITS.report_characters)] = ""


class ShareController(Controller):
    """Links of the caller."""

    path = "/shares"
    tags = ["Sharing"]
    dependencies = {"links": Provide(provide_share_links, sync_to_thread=False)}

    @get("/", operation_id="listShares", responses=errors(400, 401, 422, 429, 503))
    async def list_page(
        self,
        links: NamedDependency[ShareLinkService],
        render_id: UUID | None = None,
        collection_id: UUID | None = None,
        cursor: CursorParameter = None,
        limit: LimitParameter = LIMITS.page_size,
    ) -> Envelope[list[ShareLinkView]]:
        """Links that were not turned off, latest first: all, or those to one render or collection."""
        return page(*await links.page(render_id, collection_id, cursor, limit))

    @post("/", operation_id="addShare", responses=errors(400, 401, 403, 404, 408, 413, 415, 422, 429, 503))
    async def add(self, data: AddShare, links: NamedDependency[ShareLinkService]) -> Envelope[ShareLinkView]:
        """Make a link that anybody who has it can open."""
        return ok(
            await links.add(data.render_id, data.collection_id, data.expires_at, include_settings=data.include_settings)
        )

    @delete("/{share_id:uuid}", operation_id="turnOffShare", responses=errors(401, 404, 429, 503))
    async def turn_off(self, share_id: UUID, links: NamedDependency[ShareLinkService]) -> None:
        """Turn a link off for ever, at once."""
        await links.turn_off(share_id)


class SharedController(Controller):
    """What a link opens, for whoever has it."""

    path = "/shared"
    tags = ["Sharing"]
    opt = {"exclude_from_auth": True}
    security = PUBLIC
    dependencies = {"shared": Provide(provide_shared, sync_to_thread=False)}

    @get("/{token:str}", operation_id="getShared", responses=errors(400, 404, 422, 429, 503))
    async def read(
        self,
        token: str,
        shared: NamedDependency[SharedService],
        cursor: CursorParameter = None,
        limit: LimitParameter = LIMITS.page_size,
    ) -> Envelope[SharedView]:
        """The render or collection behind a link; a collection's renders come in pages."""
        return part(*await shared.find(token, cursor, limit))

    @get(
        "/{token:str}/pictures/{variant_id:uuid}",
        operation_id="getSharedPicture",
        media_type="image/*",
        responses=UNCHANGED | errors(404, 422, 429, 503),
    )
    async def picture(
        self,
        request: Request[Any, Any, State],
        token: str,
        variant_id: UUID,
        shared: NamedDependency[SharedService],
        size: Size = "full",
    ) -> Response[bytes]:
        """A picture behind a link. Whoever keeps it asks each time whether the link still opens."""
        file = await shared.file(token, variant_id, size)
        headers = {"Cache-Control": "private, no-cache", "ETag": f'"{variant_id}-{size}"'}
        if matches(request, headers["ETag"]):
            return Response(b"", status_code=304, headers=headers)
        return Response(await shared.read(token, file), media_type=file.mime, headers=headers)


@post(
    "/reports",
    operation_id="addReport",
    tags=["Sharing"],
    status_code=204,
    opt={"exclude_from_auth": True, "rate": REPORTS_PER_HOUR},
    security=PUBLIC,
    dependencies={"reports": Provide(provide_reports, sync_to_thread=False)},
    responses=errors(400, 404, 408, 413, 415, 422, 429, 503),
)
async def add_report(data: AddReport, reports: NamedDependency[ReportService]) -> None:
    """Report a picture to the operators."""
    await reports.add(data.share_token, data.render_id, data.community_item_id, data.reason, data.message)
