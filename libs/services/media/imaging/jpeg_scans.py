"""How often a JPEG makes its decoder pass over the picture, read from its markers before anything is decoded."""

import re
from typing import Final

START_OF_SCAN: Final = 0xDA
END_OF_IMAGE: Final = 0xD9
# Markers without a length: TEM, RST0 to RST7, SOI (ITU-T T.81, table B.1).
BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
# Between two segments and inside of a scan decoders look for the next FF that is followed by neither 00 (a byte of the
# scan), nor FF (filling), nor the number of a restart.
NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def has_more_scans(data: bytes, limit: int) -> bool:
    """Whether the first picture of a JPEG has more than `limit` scans.

    It finds every scan that libjpeg would: what does not fit the format is skipped as libjpeg skips it. Scans of a
    thumbnail in the metadata, and of pictures behind the first, do not count.
    """
    scans, at = 0, 0
    while (found := NEXT_MARKER.search(data, at)) and scans <= limit:
        marker, at = data[found.end() - 1], found.end()
        if marker == END_OF_IMAGE:
            break
        scans += marker == START_OF_SCAN
        if marker not in BARE:
            at += max(2, int.from_bytes(data[at : at + 2]))
    return scans > limit
