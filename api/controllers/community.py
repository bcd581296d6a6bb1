"""/community: curated sets, the same for everybody."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter

from api.auth import PUBLIC
from api.caching import UNCHANGED, cacheable
from api.dependencies import provide_community
from api.envelope import Envelope, ok, page
from api.errors import errors
from api.parameters import CursorParameter, LimitParameter
from libs.app_config.runtime import LIMITS
from libs.services.publishing.community import TAG_CHARACTERS, CommunityService
from libs.services.publishing.views import CommunitySetDetailView, CommunitySetView


class CommunityController(Controller):
    """Published sets. No token is read: what is answered never depends on who asks."""

    path = "/community"
    tags = ["Community"]
    opt = {"exclude_from_auth": True}
    security = PUBLIC
    dependencies = {"community": Provide(provide_community, sync_to_thread=False)}

    @get("/", operation_id="listCommunity", responses=UNCHANGED | errors(400, 422, 429, 503))
    async def list_page(
        self,
        request: Request[Any, Any, State],
        community: NamedDependency[CommunityService],
        tag: Annotated[str | None, QueryParameter(name="tag", required=False, max_length=TAG_CHARACTERS)] = None,
        cursor: CursorParameter = None,
        limit: LimitParameter = LIMITS.page_size,
    ) -> Response[Envelope[list[CommunitySetView]]]:
        """Sets with their covers, all or those of one tag."""
        return cacheable(request, page(await community.page(tag, cursor, limit)))

    @get("/tags", operation_id="listCommunityTags", responses=UNCHANGED | errors(429, 503))
    async def list_tags(
        self, request: Request[Any, Any, State], community: NamedDependency[CommunityService]
    ) -> Response[Envelope[list[str]]]:
        """The tags of published sets, the commonest first."""
        return cacheable(request, ok(await community.tags()))

    @get("/{slug:str}", operation_id="getCommunitySet", responses=UNCHANGED | errors(404, 429, 503))
    async def read(
        self, request: Request[Any, Any, State], slug: FromPath[str], community: NamedDependency[CommunityService]
    ) -> Response[Envelope[CommunitySetDetailView]]:
        """One set with its pictures and what made each."""
        return cacheable(request, ok(await community.find(slug)))
