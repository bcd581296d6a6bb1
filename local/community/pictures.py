"""Pictures of seed items: what the local Replicate makes for their settings, stored as the webhook handler stores it.

They are drawn once, by `python -m local.community.pictures`, and kept beside this module: drawing all of them takes
more than a minute. tests/unit/test_community_seeds.py compares them with a new drawing.
"""

from pathlib import Path
from typing import Final

import msgspec
from PIL import Image

from libs.app_config.runtime import LIMITS
from libs.services.generation.model_input import model_input
from libs.services.media.imaging.contracts import OutputTask, PreparedOutput
from libs.services.media.imaging.outputs import prepare
from libs.services.media.imaging.placeholders import placeholder
from local.community.sets import SeedItem, SeedSet, read_sets
from local.replicate.catalogue import Catalogue
from local.replicate.pictures.order import Order, order_for
from local.replicate.pictures.render import render

FOLDER: Final = Path(__file__).parent / "pictures"
TASK: Final = OutputTask(
    max_bytes=LIMITS.output_bytes,
    max_pixels=LIMITS.output_pixels,
    thumbnail_longest_side=LIMITS.thumbnail_longest_side,
)


class SeedPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture and its thumbnail, both WebP, as files."""

    data: bytes
    thumbnail: bytes
    width: int
    height: int
    placeholder: str


def read_picture(one: SeedSet, index: int) -> SeedPicture:
    """The picture of an item, as it was drawn before."""
    picture, thumbnail = _files(one, index)
    with Image.open(picture) as full, Image.open(thumbnail) as small:
        return SeedPicture(
            data=picture.read_bytes(),
            thumbnail=thumbnail.read_bytes(),
            width=full.width,
            height=full.height,
            placeholder=placeholder(small.convert("RGB")),
        )


def order_of(item: SeedItem) -> Order:
    """The order that a generation with an item's settings makes at the local Replicate."""
    values = model_input(item.preset, item.settings, item.prompt, 1, item.seed, None)
    return order_for(item.preset.model, Catalogue()[item.preset.model].with_defaults(values), item.seed)


def draw(item: SeedItem) -> PreparedOutput:
    """Draw the picture of an item; takes some seconds."""
    return prepare(render(order_of(item)).content, TASK)


def _files(one: SeedSet, index: int) -> tuple[Path, Path]:
    name = f"{one.slug}-{index + 1}"
    return FOLDER / f"{name}.webp", FOLDER / f"{name}.thumb.webp"


def _draw_all() -> None:
    FOLDER.mkdir(exist_ok=True)
    for one in read_sets():
        for index, item in enumerate(one.items):
            drawn = draw(item)
            picture, thumbnail = _files(one, index)
            picture.write_bytes(drawn.data)
            thumbnail.write_bytes(drawn.thumbnail)


if __name__ == "__main__":
    _draw_all()
