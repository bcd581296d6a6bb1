"""What this feature answers: renders as cards of a list, as results of a generation and in full, and collections."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from libs.app_config.runtime import LIMITS, find_preset
from libs.repositories.collections import CollectionRow
from libs.repositories.render_rows import RenderRow, TakenDown, VariantRow
from libs.repositories.renders import CardRow, MembershipView, RefundView, RelativeRow, RenderDetailRow
from libs.repositories.reports import Reason
from libs.repositories.storage import INPUTS, RENDERS

TRASH: Final = timedelta(days=LIMITS.trash_days)

# Why a render was taken down, by the reason of a report, as its owner is told.
TAKEN_DOWN: Final = {
    "illegal": "We took this render down: it shows something illegal. Its pictures cannot be opened any more.",
    "private": "We took this render down: it shows somebody's private matters. Its pictures cannot be opened any more.",
    "offensive": "We took this render down: it is hateful, violent or sexual. Its pictures cannot be opened any more.",
    "other": "We took this render down: it breaks our rules. Its pictures cannot be opened any more.",
}


class TakenDownView(msgspec.Struct, frozen=True):
    """When an operator took a render down, and why. Its pictures have no addresses then."""

    at: datetime
    reason: Reason
    message: str


class VariantView(msgspec.Struct, frozen=True):
    """A picture: signed URLs that expire, its size in pixels and bytes, and a ThumbHash (base64) to show first."""

    id: UUID
    index: int
    url: str | None
    thumbnail_url: str | None
    mime: str
    width: int
    height: int
    bytes: int
    placeholder: str


class RenderView(msgspec.Struct, frozen=True):
    """The result of a generation."""

    id: UUID
    title: str
    cover_variant_id: UUID | None
    variants: list[VariantView]
    taken_down: TakenDownView | None


class CoverView(msgspec.Struct, frozen=True):
    """A small picture: the signed URL of its thumbnail, the size in pixels of the full picture, and a ThumbHash."""

    variant_id: UUID
    thumbnail_url: str | None
    width: int
    height: int
    placeholder: str


class RenderCardView(msgspec.Struct, frozen=True):
    """A render in a list. `purged_at` is when it is purged from the trash; null outside the trash.

    One that an operator took down has no cover.
    """

    id: UUID
    title: str
    preset_id: str
    created_at: datetime
    purged_at: datetime | None
    variant_count: int
    is_favorite: bool
    is_taken_down: bool
    cover: CoverView | None


class RelativeView(msgspec.Struct, frozen=True):
    """A render that another one came from, or that was made from it. `cover` is null when its picture is gone."""

    render_id: UUID
    title: str
    cover: CoverView | None


class PhotoView(msgspec.Struct, frozen=True):
    """The photo a render came from; `url` is null when it was deleted since."""

    upload_id: str
    url: str | None


class RenderDetailView(msgspec.Struct, frozen=True, kw_only=True):
    """A render with everything about it. `model` is the preset's on Replicate; null when the preset was retired.

    `credits` is what it cost; `refund` is null when nothing of that was given back. `source_is_gone`: it was made from
    a picture of another render, which was deleted for ever since.
    """

    id: UUID
    title: str
    prompt: str
    preset_id: str
    model: str | None
    settings: dict[str, Any]
    seed: int
    credits: int
    refund: RefundView | None
    created_at: datetime
    purged_at: datetime | None
    cover_variant_id: UUID | None
    variants: list[VariantView]
    is_favorite: bool
    collections: list[MembershipView]
    photo: PhotoView | None
    source: RelativeView | None
    source_is_gone: bool
    made_from_it: list[RelativeView]
    taken_down: TakenDownView | None


class CollectionView(msgspec.Struct, frozen=True):
    """A collection. `covers` are up to three, the chosen one first.

    `contains`: whether the render is in it that a list was asked for with `containing`.
    """

    id: UUID
    name: str
    is_favorites: bool
    created_at: datetime
    cover_render_id: UUID | None
    count: int
    covers: list[CoverView]
    contains: bool


def variant_files(variants: list[VariantRow]) -> list[str]:
    """The pictures and thumbnails of variants, as `bucket/path`."""
    return [f"{RENDERS}/{path}" for variant in variants for path in (variant.path, variant.thumbnail_path)]


def thumbnail_files(variants: list[VariantRow | None]) -> list[str]:
    """The thumbnails of variants, as `bucket/path`."""
    return [f"{RENDERS}/{variant.thumbnail_path}" for variant in variants if variant]


def render_files(render: RenderRow | RenderDetailRow) -> list[str]:
    """The files of a render that its owner may open, as `bucket/path`: none of one that was taken down."""
    return [] if render.taken_down_at else variant_files(render.variants)


def taken_down_view(render: TakenDown) -> TakenDownView | None:
    """What the owner is told of a render that was taken down; None for any other."""
    if render.taken_down_at is None or render.taken_down_reason is None:
        return None
    reason = msgspec.convert(render.taken_down_reason, Reason)
    return TakenDownView(render.taken_down_at, reason, TAKEN_DOWN[reason])


def detail_files(render: RenderDetailRow) -> list[str]:
    """Every stored file that the full view of a render shows, as `bucket/path`."""
    relatives = [relative.variant for relative in render.made_from_it]
    if render.source:
        relatives.append(render.source.variant)
    photo = [render.input_path] if render.input_path and render.input_path.startswith(f"{INPUTS}/") else []
    return render_files(render) + thumbnail_files(relatives) + photo


def render_view(render: RenderRow, urls: dict[str, str]) -> RenderView:
    """A render with its variants in order."""
    variants = variant_views(render.variants, urls)
    return RenderView(render.id, render.title, render.cover_variant_id, variants, taken_down_view(render))


def variant_views(variants: list[VariantRow], urls: dict[str, str]) -> list[VariantView]:
    """Variants in order."""
    return [
        VariantView(
            variant.id,
            variant.index,
            urls.get(f"{RENDERS}/{variant.path}"),
            urls.get(f"{RENDERS}/{variant.thumbnail_path}"),
            variant.mime,
            variant.width,
            variant.height,
            variant.bytes,
            variant.placeholder,
        )
        for variant in sorted(variants, key=lambda variant: variant.index)
    ]


def cover_view(variant: VariantRow | None, urls: dict[str, str]) -> CoverView | None:
    """A variant's thumbnail."""
    if variant is None:
        return None
    url = urls.get(f"{RENDERS}/{variant.thumbnail_path}")
    return CoverView(variant.id, url, variant.width, variant.height, variant.placeholder)


def card_view(card: CardRow, urls: dict[str, str]) -> RenderCardView:
    """A render in a list."""
    return RenderCardView(
        card.id,
        card.title,
        card.preset_id,
        card.created_at,
        card.deleted_at and card.deleted_at + TRASH,
        card.variant_count,
        card.is_favorite,
        card.is_taken_down,
        cover_view(card.cover, urls),
    )


def detail_view(render: RenderDetailRow, urls: dict[str, str]) -> RenderDetailView:
    """A render with everything about it."""
    preset = find_preset(render.preset_id)
    photo = None
    if render.input_path and render.input_path.startswith(f"{INPUTS}/"):
        photo = PhotoView(render.input_path.rpartition("/")[2], urls.get(render.input_path))
    source = render.source
    return RenderDetailView(
        id=render.id,
        title=render.title,
        prompt=render.prompt,
        preset_id=render.preset_id,
        model=preset.model if preset else None,
        settings=render.settings,
        seed=render.seed,
        credits=render.credits,
        refund=render.refund,
        created_at=render.created_at,
        purged_at=render.deleted_at and render.deleted_at + TRASH,
        cover_variant_id=render.cover_variant_id,
        variants=variant_views(render.variants, urls),
        is_favorite=any(collection.is_favorites for collection in render.collections),
        collections=render.collections,
        photo=photo,
        source=source and _relative(source, urls),
        source_is_gone=source is None and bool(render.input_path and render.input_path.startswith(f"{RENDERS}/")),
        made_from_it=[_relative(made, urls) for made in render.made_from_it],
        taken_down=taken_down_view(render),
    )


def _relative(row: RelativeRow, urls: dict[str, str]) -> RelativeView:
    return RelativeView(row.render_id, row.title, cover_view(row.variant, urls))


def collection_view(row: CollectionRow, urls: dict[str, str]) -> CollectionView:
    """A collection with its covers."""
    return CollectionView(
        row.id,
        row.name,
        row.is_favorites,
        row.created_at,
        row.cover_render_id,
        row.count,
        [view for cover in row.covers if (view := cover_view(cover, urls))],
        row.contains,
    )
