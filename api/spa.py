"""The built SPA: files by name, and index.html for every page address, under a strict Content-Security-Policy."""

import gzip
import mimetypes
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from litestar import Request, Response, get
from litestar.datastructures import State
from msgspec import Struct

from api.caching import etag_of, matches
from api.envelope import ErrorEnvelope
from api.errors import failure
from libs.app_config.settings import Settings
from libs.errors import ErrorCode

COMPRESSIBLE: Final = ("text/", "application/javascript", "application/json", "image/svg+xml")
YEAR: Final = "public, max-age=31536000, immutable"


class SpaFile(Struct, frozen=True):
    """A built file, ready to send."""

    data: bytes
    gzipped: bytes | None
    content_type: str
    etag: str
    cache_control: str


class Spa:
    """All built files in memory: about a megabyte, read once."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.files = {
            path.relative_to(folder).as_posix(): _load(path, hashed=path.parent.name == "assets")
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        self.policy = content_security_policy(settings.supabase_url)


def content_security_policy(supabase_url: str) -> str:
    """Only our own code runs; only our Supabase project is called and shows pictures."""
    parts = urlsplit(supabase_url)
    supabase = f"{parts.scheme}://{parts.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' blob: data: {supabase}",
            f"connect-src 'self' blob: {supabase}",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self' blob:",
            "base-uri 'none'",
            "form-action 'self'",
            # The frame that a ZIP is downloaded through.
            "frame-src 'self'",
            "frame-ancestors 'none'",
        )
    )


@get(
    "/{path:path}",
    include_in_schema=False,
    opt={"exclude_from_auth": True, "unlimited": True},
    sync_to_thread=False,
)
def serve_spa(request: Request[None, None, State], path: str) -> Response[bytes] | Response[ErrorEnvelope]:
    """A built file, or the page that the SPA's router draws."""
    spa: Spa = request.app.state.spa
    name = path.lstrip("/")
    file = spa.files.get(name)
    if file is None:
        # An address with an ending is a file that is not there; api/ is ours to answer.
        if "." in name.rpartition("/")[2] or name.startswith("api/") or "index.html" not in spa.files:
            return failure(ErrorCode.NOT_FOUND)
        file = spa.files["index.html"]
    headers = {"Content-Security-Policy": spa.policy, "Cache-Control": file.cache_control, "ETag": file.etag}
    if matches(request, file.etag):
        return Response(b"", status_code=304, headers=headers)
    if file.gzipped is not None:
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(file.gzipped, media_type=file.content_type, headers=headers)
    return Response(file.data, media_type=file.content_type, headers=headers)


def _load(path: Path, *, hashed: bool) -> SpaFile:
    data = path.read_bytes()
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return SpaFile(
        data=data,
        gzipped=gzip.compress(data, 9, mtime=0) if content_type.startswith(COMPRESSIBLE) else None,
        content_type=content_type,
        etag=etag_of(data),
        cache_control=YEAR if hashed else "no-cache",
    )
