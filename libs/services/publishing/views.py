"""What this feature answers: links to their owners; shared renders and community sets to anybody."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec


class RecipeView(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that made a picture, to start from. `problem` says why they cannot be used now; null when they can.

    `model` is the preset's on Replicate; null when the preset was retired, as its name is.

    `from_photo`: it was made from a photo, which is not part of it.
    """

    preset_id: str
    preset_name: str | None
    model: str | None
    prompt: str
    settings: dict[str, Any]
    seed: int
    from_photo: bool
    problem: str | None


class ShareLinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A link. `url` is null when it can no longer be shown, though it still opens.

    `taken_down_at` is when an operator took down what it shows.
    """

    id: UUID
    render_id: UUID | None
    collection_id: UUID | None
    title: str
    url: str | None
    include_settings: bool
    expires_at: datetime | None
    taken_down_at: datetime | None
    created_at: datetime


class SharedVariantView(msgspec.Struct, frozen=True):
    """A picture of a share: addresses that open while the link does, its size in pixels, and a ThumbHash (base64)."""

    id: UUID
    index: int
    url: str
    thumbnail_url: str
    width: int
    height: int
    placeholder: str


class SharedRenderView(msgspec.Struct, frozen=True):
    """A render of a share, its cover first. `recipe` is null unless its owner included it.

    Without it, a render that nobody named is titled by its preset: its own title would be the prompt.
    """

    id: UUID
    title: str
    recipe: RecipeView | None
    variants: list[SharedVariantView]


class SharedView(msgspec.Struct, frozen=True):
    """What a link shows. Nothing in it tells who the owner is."""

    kind: Literal["render", "collection"]
    title: str
    renders: list[SharedRenderView]


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
    """A picture of a set, and what made it: the first variant of a generation."""

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
