"""The few bytes that the interface paints before an image is loaded."""

import base64
from typing import Final

from PIL import Image
from thash import rgba_to_thumb_hash

# ThumbHash keeps at most 7 × 7 waves: 64 pixels a side are plenty and take 35 ms in pure Python; its bound is 100.
LONGEST_SIDE: Final = 64


def placeholder(pixels: Image.Image) -> str:
    """The ThumbHash of a picture, base64."""
    small = pixels.copy()
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    rgba = small.convert("RGBA").tobytes()
    return base64.b64encode(bytes(rgba_to_thumb_hash(small.width, small.height, list(rgba)))).decode()
