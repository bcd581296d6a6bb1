"""One picture of an order. Also the call for making pictures without HTTP: `render(order_for(model, input, seed))`."""

import io
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from PIL import Image, ImageOps, UnidentifiedImageError

from local.replicate.pictures.order import Order
from local.replicate.pictures.paint import paint
from local.replicate.pictures.sizes import picture_size

READABLE = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 100_000_000

FIXED_FORMATS = {"adirik/interior-design": "png", "recraft-ai/recraft-v3": "webp"}
"""Output of the models whose input names no `output_format`."""


class PhotoError(Exception):
    """The photo cannot be read; the prediction fails with this sentence."""


class Picture(Struct, frozen=True):
    content: bytes
    extension: str


def order_for(model: str, values: Mapping[str, Any], seed: int, photo: bytes | None = None) -> Order:
    """Read a model's input, defaults included. Raises PhotoError when `photo` is not a readable picture."""
    image = None if photo is None else _open(photo)
    width, height = picture_size(values, None if image is None else image.size)
    return Order(
        model=model,
        prompt=values["prompt"],
        seed=seed,
        width=width,
        height=height,
        pictures=values.get("num_outputs", 1),
        steps=values.get("num_inference_steps") or values.get("steps") or 20,
        strength=min(1.0, max(0.0, values.get("prompt_strength", 0.8))),
        style=values.get("style", ""),
        extension=FIXED_FORMATS.get(model) or values["output_format"],
        quality=values.get("output_quality", 90),
        photo=image,
    )


def render(order: Order, index: int = 0, detail: float = 1.0) -> Picture:
    """Draw and encode picture `index` of the order; one to two seconds of one core.

    `detail` is the share of its width and height that is drawn and then enlarged: a quarter takes a third as long.
    """
    drawn = msgspec.structs.replace(order, width=round(order.width * detail), height=round(order.height * detail))
    image = paint(drawn, index)
    if image.size != (order.width, order.height):
        image = image.resize((order.width, order.height))
    content = io.BytesIO()
    match order.extension:
        case "png":
            image.save(content, "PNG")
        case "jpg":
            image.save(content, "JPEG", quality=order.quality)
        case _:
            image.save(content, "WEBP", quality=order.quality)
    return Picture(content.getvalue(), order.extension)


def _open(photo: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(photo), formats=READABLE) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PhotoError("Input validation error: image has too many pixels")
            return ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise PhotoError("Input validation error: image cannot be read") from error
