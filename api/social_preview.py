"""Pages that people share by their address: the SPA's document with its own title and preview for each.

Messengers and search engines run no script, so what they show must be in the document (https://ogp.me).
"""

import re
from html import escape
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter
from msgspec import Struct

from api.caching import conditional
from api.dependencies import provide_community, provide_shared
from api.envelope import ErrorEnvelope
from api.errors import failure
from api.spa import Spa
from libs.errors import ErrorCode, MaquetteError
from libs.services.publishing.views import CommunityPictureView

TITLE: Final = re.compile(r"<title>[^<]*</title>")
DESCRIPTION: Final = re.compile(r'<meta name="description"[^>]*>')

LANDING: Final = "Render a photo or an idea, keep what you made in order, and start from sets that work."
COMMUNITY: Final = "Sets of renders with the settings that made them. Apply one and make it yours."


class PreviewImage(Struct, frozen=True, kw_only=True):
    """A picture at an absolute address, its size in pixels, and what it shows."""

    url: str
    width: int
    height: int
    alt: str


class Preview(Struct, frozen=True, kw_only=True):
    """Title and preview for a document's head; texts are escaped when they are written. `indexed`: by search engines.

    `canonical` is the main address of a page that is shown at several.
    """

    title: str
    description: str
    address: str
    canonical: str | None = None
    image: PreviewImage | None = None
    indexed: bool


@get("/", include_in_schema=False, opt={"exclude_from_auth": True, "unlimited": True}, sync_to_thread=False)
def landing_page(request: Request[Any, Any, State]) -> Response[bytes] | Response[ErrorEnvelope]:
    """The landing page with its picture. No call to the database."""
    url = f"{public_url(request)}/presets/warm-minimal.webp"
    image = PreviewImage(url=url, width=864, height=576, alt="A furnished living room in warm light")
    preview = Preview(
        title="Renders from photos and ideas", description=LANDING, address="/", image=image, indexed=True
    )
    return _document(request, preview, 200)


@get("/community", include_in_schema=False, opt={"exclude_from_auth": True})
async def community_page(request: Request[Any, Any, State]) -> Response[bytes] | Response[ErrorEnvelope]:
    """All sets, with the first cover."""
    image = None
    try:
        sets = await provide_community(request).page(None, None, 1)
        image = next((_image(cover, one.title) for one in sets.items for cover in one.covers), None)
    except MaquetteError:
        # A preview without a picture is better than none.
        pass
    preview = Preview(title="Community", description=COMMUNITY, address="/community", image=image, indexed=True)
    return _document(request, preview, 200)


@get("/community/{slug:str}", include_in_schema=False, opt={"exclude_from_auth": True})
async def community_set_page(
    request: Request[Any, Any, State],
    slug: FromPath[str],
    item: Annotated[str | None, QueryParameter(name="item", required=False)] = None,
) -> Response[bytes] | Response[ErrorEnvelope]:
    """One set, with its first picture; or one `item` of it, by its id."""
    try:
        found = await provide_community(request).find(slug)
    except MaquetteError as error:
        return _document(request, None, 404 if error.code is ErrorCode.COMMUNITY_SET_NOT_FOUND else 200)
    address = f"/community/{found.slug}"
    open_item = next((one for one in found.items if str(one.id) == item), None)
    shown = open_item or next(iter(found.items), None)
    preview = Preview(
        title=f"{open_item.title} · {found.title}" if open_item else found.title,
        description=(open_item and open_item.recipe.prompt) or found.description,
        address=f"{address}?item={open_item.id}" if open_item else address,
        # Search engines index the set only: an item is a part of it.
        canonical=address,
        image=_image(shown.picture, shown.title) if shown else None,
        indexed=True,
    )
    return _document(request, preview, 200)


@get("/s/{token:str}", include_in_schema=False, opt={"exclude_from_auth": True})
async def shared_page(
    request: Request[Any, Any, State],
    token: FromPath[str],
    item: Annotated[str | None, QueryParameter(name="item", required=False)] = None,
) -> Response[bytes] | Response[ErrorEnvelope]:
    """What a link opens, with its first picture; or one `item` of it, a variant's id. It is not to be indexed."""
    service = provide_shared(request)
    picked = _uuid(item)
    try:
        shared = await service.find_picture(token, picked) if picked else None
        if shared is None:
            picked = None
            shared, _ = await service.find(token, None, 1)
    except MaquetteError as error:
        return _document(request, None, 404 if error.code is ErrorCode.SHARE_NOT_FOUND else 200)
    title, description, address, image = shared.title, "Made with Maquette.", f"/s/{token}", None
    if shared.renders:
        render = shared.renders[0]
        shown = next((variant for variant in render.variants if variant.id == picked), render.variants[0])
        url = public_url(request) + shown.url
        image = PreviewImage(url=url, width=shown.width, height=shown.height, alt=render.title)
        if picked:
            title = title if render.title == title else f"{render.title} · {title}"
            description = (render.recipe and render.recipe.prompt) or description
            address = f"{address}?item={picked}"
    preview = Preview(title=title, description=description, address=address, image=image, indexed=False)
    return _document(request, preview, 200)


def head(document: str, preview: Preview, public_url: str) -> str:
    """The document with the preview's title, description and Open Graph tags in place of its own."""
    title = escape(f"{preview.title} · Maquette")
    tags = {
        "og:type": "website",
        "og:site_name": "Maquette",
        "og:title": escape(preview.title),
        "og:description": escape(preview.description),
        "og:url": escape(public_url + preview.address),
        "twitter:card": "summary_large_image" if preview.image else "summary",
    }
    if preview.image:
        tags |= {
            "og:image": escape(preview.image.url),
            "og:image:width": str(preview.image.width),
            "og:image:height": str(preview.image.height),
            "og:image:alt": escape(preview.image.alt),
        }
    lines = [f'<meta property="{name}" content="{value}" />' for name, value in tags.items()]
    if preview.indexed:
        lines.append(f'<link rel="canonical" href="{escape(public_url + (preview.canonical or preview.address))}" />')
    else:
        lines.append('<meta name="robots" content="noindex" />')
    description = f'<meta name="description" content="{escape(preview.description)}" />'
    # Functions, because a replacement text would read backslashes of a title as references.
    document = TITLE.sub(lambda _: f"<title>{title}</title>\n    " + "\n    ".join(lines), document, count=1)
    return DESCRIPTION.sub(lambda _: description, document, count=1)


def _document(
    request: Request[Any, Any, State], preview: Preview | None, status: int
) -> Response[bytes] | Response[ErrorEnvelope]:
    spa: Spa = request.app.state.spa
    file = spa.files.get("index.html")
    if file is None:
        return failure(ErrorCode.NOT_FOUND)
    data = head(file.data.decode(), preview, public_url(request)).encode() if preview else file.data
    headers = dict(spa.page_headers)
    if not (preview and preview.indexed):
        # No cache may store what a link opens: it must be gone with the link.
        headers["X-Robots-Tag"] = "noindex"
        return Response(data, media_type=file.content_type, status_code=status, headers=headers)
    return conditional(request, data, file.content_type, headers | {"Cache-Control": file.cache_control})


def _image(picture: CommunityPictureView, alt: str) -> PreviewImage:
    return PreviewImage(url=picture.url, width=picture.width, height=picture.height, alt=alt)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def public_url(request: Request[Any, Any, State]) -> str:
    """The address of the product, from the settings: a Host header could put another one into pages that are shared."""
    return request.app.state.settings.public_url
