"""Colours that a file states in numbers instead of an ICC profile become sRGB, as Chromium shows them."""

import struct
import zlib
from io import BytesIO
from itertools import pairwise
from typing import Any, cast

import pytest
from PIL import Image, ImageCms

from libs.services.media.imaging import photos
from libs.services.media.imaging.color_spaces import PRIMARIES, cicp_profile, gamma_to_light, icc_profile
from tests.support.images import PNG_SIGNATURE, encoded, grey_gamma, png_chunk
from tests.support.processes.image_worker import PHOTO

Color = tuple[int, int, int]

CHART: tuple[Color, ...] = ((200, 60, 60), (60, 170, 70), (60, 80, 190), (220, 190, 80))
# Of one channel, of 255: what our JPEG and an AVIF before it do to a flat surface.
TOLERANCE = 6
# The chart as Chromium 140 draws it, measured through a canvas: PNG and AVIF agree but for video's curve.
DISPLAY_P3 = ((217, 42, 52), (0, 173, 52), (54, 81, 197), (226, 189, 51))
BT2020 = ((247, 0, 53), (0, 179, 46), (0, 80, 198), (241, 186, 44))
PAL = ((204, 60, 60), (48, 171, 71), (57, 80, 187), (222, 191, 82))
NTSC = ((195, 66, 59), (71, 169, 68), (62, 83, 188), (219, 190, 78))
NTSC_1953 = ((236, 50, 49), (0, 168, 60), (0, 94, 193), (238, 185, 57))
DCI_P3 = ((212, 42, 53), (0, 174, 50), (53, 80, 195), (225, 190, 50))
EBU = ((202, 67, 59), (53, 167, 69), (58, 86, 188), (222, 189, 78))
GAMMA_22 = ((201, 57, 57), (57, 171, 68), (57, 79, 191), (221, 191, 79))
GAMMA_28 = ((189, 36, 36), (36, 155, 45), (34, 56, 175), (214, 178, 55))
LINEAR = ((229, 133, 133), (133, 213, 143), (133, 152, 224), (239, 224, 152))
SMPTE_240 = ((206, 77, 77), (77, 180, 86), (76, 97, 196), (225, 198, 96))
BT1886 = ((197, 49, 49), (49, 165, 60), (49, 70, 186), (218, 186, 70))
BT1886_IN_P3 = ((215, 24, 39), (0, 168, 38), (43, 71, 194), (224, 185, 33))


# Red, green and blue that no whole number of 16 bits can write as a profile.
NEARLY_ONE_LINE = (1, 1, 2, 2, 3, 3)


def chart(mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", (96, 64))
    for index, color in enumerate(CHART):
        image.paste(color, (index % 2 * 48, index // 2 * 32, index % 2 * 48 + 48, index // 2 * 32 + 32))
    return image.convert(mode)


def shown(data: bytes) -> tuple[Color, ...]:
    """The middle of each quadrant of the photo that is kept."""
    image = Image.open(BytesIO(photos.prepare(data, PHOTO).data))
    corners = ((24, 16), (72, 16), (24, 48), (72, 48))
    pixels = [image.getpixel(corner) for corner in corners]
    return tuple((pixel[0], pixel[1], pixel[2]) for pixel in pixels if isinstance(pixel, tuple))


def assert_shown(data: bytes, expected: tuple[Color, ...]) -> None:
    for seen, color in zip(shown(data), expected, strict=True):
        assert seen == pytest.approx(color, abs=TOLERANCE)


def png(*chunks: bytes, image: Image.Image | None = None) -> bytes:
    """A PNG with these chunks behind its header."""
    data = encoded(image or chart(), "PNG")
    return data[:33] + b"".join(chunks) + data[33:]


def cicp(primaries: int, transfer: int) -> bytes:
    return png_chunk(b"cICP", bytes((primaries, transfer, 0, 1)))


def gamma(value: float) -> bytes:
    return png_chunk(b"gAMA", struct.pack(">I", round(value * 100_000)))


def chromaticities(primaries: int) -> bytes:
    red, green, blue, white = PRIMARIES[primaries]
    values = [round(value * 100_000) for point in (white, red, green, blue) for value in point]
    return png_chunk(b"cHRM", struct.pack(">8I", *values))


def avif(primaries: int, transfer: int, icc: bytes | None = None) -> bytes:
    """An AVIF whose `nclx` box says this; its pixels are the chart's."""
    options = {"icc_profile": icc} if icc else {}
    data = bytearray(encoded(chart(), "AVIF", quality=100, subsampling="4:4:4", **options))
    at = data.index(b"nclx")
    data[at + 4 : at + 8] = struct.pack(">HH", primaries, transfer)
    return bytes(data)


@pytest.mark.parametrize(
    ("primaries", "transfer", "expected"),
    [
        (1, 13, CHART),
        (2, 2, CHART),
        (12, 13, DISPLAY_P3),
        (9, 13, BT2020),
        (5, 13, PAL),
        (6, 13, NTSC),
        (7, 13, NTSC),
        (4, 13, NTSC_1953),
        (11, 13, DCI_P3),
        (22, 13, EBU),
        (1, 4, GAMMA_22),
        (1, 5, GAMMA_28),
        (1, 7, SMPTE_240),
        (1, 8, LINEAR),
        (1, 1, CHART),
        (1, 6, CHART),
        (9, 14, BT2020),
        (12, 1, DISPLAY_P3),
        (77, 200, CHART),
    ],
)
def test_photo_F2_an_avif_has_the_colors_that_its_codes_state(
    primaries: int, transfer: int, expected: tuple[Color, ...]
) -> None:
    assert_shown(avif(primaries, transfer), expected)


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ((cicp(1, 13),), CHART),
        ((cicp(12, 13),), DISPLAY_P3),
        ((cicp(9, 13),), BT2020),
        ((cicp(1, 8),), LINEAR),
        ((cicp(1, 1),), BT1886),
        ((cicp(12, 1),), BT1886_IN_P3),
        ((gamma(1.0),), LINEAR),
        ((gamma(1 / 2.8),), GAMMA_28),
        # Near to sRGB's: taken for it.
        ((gamma(0.45455),), CHART),
        ((gamma(0.45455), chromaticities(12)), ((219, 37, 49), (0, 174, 49), (51, 80, 199), (227, 190, 49))),
        # Chromaticities say nothing without a gamma.
        ((chromaticities(12),), CHART),
        # The first in the order of precedence.
        ((gamma(1.0), png_chunk(b"sRGB", b"\0")), CHART),
        ((gamma(1.0), cicp(12, 13)), DISPLAY_P3),
        ((cicp(12, 13), png_chunk(b"sRGB", b"\0")), DISPLAY_P3),
        # What makes no sense is left out.
        ((gamma(0.0),), CHART),
        ((png_chunk(b"cICP", b"\x0c"),), CHART),
        ((gamma(0.45455), png_chunk(b"cHRM", bytes(32))), CHART),
        ((gamma(0.45455), png_chunk(b"cHRM", struct.pack(">8I", 31270, 32900, *NEARLY_ONE_LINE))), CHART),
    ],
)
def test_photo_F2_a_png_has_the_colors_that_its_chunks_state(
    chunks: tuple[bytes, ...], expected: tuple[Color, ...]
) -> None:
    assert_shown(png(*chunks), expected)


def test_photo_F2_an_icc_profile_counts_before_the_codes_of_an_avif() -> None:
    srgb = ImageCms.ImageCmsProfile(cast("Any", ImageCms.createProfile("sRGB"))).tobytes()
    assert_shown(avif(9, 8, srgb), CHART)


@pytest.mark.parametrize("code", [16, 18], ids=["PQ", "HLG"])
def test_photo_F2_high_dynamic_range_keeps_its_greys_in_order_and_its_reference_white_light(code: int) -> None:
    """BT.2408: 203 cd/m² is white, 58 % of PQ and 75 % of HLG; what is brighter is still told apart."""
    steps = Image.linear_gradient("L").rotate(90).convert("RGB")
    data = encoded(steps, "PNG")
    image = Image.open(BytesIO(photos.prepare(data[:33] + cicp(1, code) + data[33:], PHOTO).data)).convert("L")

    row = [image.getpixel((x, 128)) for x in range(256)]
    rising = [int(value) for value in row if isinstance(value, int)]
    rising = rising if rising[0] < rising[-1] else rising[::-1]
    assert all(after >= before - 1 for before, after in pairwise(rising))
    white = {16: 148, 18: 191}[code]
    assert 200 <= rising[white] < 255
    # BT.2408, table 1: a grey card has 26 cd/m², 38 % of PQ and of HLG. 26 of 203 is 101 in sRGB.
    assert rising[97] == pytest.approx(101, abs=TOLERANCE)


def test_profiles_that_span_no_colors_are_none() -> None:
    point = (0.3, 0.3)
    assert icc_profile(PRIMARIES[1]._replace(red=point, green=point, blue=point), gamma_to_light(2.2)) is None
    assert cicp_profile(1, 13, rec709_is_srgb=True) is None


@pytest.mark.parametrize(
    ("depth", "value"), [(1, 0), (1, 1), (2, 1), (2, 2), (4, 7), (16, 255), (16, 256), (16, 40_000)]
)
def test_photo_F9_a_transparent_grey_of_every_depth_is_white(depth: int, value: int) -> None:
    def grey(opaque: int) -> bytes:
        # Two rows: the transparent grey, and another one.
        rows = b""
        for pixel in (value, opaque):
            bits = "".join(f"{pixel:0{depth}b}" for _ in range(16))
            rows += b"\0" + int(bits, 2).to_bytes(len(bits) // 8)
        header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 2, depth, 0, 0, 0, 0))
        transparency = png_chunk(b"tRNS", struct.pack(">H", value))
        pixels = png_chunk(b"IDAT", zlib.compress(rows))
        return PNG_SIGNATURE + header + transparency + pixels + png_chunk(b"IEND", b"")

    other = value - 1 if value else value + 1
    image = Image.open(BytesIO(photos.prepare(grey(other), PHOTO).data)).resize((1, 2), Image.Resampling.BOX)

    clear, opaque = image.getpixel((0, 0)), image.getpixel((0, 1))
    darkest = round(other * 255 / ((1 << depth) - 1))
    assert clear == pytest.approx((255, 255, 255), abs=TOLERANCE)
    assert opaque == pytest.approx((darkest, darkest, darkest), abs=TOLERANCE)


@pytest.mark.parametrize("clear", [(51_400, 15_420, 15_420), (51_200, 15_360, 15_360), (200, 60, 60)])
def test_photo_F9_a_transparent_color_of_16_bits_is_white(clear: Color) -> None:
    other = (15_420, 51_400, 200)
    rows = b"".join(b"\0" + struct.pack(">3H", *color) * 16 for color in (clear, other))
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 2, 16, 2, 0, 0, 0))
    transparency = png_chunk(b"tRNS", struct.pack(">3H", *clear))
    pixels = png_chunk(b"IDAT", zlib.compress(rows))
    data = PNG_SIGNATURE + header + transparency + pixels + png_chunk(b"IEND", b"")

    image = Image.open(BytesIO(photos.prepare(data, PHOTO).data)).resize((1, 2), Image.Resampling.BOX)

    assert image.getpixel((0, 0)) == pytest.approx((255, 255, 255), abs=TOLERANCE)
    assert image.getpixel((0, 1)) == pytest.approx((60, 200, 0), abs=TOLERANCE)


def test_photo_F9_bits_above_the_depth_of_a_transparent_grey_do_not_count() -> None:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 1, 4, 0, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(b"\0" + b"\x77" * 4))
    transparency = png_chunk(b"tRNS", struct.pack(">H", 0xF7))
    data = PNG_SIGNATURE + header + transparency + pixels + png_chunk(b"IEND", b"")

    kept = Image.open(BytesIO(photos.prepare(data, PHOTO).data))

    assert kept.getpixel((4, 0)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["LA", "L"])
def test_photo_F8_grey_with_and_without_transparency_has_the_colors_of_its_grey_profile(mode: str) -> None:
    """A gamma of 1.0 in a profile for grey (ICC.1:2022, 8.3.3)."""
    profile = grey_gamma(1.0)

    image = Image.new(mode, (16, 16), (133, 255) if mode == "LA" else 133)
    kept = Image.open(BytesIO(photos.prepare(encoded(image, "PNG", icc_profile=profile), PHOTO).data))

    assert kept.getpixel((8, 8)) == pytest.approx((189, 189, 189), abs=2)


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_photo_F8_a_profile_for_grey_does_not_take_the_colors_of_a_picture(image_format: str) -> None:
    assert_shown(encoded(chart(), image_format, quality=95, icc_profile=grey_gamma(1.8)), CHART)
