"""A stored picture in another format, for a download."""

from typing import Final

from libs.services.media.imaging.contracts import Conversion, ConvertedPicture
from libs.services.media.imaging.decoding import decode, open_still
from libs.services.media.imaging.encoding import FORMATS, encoded

NAME_OF: Final = {known.mime: name for name, known in FORMATS.items()}


def convert(data: bytes, task: Conversion) -> ConvertedPicture:
    """The same pixels in the format of `task`. Raises ImageError."""
    # The file is ours, and as large as our own encoder made it.
    still = open_still(data, tuple(FORMATS), len(data), task.max_pixels)
    return ConvertedPicture(encoded(decode(still), NAME_OF[task.mime]))
