"""The colours that an AVIF states in a box instead of an ICC profile. Pillow does not hand them out."""

from collections.abc import Iterator

# Boxes of boxes on the way to `colr` (ISO/IEC 14496-12, 8.11 and 12.1.5), and how many bytes of version and flags
# stand before the first inner one.
PATH = ((b"meta", 4), (b"iprp", 0), (b"ipco", 0))


def cicp_codes(data: bytes) -> tuple[int, int] | None:
    """Primaries and transfer function (ITU-T H.273) of the first `nclx` box; None without one."""
    start, end = 0, len(data)
    for wanted, skipped in PATH:
        found = next(((begin, stop) for name, begin, stop in _boxes(data, start, end) if name == wanted), None)
        if found is None:
            return None
        start, end = found[0] + skipped, found[1]
    for name, begin, stop in _boxes(data, start, end):
        if name == b"colr" and data[begin : begin + 4] == b"nclx" and stop - begin >= 10:
            return int.from_bytes(data[begin + 4 : begin + 6]), int.from_bytes(data[begin + 6 : begin + 8])
    return None


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of the content of each box."""
    while start + 8 <= end:
        size, name, content = int.from_bytes(data[start : start + 4]), data[start + 4 : start + 8], start + 8
        if size == 1:
            size, content = int.from_bytes(data[content : content + 8]), content + 8
        stop = end if size == 0 else start + size
        if stop < content or stop > end:
            return
        yield name, content, stop
        start = stop
