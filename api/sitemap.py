"""For search engines: the sitemap and robots.txt (sitemaps.org, RFC 9309)."""

from html import escape
from typing import Any, Final

from litestar import Request, Response, get
from litestar.datastructures import State

from api.caching import CACHE_CONTROL, conditional
from api.dependencies import provide_community
from api.social_preview import public_url

HEADERS: Final = {"Cache-Control": CACHE_CONTROL}


@get("/sitemap.xml", include_in_schema=False, opt={"exclude_from_auth": True})
async def sitemap(request: Request[Any, Any, State]) -> Response[bytes]:
    """The public pages. What share links open is never among them."""
    pages = [("/", ""), ("/community", "")]
    for one in await provide_community(request).addresses():
        changed = one.changed_at.isoformat(timespec="seconds")
        pages.append((f"/community/{one.slug}", f"<lastmod>{changed}</lastmod>"))
    base = public_url(request)
    lines = [f"  <url><loc>{escape(base + path)}</loc>{changed}</url>" for path, changed in pages]
    opening = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    document = "\n".join((opening, *lines, "</urlset>\n"))
    return conditional(request, document.encode(), "application/xml", HEADERS)


@get("/robots.txt", include_in_schema=False, opt={"exclude_from_auth": True, "unlimited": True}, sync_to_thread=False)
def robots(request: Request[Any, Any, State]) -> Response[bytes]:
    """Keep crawlers out of the dashboard. The sitemap's full address is known only here, not when the SPA is built."""
    text = f"User-agent: *\nDisallow: /dashboard\n\nSitemap: {public_url(request)}/sitemap.xml\n"
    return conditional(request, text.encode(), "text/plain", HEADERS)
