"""Add the seed sets to a local stack, one after the other: pictures to Storage, rows to the database."""

import hashlib
from collections.abc import Callable

import httpx
import psycopg
from psycopg.types.json import Jsonb

from libs.repositories.storage import COMMUNITY
from local.community.pictures import SeedPicture, read_picture
from local.community.sets import SeedItem, SeedSet, read_sets

YEAR = "31536000"

_ADD_SET = """
insert into public.community_collections (slug, title, description, tags, position, published_at)
values (%s, %s, %s, %s, %s, now())
on conflict (slug) do nothing
returning id
"""
_ADD_ITEM = """
insert into public.community_items (
  collection_id, position, title, credit, preset_id, prompt, settings, seed, path, thumbnail_path, width, height,
  placeholder
)
values (%s, %s, %s, 'Maquette', %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def seed(connection: psycopg.Connection, storage: httpx.Client, say: Callable[[str], None]) -> None:
    """Add every set that is missing, each in one transaction. `storage` sends the secret key."""
    there = {slug for (slug,) in connection.execute("select slug from public.community_collections")}
    for position, one in enumerate(read_sets()):
        if one.slug in there:
            continue
        pictures = [read_picture(one, index) for index in range(len(one.items))]
        for picture in pictures:
            _upload(storage, _name(picture, "webp"), picture.data)
            _upload(storage, _name(picture, "thumb.webp"), picture.thumbnail)
        with connection.transaction():
            _add(connection, position, one, pictures)
        say(f"Community: {one.title} is there.")


def _add(connection: psycopg.Connection, position: int, one: SeedSet, pictures: list[SeedPicture]) -> None:
    added = connection.execute(_ADD_SET, (one.slug, one.title, one.description, one.tags, position)).fetchone()
    if added is None:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            _ADD_ITEM,
            [
                (*added, place, *_values(item, picture))
                for place, (item, picture) in enumerate(zip(one.items, pictures, strict=True))
            ],
        )


def _values(item: SeedItem, picture: SeedPicture) -> tuple[object, ...]:
    return (
        item.title,
        item.preset_id,
        item.prompt,
        Jsonb(item.settings),
        item.seed,
        _name(picture, "webp"),
        _name(picture, "thumb.webp"),
        picture.width,
        picture.height,
        picture.placeholder,
    )


def _name(picture: SeedPicture, ending: str) -> str:
    return f"{hashlib.sha256(picture.data).hexdigest()}.{ending}"


def _upload(storage: httpx.Client, name: str, data: bytes) -> None:
    headers = {"Content-Type": "image/webp", "Cache-Control": f"max-age={YEAR}", "x-upsert": "true"}
    storage.post(f"/storage/v1/object/{COMMUNITY}/{name}", content=data, headers=headers).raise_for_status()
