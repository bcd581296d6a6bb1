"""From plain pixels to the files that we keep and hand out. Only our own encoders write them."""

from io import BytesIO
from typing import Any, Final, NamedTuple

from PIL import Image

THUMBNAIL_QUALITY: Final = 80


class Format(NamedTuple):
    """How a format is called outside of Pillow, and how it is written."""

    mime: str
    extension: str
    options: dict[str, Any]


# By Pillow's name.
FORMATS: Final[dict[str, Format]] = {
    "WEBP": Format("image/webp", "webp", {"quality": 95}),
    "PNG": Format("image/png", "png", {}),
    "JPEG": Format("image/jpeg", "jpg", {"quality": 95, "subsampling": 0, "optimize": True}),
}


def encoded(pixels: Image.Image, name: str) -> bytes:
    """The file of a format of FORMATS. A JPEG has white where the picture is transparent."""
    return _written(on_white(pixels) if name == "JPEG" else pixels, name, FORMATS[name].options)


def thumbnail(pixels: Image.Image) -> bytes:
    """The WebP of a picture that is small already."""
    return _written(pixels, "WEBP", {"quality": THUMBNAIL_QUALITY})


def on_white(pixels: Image.Image) -> Image.Image:
    """RGB without transparency: models and JPEG have none, and a cut-out product belongs on white."""
    if pixels.mode != "RGBA":
        return pixels
    white = Image.new("RGB", pixels.size, "white")
    white.paste(pixels, mask=pixels.getchannel("A"))
    return white


def _written(pixels: Image.Image, name: str, options: dict[str, Any]) -> bytes:
    file = BytesIO()
    pixels.save(file, name, **options)
    return file.getvalue()
