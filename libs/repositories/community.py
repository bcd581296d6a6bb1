"""Community sets: what operators published, the same for everybody."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from libs.repositories.database import Database


class CommunityItemRow(msgspec.Struct, frozen=True, kw_only=True):
    """A picture and what made it; `path` and `thumbnail_path` are names in the `community` bucket."""

    id: UUID
    title: str
    credit: str
    preset_id: str
    prompt: str
    settings: dict[str, Any]
    seed: int
    path: str
    thumbnail_path: str
    width: int
    height: int
    placeholder: str


class CommunitySetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A set with `count` items; a list has the first three of them."""

    id: UUID
    slug: str
    title: str
    description: str
    tags: list[str]
    position: int
    count: int
    items: list[CommunityItemRow]


class SetAddressRow(msgspec.Struct, frozen=True, kw_only=True):
    """The address of a set, and when it was published or got its newest item."""

    slug: str
    changed_at: datetime


class SetCursor(msgspec.Struct, frozen=True, array_like=True):
    """The last row of a page of sets; `position` is an integer of Postgres."""

    position: Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
    id: UUID


class CommunityRepository:
    """Published sets. `db` is anonymous, so that no answer depends on who reads it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(self, tag: str | None, after: SetCursor | None, limit: int) -> list[CommunitySetRow]:
        """Sets in the operators' order; one row beyond `limit` means that a next page exists."""
        arguments: dict[str, object] = {"page_size": limit, "tag": tag}
        if after:
            arguments |= {"after_position": after.position, "after_id": after.id}
        return await self._db.call("list_community", list[CommunitySetRow], arguments)

    async def tags(self) -> list[str]:
        """The tags of published sets, the most frequent first."""
        return await self._db.call("community_tags", list[str], {})

    async def addresses(self) -> list[SetAddressRow]:
        """Every published set, in the operators' order."""
        return await self._db.call("community_addresses", list[SetAddressRow])

    async def find(self, slug: str) -> CommunitySetRow | None:
        """One set with all its items; None when there is no published set of that name."""
        rows = await self._db.call("list_community", list[CommunitySetRow], {"page_size": 1, "wanted": slug})
        return rows[0] if rows else None
