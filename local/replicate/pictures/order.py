"""What a picture is made from, read from the input of a request."""

import hashlib
import io
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, structs
from PIL import Image, ImageOps, UnidentifiedImageError

from local.replicate.pictures.sizes import picture_size

READABLE = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 100_000_000

FIXED_FORMATS = {"adirik/interior-design": "png", "recraft-ai/recraft-v3": "webp"}
"""Output of the models whose input names no `output_format`."""


class PhotoError(Exception):
    """The photo cannot be read; the prediction fails with this sentence."""


class Order(Struct, frozen=True):
    """Everything that decides a picture: the same order and index give the same bytes."""

    model: str
    prompt: str
    seed: int
    width: int
    height: int
    pictures: int
    steps: int
    strength: float
    """`prompt_strength`: at 0 the picture is the photo, at 1 nothing of its colours is kept."""
    style: str
    """Recraft's `style`, otherwise empty."""
    extension: str
    quality: int
    photo: Image.Image | None = None

    def key(self) -> tuple[object, ...]:
        """All of it as values that can be compared: orders with equal keys have the same pictures."""
        pixels = None if self.photo is None else hashlib.sha256(self.photo.tobytes()).digest()
        return (*structs.astuple(structs.replace(self, photo=None)), pixels)


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


def _open(photo: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(photo), formats=READABLE) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PhotoError("Input validation error: image has too many pixels")
            return ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise PhotoError("Input validation error: image cannot be read") from error
