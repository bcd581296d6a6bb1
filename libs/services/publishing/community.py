"""Community: sets that operators curate, with what made each picture."""

import re
from typing import Final
from uuid import UUID

import msgspec

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.community import (
    CommunityItemRow,
    CommunityRepository,
    CommunitySetRow,
    SetAddressRow,
    SetCursor,
)
from libs.repositories.cursor import decode_cursor, encode_cursor
from libs.repositories.storage import COMMUNITY, StoragePool
from libs.services.publishing.recipe import RecipeView, recipe_view
from libs.text import clean_text

# As the table checks it: what is spelled otherwise names no set, and some of it Postgres cannot even read.
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TAG_CHARACTERS: Final = 40


class CommunityPictureView(msgspec.Struct, frozen=True):
    """A picture at public addresses that stay, its size in pixels, and a ThumbHash (base64) to show first."""

    url: str
    thumbnail_url: str
    width: int
    height: int
    placeholder: str


class CommunitySetView(msgspec.Struct, frozen=True, kw_only=True):
    """A set with up to three covers."""

    slug: str
    title: str
    description: str
    tags: list[str]
    count: int
    covers: list[CommunityPictureView]


class CommunityItemView(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of a set, and what made it: the first variant of a run."""

    id: UUID
    title: str
    credit: str
    picture: CommunityPictureView
    recipe: RecipeView


class CommunitySetDetailView(msgspec.Struct, frozen=True, kw_only=True):
    """A set with everything in it."""

    slug: str
    title: str
    description: str
    tags: list[str]
    items: list[CommunityItemView]


class CommunityService:
    """What everybody sees alike: it knows no caller."""

    def __init__(self, community: CommunityRepository, storage: StoragePool) -> None:
        self._community = community
        self._storage = storage

    async def page(self, tag: str | None, cursor: str | None, limit: int) -> tuple[list[CommunitySetView], str | None]:
        """Published sets in the operators' order, and the next page's cursor. Raises FieldError, invalid_cursor."""
        named = None if tag is None else clean_text("tag", tag, TAG_CHARACTERS)
        rows = await self._community.page(named, decode_cursor(cursor, SetCursor), limit)
        shown = rows[:limit]
        after = encode_cursor(SetCursor(shown[-1].position, shown[-1].id)) if len(rows) > limit else None
        return [self._set(row) for row in shown], after

    async def tags(self) -> list[str]:
        """What sets can be narrowed to, the commonest first."""
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
