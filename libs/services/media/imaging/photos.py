"""An uploaded photo becomes one small, plain JPEG."""

import hashlib
from io import BytesIO
from typing import Final

import pillow_heif
from PIL import AvifImagePlugin

from libs.services.media.imaging.contracts import PhotoTask, PreparedPhoto
from libs.services.media.imaging.decoding import decode, open_still, upright_size
from libs.services.media.imaging.encoding import on_white
from libs.services.media.imaging.placeholders import placeholder

# Two workers run beside the API (libs/services/media/image_workers.py), so a decoder gets few threads.
AvifImagePlugin.DEFAULT_MAX_THREADS = 2
pillow_heif.register_heif_opener(decode_threads=2, thumbnails=False)  # pyright: ignore[reportUnknownMemberType]

# Pillow's names; HEIF comes from pillow-heif.
FORMATS: Final = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")
MIME: Final = "image/jpeg"
EXTENSION: Final = "jpg"
# Above 90 files grow faster than a model can see. 4:4:4, since a phone's photo still has its full colour resolution
# once it is scaled down to what the models take.
QUALITY: Final = 90
SUBSAMPLING: Final = 0


def prepare(data: bytes, task: PhotoTask) -> PreparedPhoto:
    """The photo as it is kept. The same bytes give the same bytes. Raises ImageError."""
    still = open_still(data, FORMATS, task.max_bytes, task.max_pixels)
    original_width, original_height = upright_size(still)
    pixels = on_white(decode(still, task.longest_side))
    kept = BytesIO()
    pixels.save(kept, "JPEG", quality=QUALITY, subsampling=SUBSAMPLING, optimize=True)
    return PreparedPhoto(
        data=kept.getvalue(),
        mime=MIME,
        extension=EXTENSION,
        width=pixels.width,
        height=pixels.height,
        original_width=original_width,
        original_height=original_height,
        sha256=hashlib.sha256(kept.getvalue()).hexdigest(),
        placeholder=placeholder(pixels),
    )
