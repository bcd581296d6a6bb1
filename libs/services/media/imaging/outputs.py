"""An output is checked and encoded anew, and gets a thumbnail.

It is encoded from its pixels and not stripped in place: so no byte of the file that came is ever served, also none
after its end or hidden in its container, and a browser decodes only what our encoders wrote. PNG stays
PNG, pixel for pixel; JPEG and WebP are already lossy, and one more generation at these settings is not visible
(measured on the sample pictures: see tests/unit/test_images_outputs.py).
"""

from io import BytesIO
from typing import Any, Final

from PIL import Image

from libs.services.media.imaging.contracts import OutputTask, PreparedOutput
from libs.services.media.imaging.decoding import decode, open_still
from libs.services.media.imaging.placeholders import placeholder

# Pillow's name to MIME type, extension and how it is written.
FORMATS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "WEBP": ("image/webp", "webp", {"quality": 95}),
    "PNG": ("image/png", "png", {}),
    "JPEG": ("image/jpeg", "jpg", {"quality": 95, "subsampling": 0, "optimize": True}),
}
THUMBNAIL_QUALITY: Final = 80


def prepare(data: bytes, task: OutputTask) -> PreparedOutput:
    """The picture as it is kept. Raises ImageError."""
    still = open_still(data, tuple(FORMATS), task.max_bytes, task.max_pixels)
    # Pillow calls a JPEG with further images after it MPO; only the first is kept.
    made = still.image.format or ""
    written_as = "JPEG" if made == "MPO" else made
    mime, extension, options = FORMATS[written_as]
    pixels = decode(still)
    thumbnail = pixels.copy()
    thumbnail.thumbnail((task.thumbnail_longest_side, task.thumbnail_longest_side), Image.Resampling.LANCZOS)
    return PreparedOutput(
        data=_encoded(pixels, written_as, options),
        mime=mime,
        extension=extension,
        width=pixels.width,
        height=pixels.height,
        thumbnail=_encoded(thumbnail, "WEBP", {"quality": THUMBNAIL_QUALITY}),
        placeholder=placeholder(thumbnail),
    )


def _encoded(pixels: Image.Image, written_as: str, options: dict[str, Any]) -> bytes:
    file = BytesIO()
    pixels.save(file, written_as, **options)
    return file.getvalue()
