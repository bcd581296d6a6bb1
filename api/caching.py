"""Responses that are the same for everybody: caches may store them and revalidate them by their ETag."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

import msgspec
from litestar import Request, Response
from litestar.openapi.datastructures import ResponseSpec

from api.envelope import Envelope

T = TypeVar("T")

# Fresh for a minute; for ten more a cache may answer with what it has while it revalidates.
CACHE_CONTROL: Final = "public, max-age=60, stale-while-revalidate=600"

UNCHANGED: Final = {304: ResponseSpec(None, description="What you have is still right.")}


def cacheable(request: Request[Any, Any, Any], envelope: Envelope[T]) -> Response[Envelope[T]]:
    """The envelope with its ETag, or 304 when the client has it. The ETag is weak: it ignores the request id."""
    content = msgspec.json.encode((envelope.data, envelope.meta.next_cursor or None))
    etag = f"W/{etag_of(content)}"
    headers = {"Cache-Control": CACHE_CONTROL, "ETag": etag}
    if matches(request, etag):
        return cast("Response[Envelope[T]]", Response(b"", status_code=304, headers=headers))
    return Response(envelope, headers=headers)


def conditional(
    request: Request[Any, Any, Any], data: bytes, media_type: str, headers: Mapping[str, str]
) -> Response[bytes]:
    """Bytes with their ETag, or 304 when the client has them."""
    tagged = {**headers, "ETag": etag_of(data)}
    if matches(request, tagged["ETag"]):
        return Response(b"", status_code=304, headers=tagged)
    return Response(data, media_type=media_type, headers=tagged)


def etag_of(data: bytes) -> str:
    """The strong ETag of these bytes."""
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'


def matches(request: Request[Any, Any, Any], etag: str) -> bool:
    """Whether the client has the response of this ETag (RFC 9110, section 13.1.2: compared weakly)."""
    given = request.headers.get("if-none-match", "")
    return etag.removeprefix("W/") in {tag.strip().removeprefix("W/") for tag in given.split(",")}
