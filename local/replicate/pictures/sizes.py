"""How large a picture is, per model and input."""

import math
from collections.abc import Mapping
from typing import Any

RATIOS = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
"""Pixels that FLUX and Stable Diffusion 3.5 give for one megapixel."""

PIXELS = 1024 * 1024


def picture_size(values: Mapping[str, Any], photo: tuple[int, int] | None) -> tuple[int, int]:
    """Width and height. A photo that is changed decides the shape; an `image_prompt` does not."""
    if photo is not None and "image_prompt" not in values:
        return _like_photo(*photo)
    if "size" in values:
        width, height = values["size"].split("x")
        return int(width), int(height)
    ratio = values.get("aspect_ratio", "1:1")
    if ratio == "custom":
        return _multiple_of_32(values.get("width", 1024)), _multiple_of_32(values.get("height", 1024))
    width, height = RATIOS[ratio]
    return (width // 2, height // 2) if values.get("megapixels") == "0.25" else (width, height)


def _like_photo(width: int, height: int) -> tuple[int, int]:
    scale = math.sqrt(PIXELS / (width * height))
    return _multiple_of_32(width * scale), _multiple_of_32(height * scale)


def _multiple_of_32(length: float) -> int:
    return min(2048, max(256, round(length / 32) * 32))
