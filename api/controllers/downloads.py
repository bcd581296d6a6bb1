"""/downloads: pictures and ZIPs to save."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Stream
from msgspec import Struct

from api.auth import PUBLIC
from api.dependencies import downloads_of, provide_downloads
from api.errors import errors
from libs.app_config.runtime import LIMITS
from libs.errors import FieldError
from libs.services.gallery.downloads import Choice, DownloadService, PictureFormat


class DownloadArchive(Struct, kw_only=True):
    """A form that a browser posts itself, so that it saves the stream without holding it.

    The token travels in the form: a browser cannot add a header to what it saves (RFC 6750, section 2.2).
    `render_ids` are separated by commas.
    """

    access_token: str
    render_ids: str = ""
    collection_id: UUID | None = None
    recipe: bool = True
    format: PictureFormat | None = None


@get(
    "/downloads/renders/{render_id:uuid}/variants/{variant_id:uuid}",
    operation_id="downloadPicture",
    tags=["Downloads"],
    media_type="image/*",
    opt={"compressed": True},
    dependencies={"downloads": Provide(provide_downloads, sync_to_thread=False)},
    responses=errors(401, 404, 422, 429, 503),
)
async def download_picture(
    render_id: FromPath[UUID],
    variant_id: FromPath[UUID],
    downloads: NamedDependency[DownloadService],
    recipe: FromQuery[bool] = True,
    format: FromQuery[PictureFormat | None] = None,  # noqa: A002 - the name of the parameter
) -> Response[bytes]:
    """One picture under a name people recognise, with what made it written into the file unless `recipe=false`.

    In the format that is stored, or in the one that is asked for.
    """
    file = await downloads.picture(render_id, variant_id, Choice(recipe, format))
    return Response(file.data, media_type=file.mime, headers={"Content-Disposition": attachment(file.name)})


@post(
    "/downloads/archive",
    operation_id="downloadArchive",
    tags=["Downloads"],
    media_type="application/zip",
    status_code=200,
    opt={"exclude_from_auth": True, "form": True, "compressed": True},
    security=PUBLIC,
    responses=errors(400, 401, 404, 408, 413, 415, 422, 429, 503),
)
async def download_archive(
    request: Request[Any, Any, State],
    data: URLEncodedBody[DownloadArchive],
) -> Stream:
    """All pictures of some renders or of a collection as a ZIP, made while it is sent."""
    services = request.app.state.services
    downloads = downloads_of(services, await services.tokens.verify(data.access_token))
    choice = Choice(data.recipe, data.format)
    if data.collection_id is not None:
        archive = await downloads.collection(data.collection_id, choice)
    else:
        archive = await downloads.renders(_ids(data.render_ids), choice)
    headers = {"Content-Disposition": attachment(archive.name)}
    return Stream(archive.pieces, media_type="application/zip", headers=headers)


def _ids(text: str) -> list[UUID]:
    try:
        ids = [UUID(part) for part in text.split(",")]
    except ValueError as error:
        raise FieldError("render_ids", "Name a collection, or renders by their ids.") from error
    if len(ids) > LIMITS.max_bulk_ids:
        raise FieldError("render_ids", f"At most {LIMITS.max_bulk_ids} renders can be named at once.")
    return ids


def attachment(name: str) -> str:
    """Content-Disposition for a file to save (RFC 6266): plain letters for old clients, UTF-8 for the others."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "'")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
