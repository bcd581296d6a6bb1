"""What search engines are told: which pages there are, and which are not for them (sitemaps.org, RFC 9309)."""

from html import escape
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State

from api.caching import CACHE_CONTROL, etag_of, matches
from api.services import provide_community


@get("/sitemap.xml", include_in_schema=False, opt={"exclude_from_auth": True})
async def sitemap(request: Request[Any, Any, State]) -> Response[bytes]:
    """The pages for everybody. What links open is never among them."""
    pages = [("/", ""), ("/community", "")]
    for one in await provide_community(request).addresses():
        changed = one.changed_at.isoformat(timespec="seconds")
        pages.append((f"/community/{one.slug}", f"<lastmod>{changed}</lastmod>"))
    public_url = _public_url(request)
    lines = [f"  <url><loc>{escape(public_url + path)}</loc>{changed}</url>" for path, changed in pages]
    opening = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return _public(request, "\n".join((opening, *lines, "</urlset>\n")), "application/xml")


@get("/robots.txt", include_in_schema=False, opt={"exclude_from_auth": True, "unlimited": True}, sync_to_thread=False)
def robots(request: Request[Any, Any, State]) -> Response[bytes]:
    """The dashboard is nobody's to look through. The sitemap is named with its whole address, which no build knows."""
    text = f"User-agent: *\nDisallow: /dashboard\n\nSitemap: {_public_url(request)}/sitemap.xml\n"
    return _public(request, text, "text/plain")


def _public(request: Request[Any, Any, State], text: str, media_type: str) -> Response[bytes]:
    data = text.encode()
    headers = {"Cache-Control": CACHE_CONTROL, "ETag": etag_of(data)}
    if matches(request, headers["ETag"]):
        return Response(b"", status_code=304, headers=headers)
    return Response(data, media_type=media_type, headers=headers)


def _public_url(request: Request[Any, Any, State]) -> str:
    # Never from the Host header: caches and search engines keep it.
    return request.app.state.settings.public_url
