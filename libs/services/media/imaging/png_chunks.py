"""The chunks of a PNG, read before Pillow does: what states its colours, and a copy without what it does not need.

Pillow refuses a whole picture for a fault in a comment, and takes pixels whose checksum is wrong. Here it is the other
way round, as browsers have it: a wrong checksum of a chunk that every decoder needs is damage, and a faulty chunk of
another kind is left out (PNG, third edition, 5.3, 13.1 and 13.2).
"""

import struct
import zlib
from typing import Final

import msgspec

from libs.errors import ErrorCode
from libs.services.media.imaging.color_spaces import (
    SRGB_PRIMARIES,
    Primaries,
    cicp_profile,
    gamma_to_light,
    icc_profile,
)
from libs.services.media.imaging.contracts import ImageError

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# Behind the name of a chunk: whether every decoder must understand it (5.4).
ANCILLARY: Final = 0x20
# What Pillow is given: pixels, palette, transparency, and whether it is an animation.
KEPT: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"IDAT", b"IEND"})
# Color types (11.2.1).
GREY: Final = 0
RGB: Final = 2
# A gamma alone is taken for sRGB's when it is this near to 1/2.2, as libpng does (PNG_GAMMA_THRESHOLD).
GAMMA_OF_SRGB: Final = 1 / 2.2
GAMMA_TOLERANCE: Final = 0.05


class PngChunks(msgspec.Struct, frozen=True):
    """What a PNG says beside its pixels. `plain` is the same picture without the rest."""

    plain: bytes
    profile: bytes | None
    """ICC, of whatever stated the colours."""
    exif: bytes | None
    """Before the pixels: behind them browsers do not look for it."""


def read_png(data: bytes, max_profile_bytes: int) -> PngChunks:
    """Raises ImageError unreadable_image when a chunk that every decoder needs is cut or has a wrong checksum."""
    chunks: dict[bytes, bytes] = {}
    plain, at, has_pixels = [SIGNATURE], len(SIGNATURE), False
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        name, end = data[at + 4 : at + 8], at + 12 + length
        needed = not name[0] & ANCILLARY
        intact = end <= len(data) and zlib.crc32(data[at + 4 : end - 4]) == int.from_bytes(data[end - 4 : end])
        if needed and not intact:
            raise ImageError(ErrorCode.UNREADABLE_IMAGE, "checksum")
        has_pixels = has_pixels or name == b"IDAT"
        if intact and name in KEPT:
            plain.append(data[at:end])
        if intact and not needed and not has_pixels:
            chunks.setdefault(name, data[at + 8 : end - 4])
        at = end
        if name == b"IEND":
            break
    if b"tRNS" in chunks and len(data) > 25:
        _fit_transparency(plain, data[24], data[25], chunks[b"tRNS"])
    return PngChunks(b"".join(plain), _profile(chunks, max_profile_bytes), chunks.get(b"eXIf"))


def _fit_transparency(plain: list[bytes], depth: int, color_type: int, stated: bytes) -> None:
    """Pillow makes 8 bits of pixels, but for grey of 16, and compares them with the transparent value as it stands."""
    if color_type == GREY and depth < 8 and len(stated) == 2:
        highest = (1 << depth) - 1
        # Bits above the depth do not count (11.3.2.1).
        value = struct.pack(">H", (int.from_bytes(stated) & highest) * 255 // highest)
    elif color_type == RGB and depth == 16 and len(stated) == 6:
        value = struct.pack(">3H", *stated[::2])
    else:
        return
    at = next(index for index, chunk in enumerate(plain) if chunk[4:8] == b"tRNS")
    plain[at] = struct.pack(">I", len(value)) + b"tRNS" + value + struct.pack(">I", zlib.crc32(b"tRNS" + value))


def _profile(chunks: dict[bytes, bytes], max_bytes: int) -> bytes | None:
    """The first that is there, in the order of precedence of PNG, third edition, 4.3: cICP, iCCP, sRGB, gAMA, cHRM."""
    cicp = chunks.get(b"cICP", b"")
    # Full range RGB is all that cICP may say of a PNG (11.3.2.6).
    if len(cicp) == 4 and cicp[2:] == b"\x00\x01":
        return cicp_profile(cicp[0], cicp[1], rec709_is_srgb=False)
    if embedded := _unpacked_profile(chunks.get(b"iCCP", b""), max_bytes):
        return embedded
    gamma = chunks.get(b"gAMA", b"")
    if b"sRGB" in chunks or len(gamma) != 4 or not any(gamma):
        return None
    exponent = int.from_bytes(gamma) / 100_000
    primaries = _primaries(chunks.get(b"cHRM", b""))
    if primaries is None and abs(exponent / GAMMA_OF_SRGB - 1) < GAMMA_TOLERANCE:
        return None
    return icc_profile(primaries or SRGB_PRIMARIES, gamma_to_light(1 / exponent))


def _primaries(chromaticities: bytes) -> Primaries | None:
    if len(chromaticities) != 32:
        return None
    values = [value / 100_000 for value in struct.unpack(">8I", chromaticities)]
    white, red, green, blue = zip(values[::2], values[1::2], strict=True)
    return Primaries(red, green, blue, white) if all(y > 0 for _, y in (white, red, green, blue)) else None


def _unpacked_profile(chunk: bytes, max_bytes: int) -> bytes | None:
    name, _, rest = chunk.partition(b"\0")
    if not name or rest[:1] != b"\0":
        return None
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(rest[1:], max_bytes)
    except zlib.error:
        return None
    return profile if unpacker.eof else None
