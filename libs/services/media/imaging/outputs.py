"""An output is checked and encoded anew, and gets a thumbnail.

It is encoded from its pixels and not stripped in place: so no byte of the file that came is ever served, also none
after its end or hidden in its container, and a browser decodes only what our encoders wrote. PNG stays
PNG, pixel for pixel; JPEG and WebP are already lossy, and one more generation at these settings is not visible
(measured on the sample pictures: see tests/unit/test_images_outputs.py).
"""

from PIL import Image

from libs.services.media.imaging.contracts import OutputTask, PreparedOutput
from libs.services.media.imaging.decoding import decode, open_still
from libs.services.media.imaging.encoding import FORMATS, encoded, thumbnail
from libs.services.media.imaging.placeholders import placeholder


def prepare(data: bytes, task: OutputTask) -> PreparedOutput:
    """The picture as it is kept. Raises ImageError."""
    still = open_still(data, tuple(FORMATS), task.max_bytes, task.max_pixels)
    # Pillow calls a JPEG with further images after it MPO; only the first is kept.
    made = still.image.format or ""
    written_as = "JPEG" if made == "MPO" else made
    pixels = decode(still)
    small = pixels.copy()
    small.thumbnail((task.thumbnail_longest_side, task.thumbnail_longest_side), Image.Resampling.LANCZOS)
    return PreparedOutput(
        data=encoded(pixels, written_as),
        mime=FORMATS[written_as].mime,
        extension=FORMATS[written_as].extension,
        width=pixels.width,
        height=pixels.height,
        thumbnail=thumbnail(small),
        placeholder=placeholder(small),
    )
