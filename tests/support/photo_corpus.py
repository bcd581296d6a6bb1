"""Photos of every format, way of stating colors, orientation, kind of pixels and damage, made from one chart.

The chart has four fields, so that a turn, a mirror image, a wrong color and a missing part all show.
"""

import itertools
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final, NamedTuple, cast

import cv2
import numpy as np
import pillow_heif
from allpairspy import AllPairs  # pyright: ignore[reportMissingTypeStubs]
from PIL import ExifTags, Image, ImageCms

from tests.support.images import (
    adobe_rgb,
    display_p3,
    encoded,
    grey_gamma,
    jpeg_with_segments,
    png_chunk,
    webp_chunk,
)

SIZE: Final = (128, 96)
# Fields above, then below, left to right.
COLORS: Final = ((200, 60, 60), (60, 170, 70), (60, 80, 190), (220, 190, 80))
GREYS: Final = (30, 100, 170, 235)
OPACITIES: Final = (255, 255, 128, 0)

SRGB: Final = ImageCms.ImageCmsProfile(cast("Any", ImageCms.createProfile("sRGB"))).tobytes()
PROFILES: Final = {"sRGB ICC": SRGB, "P3 ICC": display_p3(), "Adobe RGB ICC": adobe_rgb(), "grey ICC": grey_gamma(1.8)}
# Primaries and transfer function (ITU-T H.273).
CODES: Final = {"P3 codes": (12, 13), "PQ": (9, 16), "HLG": (9, 18)}
CHUNKS: Final = {
    "gAMA": (png_chunk(b"gAMA", struct.pack(">I", 55_556)),),
    # Those of Display P3.
    "cHRM": (
        png_chunk(b"gAMA", struct.pack(">I", 45_455)),
        png_chunk(b"cHRM", struct.pack(">8I", 31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000)),
    ),
    "sRGB": (png_chunk(b"sRGB", b"\0"), png_chunk(b"gAMA", struct.pack(">I", 55_556))),
} | {name: (png_chunk(b"cICP", bytes((*codes, 0, 1))),) for name, codes in CODES.items()}
HDR: Final = frozenset({"PQ", "HLG"})

ICC: Final = ("none", *PROFILES)
COLOR_NAMES: Final = {
    "JPEG": ICC,
    "PNG": (*ICC, *CHUNKS),
    "WEBP": ICC,
    "AVIF": (*ICC, *CODES),
    "HEIF": (*ICC, *CODES),
}
KINDS: Final = {
    "JPEG": ("color", "grey", "print"),
    "PNG": ("color", "alpha", "grey", "grey alpha", "16 bit", "grey 16 bit", "palette", "palette alpha", "1 bit"),
    "WEBP": ("color", "lossless", "alpha"),
    "AVIF": ("color", "alpha", "grey", "16 bit"),
    "HEIF": ("color", "alpha", "grey", "16 bit"),
}
ORIENTATIONS: Final = range(1, 9)
# A flaw is beside the pixels, and costs nobody the photo.
INTACT: Final = ("whole", "flaw")
DAMAGED: Final = ("cut", "bit")
XMP_OF_NO_KIND: Final = b"<x:xmpmeta <<< \xff\x00"


class Case(NamedTuple):
    """A file of the corpus."""

    format: str
    color: str
    kind: str
    orientation: int
    state: str


def every_case() -> Iterator[Case]:
    """The whole product, without what a format or its encoder cannot hold."""
    for image_format, names in COLOR_NAMES.items():
        product = itertools.product(names, KINDS[image_format], ORIENTATIONS, (*INTACT, *DAMAGED))
        yield from (case for values in product if _exists(case := Case(image_format, *values)))


def pairwise_cases() -> list[Case]:
    """Every pair of values in a file that is to be taken; and each value in a cut file, and with a bit flipped."""
    cases: list[Case] = []
    for image_format, names in COLOR_NAMES.items():
        values: list[list[Any]] = [list(names), list(KINDS[image_format]), list(ORIENTATIONS), list(INTACT)]

        def holds(row: list[Any], image_format: str = image_format) -> bool:
            return len(row) < 2 or _exists(Case(image_format, row[0], row[1], row[2] if len(row) > 2 else 1, "whole"))

        cases += [Case(image_format, *row) for row in cast("Iterator[list[Any]]", AllPairs(values, filter_func=holds))]
        longest = max(map(len, values[:2]))
        for step in range(longest):
            color, kind, orientation = (value[step % len(value)] for value in values[:3])
            damaged = (Case(image_format, color, kind, orientation, state) for state in DAMAGED)
            cases += filter(_exists, damaged)
    return cases


def _exists(case: Case) -> bool:
    if case.color == "grey ICC" and not case.kind.startswith("grey"):
        # A profile of the wrong kind, once in each format.
        return case.kind == "color" and case.format != "AVIF"
    # No encoder at hand writes an AVIF of 10 bits with a profile, turned or with metadata.
    is_deep_avif = (case.format, case.kind) == ("AVIF", "16 bit")
    return not is_deep_avif or (case.color not in PROFILES and case.orientation == 1 and case.state != "flaw")


def file_of(case: Case) -> bytes:
    """The bytes of a file."""
    data = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp, "AVIF": _avif, "HEIF": _heif}[case.format](case)
    start, end = pixel_bytes(case.format, data)
    middle = (start + end) // 2
    if case.state == "cut":
        return data[:middle]
    if case.state == "bit":
        return data[:middle] + bytes((data[middle] ^ 0x10,)) + data[middle + 1 :]
    return data


def twin_of(case: Case) -> bytes:
    """A PNG of the same pixels and colors, for what Chromium does not show."""
    return file_of(case._replace(format="PNG"))


def pixel_bytes(image_format: str, data: bytes) -> tuple[int, int]:
    """Where the coded pixels begin and end."""
    if image_format == "JPEG":
        return data.index(b"\xff\xda") + 14, len(data) - 2
    if image_format == "PNG":
        at = data.index(b"IDAT")
        return at + 4, at + 4 + int.from_bytes(data[at - 4 : at])
    if image_format == "WEBP":
        at = max(data.find(b"VP8 "), data.find(b"VP8L"))
        return at + 18, at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    at = data.index(b"mdat")
    return at + 4, at - 4 + int.from_bytes(data[at - 4 : at])


def chart(kind: str) -> Image.Image:
    """The fields, upright, in the mode of this kind of pixels and 8 bits."""
    if kind.startswith("grey"):
        image = _fields("L", GREYS)
    elif kind == "1 bit":
        return _fields("1", (0, 1, 1, 1))
    else:
        image = _fields("RGB", COLORS).convert("CMYK" if kind == "print" else "RGB")
    if kind.endswith("alpha"):
        image.putalpha(_fields("L", OPACITIES))
    return image


def _fields(mode: str, values: tuple[Any, ...]) -> Image.Image:
    image = Image.new(mode, SIZE)
    width, height = SIZE[0] // 2, SIZE[1] // 2
    for index, value in enumerate(values):
        left, top = index % 2 * width, index // 2 * height
        image.paste(value, (left, top, left + width, top + height))
    return image


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return exif.tobytes()


def _options(case: Case) -> dict[str, Any]:
    options: dict[str, Any] = {"exif": _exif(case.orientation)}
    if case.color in PROFILES:
        options["icc_profile"] = PROFILES[case.color]
    if case.state == "flaw":
        options["xmp"] = XMP_OF_NO_KIND
    return options


def _jpeg(case: Case) -> bytes:
    data = encoded(chart(case.kind), "JPEG", quality=95, subsampling=0, **_options(case))
    # A comment, and a block of a program that nobody knows.
    return jpeg_with_segments(data, [(0xFE, b"\xff\xfe"), (0xED, b"Photoshop 3.0\0")]) if case.state == "flaw" else data


def _png(case: Case) -> bytes:
    chunks = [*CHUNKS.get(case.color, ()), png_chunk(b"eXIf", _exif(case.orientation).removeprefix(b"Exif\0\0"))]
    if case.color in PROFILES:
        chunks.insert(0, png_chunk(b"iCCP", b"profile\0\0" + zlib.compress(PROFILES[case.color])))
    if case.state == "flaw":
        chunks.append(png_chunk(b"tEXt", b"Comment\0dusk")[:-4] + bytes(4))
    data = _plain_png(case.kind)
    return data[:33] + b"".join(chunks) + data[33:]


def _plain_png(kind: str) -> bytes:
    image = chart(kind.removesuffix(" 16 bit"))
    if kind == "palette":
        return encoded(image.quantize(8), "PNG")
    if kind == "palette alpha":
        # The last field is the transparent entry.
        palette = Image.new("P", SIZE)
        palette.putdata(np.array(_fields("L", (0, 1, 2, 3))).flatten().tolist())
        palette.putpalette([channel for color in COLORS for channel in color])
        return encoded(palette, "PNG", transparency=bytes(OPACITIES))
    if not kind.endswith("16 bit"):
        return encoded(image, "PNG")
    written, data = cv2.imencode(".png", _deep(image))
    assert written
    return data.tobytes()


def _deep(image: Image.Image) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """16 bits, blue first as OpenCV has it."""
    pixels = np.array(image).astype(np.uint16) * 257
    return pixels if pixels.ndim == 2 else pixels[:, :, ::-1].copy()


def _webp(case: Case) -> bytes:
    data = encoded(chart(case.kind), "WEBP", quality=95, lossless=case.kind == "lossless", **_options(case))
    if case.state != "flaw":
        return data
    body = data[8:] + webp_chunk(b"JUNK", b"?")
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _avif(case: Case) -> bytes:
    if case.kind == "16 bit":
        options = [cv2.IMWRITE_AVIF_QUALITY, 100, cv2.IMWRITE_AVIF_DEPTH, 10]
        written, coded = cv2.imencode(".avif", _deep(chart(case.kind)) // 64, options)
        assert written
        data = coded.tobytes()
    else:
        data = encoded(chart(case.kind), "AVIF", quality=100, speed=9, subsampling="4:4:4", **_options(case))
    return _with_codes(data, case.color)


def _heif(case: Case) -> bytes:
    image, file = chart(case.kind), BytesIO()
    mode, data = image.mode, image.tobytes()
    if case.kind == "16 bit":
        mode, data = "RGB;16", (np.array(image).astype(np.uint16) * 257).tobytes()
    options = {"quality": 100, "subsampling": "4:4:4", "save_nclx_profile": case.color != "none", **_options(case)}
    pillow_heif.encode(mode, SIZE, data, file, **options)  # pyright: ignore[reportUnknownMemberType]
    return _with_codes(file.getvalue(), case.color)


def _with_codes(data: bytes, color: str) -> bytes:
    """With other primaries and another transfer function in the `nclx` box."""
    if color not in CODES:
        return data
    at = data.index(b"nclx") + 4
    return data[:at] + struct.pack(">HH", *CODES[color]) + data[at + 4 :]
