"""The built SPA: files by name, and index.html for every page address, under a strict Content-Security-Policy."""

import mimetypes
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath
from msgspec import Struct

from api.caching import etag_of, matches
from api.envelope import ErrorEnvelope
from api.errors import failure
from libs.app_config.settings import Settings
from libs.errors import ErrorCode

# Compressed copies that the build writes (web/vite.config.ts), smallest first, by content coding (RFC 9110, 8.4.1).
CODINGS: Final = {"br": ".br", "gzip": ".gz"}
YEAR: Final = "public, max-age=31536000, immutable"


class SpaFile(Struct, frozen=True):
    """A built file, ready to send."""

    data: bytes
    coded: dict[str, bytes]
    content_type: str
    etag: str
    cache_control: str


class Spa:
    """All built files in memory: about two megabytes, read once."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.files = {
            path.relative_to(folder).as_posix(): _load(path, hashed=path.parent.name == "assets")
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix not in CODINGS.values()
        }
        self.page_headers = {
            "Content-Security-Policy": content_security_policy(settings.supabase_url),
            # Pictures are loaded from there as soon as the page's code has run.
            "Link": f"<{settings.supabase_url}>; rel=preconnect",
        }


def content_security_policy(supabase_url: str) -> str:
    """Only our own code runs; only our Supabase project is called and serves pictures."""
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
            # A hidden frame downloads the ZIP.
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
def serve_spa(request: Request[None, None, State], path: FromPath[str]) -> Response[bytes] | Response[ErrorEnvelope]:
    """A built file, or the page that the SPA's router draws."""
    spa: Spa = request.app.state.spa
    name = path.lstrip("/")
    file = spa.files.get(name)
    if file is None:
        # An address with an ending is a missing file, one below api/ a missing route.
        if "." in name.rpartition("/")[2] or name.startswith("api/") or "index.html" not in spa.files:
            return failure(ErrorCode.NOT_FOUND)
        file = spa.files["index.html"]
    headers = {**spa.page_headers, "Cache-Control": file.cache_control, "ETag": file.etag}
    if file.coded:
        headers["Vary"] = "Accept-Encoding"
    if matches(request, file.etag):
        return Response(b"", status_code=304, headers=headers)
    accepted = _codings(request.headers.get("accept-encoding", ""))
    for coding, data in file.coded.items():
        if coding in accepted:
            return Response(data, media_type=file.content_type, headers=headers | {"Content-Encoding": coding})
    return Response(file.data, media_type=file.content_type, headers=headers)


def _codings(accepted: str) -> set[str]:
    """The names in an Accept-Encoding; a weight of 0 refuses one (RFC 9110, 12.4.2)."""
    weighted = (coding.replace(" ", "").partition(";q=") for coding in accepted.lower().split(","))
    return {name for name, _, weight in weighted if not weight or weight.strip("0.")}


def _load(path: Path, *, hashed: bool) -> SpaFile:
    data = path.read_bytes()
    beside = {coding: path.with_name(path.name + suffix) for coding, suffix in CODINGS.items()}
    return SpaFile(
        data=data,
        coded={coding: other.read_bytes() for coding, other in beside.items() if other.exists()},
        content_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        etag=etag_of(data),
        cache_control=YEAR if hashed else "no-cache",
    )
