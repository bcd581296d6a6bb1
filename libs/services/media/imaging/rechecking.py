"""Whether a stored photo is still what `photos.prepare` made. Cheap enough for the API process: nothing is decoded."""

import hashlib
from io import BytesIO
from typing import Final

from PIL import Image, UnidentifiedImageError

from libs.errors import ErrorCode
from libs.services.media.imaging.contracts import ImageError

# Our encoder is past its header within 800 bytes. Reading no further makes the cost constant, whatever the file holds.
HEADER_BYTES: Final = 2048


def recheck(data: bytes, expected_sha256: str, longest_side: int) -> None:
    """Raises ImageError unless the bytes have this hash (hex) and the form that `photos.prepare` gives them.

    The hash alone proves nothing: people can write to their own folder past the API, any file under its own hash.
    """
    if hashlib.sha256(data).hexdigest() != expected_sha256:
        raise ImageError(ErrorCode.UNREADABLE_IMAGE, "hash")
    try:
        image = Image.open(BytesIO(data[:HEADER_BYTES]), formats=("JPEG",))
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise ImageError(ErrorCode.UNSUPPORTED_IMAGE, "header") from error
    # A progressive file can order any number of passes over its pixels from whoever decodes it.
    if "progressive" in image.info or image.mode != "RGB" or max(image.size) > longest_side:
        raise ImageError(ErrorCode.UNSUPPORTED_IMAGE, "form")
