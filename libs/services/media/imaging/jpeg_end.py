"""JPEGs without their last marker. Some phones leave it out although every pixel is there; others are cut files."""

from io import BytesIO
from typing import Final

from PIL import Image, ImageChops

from libs.errors import ErrorCode
from libs.services.media.imaging.contracts import ImageError

START_OF_SCAN: Final = b"\xff\xda"
END_OF_IMAGE: Final = b"\xff\xd9"
# Bits that stand for missing ones: all clear and all set (an FF in pixels is written FF 00). As many as libjpeg reads
# ahead.
PADDINGS: Final = (bytes(8), b"\xff\x00" * 8)


def lacks_end(data: bytes) -> bool:
    """Whether no end of image comes after the last scan begins."""
    return data.rfind(END_OF_IMAGE) < data.rfind(START_OF_SCAN)


def with_end(data: bytes) -> bytes:
    """The file with its end. Raises ImageError unreadable_image when pixels are missing too.

    A decoder takes bits from behind a cut scan to go on with. What it makes of a whole one does not depend on them.
    """
    first, second = (_pixels(data + padding + END_OF_IMAGE) for padding in PADDINGS)
    if ImageChops.difference(first, second).getbbox() is not None:
        raise ImageError(ErrorCode.UNREADABLE_IMAGE, "cut")
    return data + END_OF_IMAGE


def _pixels(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data), formats=("JPEG",))
    image.load()
    return image
