"""/shared: what a share link opens."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from api.auth import PUBLIC
from api.caching import UNCHANGED, matches
from api.dependencies import provide_shared
from api.envelope import Envelope, part
from api.errors import errors
from api.parameters import CursorParameter, LimitParameter
from libs.app_config.runtime import LIMITS
from libs.services.publishing.shared import SharedService, Size
from libs.services.publishing.views import SharedView


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
        token: FromPath[str],
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
        token: FromPath[str],
        variant_id: FromPath[UUID],
        shared: NamedDependency[SharedService],
        size: FromQuery[Size] = "full",
    ) -> Response[bytes]:
        """A picture behind a link. Whoever keeps it asks each time whether the link still opens."""
        file = await shared.file(token, variant_id, size)
        headers = {"Cache-Control": "private, no-cache", "ETag": f'"{variant_id}-{size}"'}
        if matches(request, headers["ETag"]):
            return Response(b"", status_code=304, headers=headers)
        return Response(await shared.read(token, file), media_type=file.mime, headers=headers)
