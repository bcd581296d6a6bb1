"""Colour spaces that a file states in numbers instead of an ICC profile, as ICC profiles: Little CMS does the rest.

Primaries and transfer functions are numbered as in ITU-T H.273 (CICP), which AVIF, HEIC and PNG share. High dynamic
range (PQ and HLG) is tone-mapped to SDR while its curve is made: reference white, 203 cd/m² (ITU-R BT.2408-7), becomes
white, and what is brighter, up to 1,000 cd/m², is rolled off by the EETF of ITU-R BT.2390-11, 5.4.1, for each channel.
"""

import struct
from collections.abc import Callable
from math import exp
from typing import Final, NamedTuple

XY = tuple[float, float]
Curve = Callable[[float], float]
"""From an encoded value to light, both 0 to 1."""


class Primaries(NamedTuple):
    """Chromaticities (CIE 1931 x, y) of the primaries and of white."""

    red: XY
    green: XY
    blue: XY
    white: XY


D65: Final[XY] = (0.3127, 0.3290)
C: Final[XY] = (0.310, 0.316)
DCI: Final[XY] = (0.314, 0.351)
SRGB_PRIMARIES: Final = Primaries((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), D65)

# H.273, table 2. 2 means unspecified, and is taken for sRGB as everything that is not listed.
PRIMARIES: Final = {
    1: SRGB_PRIMARIES,
    4: Primaries((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), C),
    5: Primaries((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), D65),
    6: Primaries((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65),
    7: Primaries((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), D65),
    9: Primaries((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65),
    11: Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), DCI),
    12: Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65),
    22: Primaries((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), D65),
}
# H.273, table 3.
REC709_TRANSFERS: Final = frozenset({1, 6, 14, 15})
PQ: Final = 16
HLG: Final = 18

# cd/m²: reference white of HDR (BT.2408), and the brightest that content is taken to hold (BT.2100, 5.1).
REFERENCE_WHITE: Final = 203.0
PEAK: Final = 1_000.0

# ICC.1:2022. The connection space is D50.
D50_XYZ: Final = (0.9642, 1.0, 0.8249)
BRADFORD: Final = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
CURVE_POINTS: Final = 4_096

Matrix = tuple[tuple[float, float, float], ...]


def cicp_profile(primaries: int, transfer: int, *, rec709_is_srgb: bool) -> bytes | None:
    """The ICC profile of a pair of H.273 codes; None for what is sRGB or unknown.

    `rec709_is_srgb`: video is shown as sRGB, as Chromium does it for AVIF, and not by ITU-R BT.1886, a gamma of 2.4,
    as it does it for PNG (measured with Chromium's own rendering).
    """
    curve = _curve(transfer, rec709_is_srgb=rec709_is_srgb)
    space = PRIMARIES.get(primaries, SRGB_PRIMARIES)
    if curve is srgb_to_light and space == SRGB_PRIMARIES:
        return None
    return icc_profile(space, curve)


def icc_profile(primaries: Primaries, curve: Curve) -> bytes | None:
    """An ICC profile of three primaries and one curve; None for primaries that span no colours, or next to none."""
    try:
        columns = [_xyz(column) for column in zip(*_to_d50(primaries), strict=True)]
    except (ArithmeticError, struct.error):
        return None
    points = [round(65_535 * min(max(curve(step / (CURVE_POINTS - 1)), 0.0), 1.0)) for step in range(CURVE_POINTS)]
    table = struct.pack(f">4s4xI{CURVE_POINTS}H", b"curv", CURVE_POINTS, *points)
    tags = {b"wtpt": _xyz(D50_XYZ), b"rTRC": table, b"gTRC": table, b"bTRC": table}
    tags |= zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)
    return _file(tags)


def gamma_to_light(exponent: float) -> Curve:
    """A pure power."""
    return lambda value: value**exponent


def srgb_to_light(value: float) -> float:
    """IEC 61966-2-1."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _smpte240_to_light(value: float) -> float:
    return value / 4.0 if value < 0.0913 else ((value + 0.1115) / 1.1115) ** (1 / 0.45)


def _pq_to_light(value: float) -> float:
    """To a part of reference white, tone-mapped. SMPTE ST 2084."""
    return _from_pq(_rolled_off(value)) / REFERENCE_WHITE


def _hlg_to_light(value: float) -> float:
    """As for PQ. ITU-R BT.2100, table 5, with the system gamma of a display of 1,000 cd/m², 1.2."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = value * value / 3 if value <= 0.5 else (exp((value - c) / a) + b) / 12
    return _from_pq(_rolled_off(_to_pq(PEAK * scene**1.2))) / REFERENCE_WHITE


def _curve(transfer: int, *, rec709_is_srgb: bool) -> Curve:
    if transfer in REC709_TRANSFERS:
        return srgb_to_light if rec709_is_srgb else gamma_to_light(2.4)
    curves = {
        4: gamma_to_light(2.2),
        5: gamma_to_light(2.8),
        7: _smpte240_to_light,
        8: gamma_to_light(1.0),
        PQ: _pq_to_light,
        HLG: _hlg_to_light,
    }
    return curves.get(transfer, srgb_to_light)


def _from_pq(value: float) -> float:
    """Cd/m² of a PQ value."""
    root = value ** (1 / 78.84375)
    return 10_000 * (max(root - 0.8359375, 0.0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)


def _to_pq(light: float) -> float:
    power = (light / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def _rolled_off(value: float) -> float:
    """A PQ value as a display of reference white shows it: BT.2390, 5.4.1, with a black of 0."""
    source_peak = _to_pq(PEAK)
    target = _to_pq(REFERENCE_WHITE) / source_peak
    relative = min(value / source_peak, 1.0)
    knee = 1.5 * target - 0.5
    if relative > knee:
        part = (relative - knee) / (1 - knee)
        relative = (
            (2 * part**3 - 3 * part**2 + 1) * knee
            + (part**3 - 2 * part**2 + part) * (1 - knee)
            + (-2 * part**3 + 3 * part**2) * target
        )
    return relative * source_peak


def _to_d50(primaries: Primaries) -> Matrix:
    """From linear RGB to XYZ, adapted to D50 with Bradford (ICC.1:2022, annex E). Raises ZeroDivisionError."""
    unscaled: Matrix = tuple(zip(*map(_xy_to_xyz, primaries[:3]), strict=True))  # pyright: ignore[reportAssignmentType]
    white = _xy_to_xyz(primaries.white)
    amounts = _times(_inverse(unscaled), white)
    to_xyz: Matrix = tuple((row[0] * amounts[0], row[1] * amounts[1], row[2] * amounts[2]) for row in unscaled)
    cones = [there / here for there, here in zip(_times(BRADFORD, D50_XYZ), _times(BRADFORD, white), strict=True)]
    scaled: Matrix = tuple(
        (row[0] * cone, row[1] * cone, row[2] * cone) for row, cone in zip(BRADFORD, cones, strict=True)
    )
    return _product(_product(_inverse(BRADFORD), scaled), to_xyz)


def _xy_to_xyz(xy: XY) -> tuple[float, float, float]:
    x, y = xy
    return x / y, 1.0, (1 - x - y) / y


def _times(matrix: Matrix, vector: tuple[float, float, float]) -> tuple[float, float, float]:
    first, second, third = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third


def _product(left: Matrix, right: Matrix) -> Matrix:
    columns = [_times(left, (a, b, c)) for a, b, c in zip(*right, strict=True)]
    return tuple(zip(*columns, strict=True))  # pyright: ignore[reportReturnType]


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    size = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        ((e * i - f * h) / size, (c * h - b * i) / size, (b * f - c * e) / size),
        ((f * g - d * i) / size, (a * i - c * g) / size, (c * d - a * f) / size),
        ((d * h - e * g) / size, (b * g - a * h) / size, (a * e - b * d) / size),
    )


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65_536 * value) for value in values))


def _file(tags: dict[bytes, bytes]) -> bytes:
    """ICC.1:2022, 7: header, table of tags, and their data at multiples of four bytes."""
    offset = 128 + 4 + 12 * len(tags)
    table, data, places = struct.pack(">I", len(tags)), b"", dict[bytes, int]()
    for name, content in tags.items():
        if content not in places:
            places[content] = offset + len(data)
            data += content + bytes(-len(content) % 4)
        table += struct.pack(">4s2I", name, places[content], len(content))
    header = bytearray(128)
    struct.pack_into(">I4xI4s4s4s", header, 0, offset + len(data), 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    header[36:40] = b"acsp"
    struct.pack_into(">3i", header, 68, *(round(65_536 * value) for value in D50_XYZ))
    return bytes(header) + table + data
