"""Community: sets that operators curate, with what made each picture."""

import re
from typing import Final

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.community import (
    CommunityItemRow,
    CommunityRepository,
    CommunitySetRow,
    SetAddressRow,
    SetCursor,
)
from libs.repositories.cursor import decode_cursor
from libs.repositories.storage import COMMUNITY, StoragePool
from libs.services.paging import Page
from libs.services.publishing.recipe import recipe_view
from libs.services.publishing.views import (
    CommunityItemView,
    CommunityPictureView,
    CommunitySetDetailView,
    CommunitySetView,
)
from libs.text import clean_text

# As the table checks it. Other text names no set, and Postgres cannot store some of it (U+0000).
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TAG_CHARACTERS: Final = 40


class CommunityService:
    """Published sets, the same for everybody: no caller is involved."""

    def __init__(self, community: CommunityRepository, storage: StoragePool) -> None:
        self._community = community
        self._storage = storage

    async def page(self, tag: str | None, cursor: str | None, limit: int) -> Page[CommunitySetView]:
        """Published sets in the operators' order. Raises FieldError, invalid_cursor."""
        named = None if tag is None else clean_text("tag", tag, TAG_CHARACTERS)
        rows = await self._community.page(named, decode_cursor(cursor, SetCursor), limit)
        page = Page.of(rows, limit, lambda row: SetCursor(row.position, row.id))
        return page.showing([self._set(row) for row in page.items])

    async def tags(self) -> list[str]:
        """The tags of published sets, the most frequent first."""
        return await self._community.tags()

    async def addresses(self) -> list[SetAddressRow]:
        """Where every published set is, in the operators' order."""
        return await self._community.addresses()

    async def find(self, slug: str) -> CommunitySetDetailView:
        """One set with its items. Raises community_set_not_found."""
        row = await self._community.find(slug) if SLUG.fullmatch(slug) else None
        if row is None:
            raise MaquetteError(ErrorCode.COMMUNITY_SET_NOT_FOUND)
        return CommunitySetDetailView(
            slug=row.slug,
            title=row.title,
            description=row.description,
            tags=row.tags,
            items=[
                CommunityItemView(
                    id=item.id,
                    title=item.title,
                    credit=item.credit,
                    picture=self._picture(item),
                    recipe=recipe_view(item.preset_id, item.prompt, item.settings, item.seed),
                )
                for item in row.items
            ],
        )

    def _set(self, row: CommunitySetRow) -> CommunitySetView:
        return CommunitySetView(
            slug=row.slug,
            title=row.title,
            description=row.description,
            tags=row.tags,
            count=row.count,
            covers=[self._picture(item) for item in row.items],
        )

    def _picture(self, item: CommunityItemRow) -> CommunityPictureView:
        return CommunityPictureView(
            self._storage.public_url(COMMUNITY, item.path),
            self._storage.public_url(COMMUNITY, item.thumbnail_path),
            item.width,
            item.height,
            item.placeholder,
        )
