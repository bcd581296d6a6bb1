"""Materials: the colour and the glow of a surface at a point."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from msgspec import Struct

from local.replicate.pictures.colors import linear
from local.replicate.pictures.filters import Array, look_up

TILE = 512
"""Side of the noise tile in pixels; it repeats without a seam."""

TILE_METRES = 4.0


class Material(Struct, frozen=True):
    color: str
    """`#rrggbb`, as sRGB."""
    second: str = "#ffffff"
    """The other colour of a two-tone texture."""
    texture: str = "plain"
    scale: float = 1.0
    """Metres for one unit of the texture."""
    gloss: float = 0.0
    """0 is dull, 1 reflects like a mirror."""
    glow: float = 0.0
    """Light given off, in multiples of the colour."""
    bump: float = 0.0


class Texture(Struct, frozen=True):
    """What n points of a surface show."""

    albedo: Array
    """(3, n), linear light."""
    glow: Array
    """(n,), multiplies `Material.glow`."""


@cache
def _tile(kind: str) -> Array:
    """Seamless noise with mean 0.5: `soft` has large blotches, `fine` is even grain."""
    rng = np.random.default_rng({"soft": 11, "fine": 23}[kind])
    falloff = {"soft": 1.75, "fine": 0.7}[kind]
    frequency = np.hypot(np.fft.fftfreq(TILE)[:, None], np.fft.rfftfreq(TILE)[None, :])
    frequency[0, 0] = 1.0
    spectrum = np.fft.rfft2(rng.standard_normal((TILE, TILE))) / frequency**falloff
    spectrum[0, 0] = 0.0
    noise = np.fft.irfft2(spectrum, (TILE, TILE))
    return np.clip(0.5 + noise / noise.std() * 0.18, 0.0, 1.0).astype(np.float32)


def noise(u: Array, v: Array, kind: str = "soft") -> Array:
    """Noise at plane coordinates in metres, from 0 to 1."""
    column, row = (np.mod(one.ravel() * (TILE / TILE_METRES), TILE) for one in (u, v))
    return look_up(_tile(kind), column, row, cv2.BORDER_WRAP).reshape(u.shape)


def texture_at(material: Material, u: Array, v: Array) -> Texture:
    """What a material looks like at surface coordinates in metres."""
    u, v = u / np.float32(material.scale), v / np.float32(material.scale)
    first, second = linear(material.color)[:, None], linear(material.second)[:, None]
    return _TEXTURES[material.texture](first, second, u, v)


def _hash(cell: Array) -> Array:
    """A pseudo-random number from 0 to 1 for each whole number."""
    scattered: Array = np.sin(cell * np.float32(12.9898)) * np.float32(43758.547)
    return np.mod(scattered, np.float32(1.0))


def _lit(albedo: Array) -> Texture:
    return Texture(albedo.astype(np.float32), np.ones_like(albedo[0]))


def _plain(first: Array, _second: Array, u: Array, v: Array) -> Texture:
    return _lit(first * (0.985 + 0.03 * noise(u, v)))


def _wood(first: Array, _second: Array, u: Array, v: Array) -> Texture:
    grain = noise(u * 0.35 + 3.0, v * 5.0) * 0.7 + noise(u * 0.5, v * 16.0, "fine") * 0.3
    return _lit(first * (0.72 + 0.55 * grain))


def _planks(first: Array, _second: Array, u: Array, v: Array) -> Texture:
    row = np.floor(v / 0.16)
    along = u + _hash(row) * 2.3
    board = row * 17.0 + np.floor(along / 2.1)
    tone = 0.8 + 0.36 * _hash(board)
    grain = noise(u * 0.3 + _hash(board) * 3.0, v * 5.0) * 0.75 + noise(u * 0.4, v * 14.0, "fine") * 0.25
    in_row, in_board = np.mod(v / 0.16, 1.0), np.mod(along / 2.1, 1.0)
    gap = (np.minimum(in_row, 1 - in_row) < 0.02) | (np.minimum(in_board, 1 - in_board) < 0.0015)
    return _lit(first * (tone * (0.78 + 0.44 * grain) * np.where(gap, 0.6, 1.0)))


def _slats(first: Array, _second: Array, u: Array, v: Array) -> Texture:
    slat = np.mod(u / 0.085, 1.0)
    tone = 0.85 + 0.3 * _hash(np.floor(u / 0.085))
    grain = 0.8 + 0.4 * noise(u * 5.0, v * 0.4)
    rounded = np.clip(np.sin(np.clip((slat - 0.12) / 0.76, 0, 1) * np.pi) * 1.5, 0.0, 1.0)
    return _lit(first * (tone * grain * (0.12 + 0.88 * rounded)))


def _marble(first: Array, second: Array, u: Array, v: Array) -> Texture:
    bend = noise(u * 0.7, v * 0.7)
    vein = 1.0 - np.abs(np.sin((u * 1.3 + v * 0.8 + bend * 5.0) * 2.6))
    mix = np.clip(vein**9 * 1.1 + (noise(u * 1.6, v * 1.6) - 0.62) * 0.9, 0.0, 0.85)
    return _lit(first * (1 - mix) + second * mix)


def _blotch(first: Array, second: Array, u: Array, v: Array) -> Texture:
    field = noise(u * 1.1 + 1.0, v * 1.1) + 0.2 * noise(u * 4.0, v * 4.0)
    mix = np.clip((field - 0.62) * 14.0, 0.0, 1.0)
    return _lit((first * (1 - mix) + second * mix) * (0.95 + 0.1 * noise(u, v, "fine")))


def _fabric(first: Array, _second: Array, u: Array, v: Array) -> Texture:
    weave = noise(u * 3.0, v * 3.0, "fine")
    return _lit(first * (0.82 + 0.24 * weave + 0.14 * noise(u * 0.9, v * 0.9)))


def _concrete(first: Array, _second: Array, u: Array, v: Array) -> Texture:
    return _lit(first * (0.78 + 0.34 * noise(u * 0.6, v * 0.6) + 0.12 * noise(u * 2.0, v * 2.0, "fine")))


def _grass(first: Array, second: Array, u: Array, v: Array) -> Texture:
    mix = np.clip(noise(u * 0.35, v * 0.35) * 1.5 - 0.3, 0.0, 1.0)
    blades = 0.55 + 0.9 * noise(u * 2.2, v * 2.2, "fine")
    return _lit((first * (1 - mix) + second * mix) * blades)


def _sand(first: Array, _second: Array, u: Array, v: Array) -> Texture:
    ripple = np.sin((v * 1.2 + noise(u * 0.15, v * 0.15) * 6.0 + u * 0.2) * 4.0)
    return _lit(first * (0.9 + 0.05 * ripple + 0.14 * noise(u * 0.2, v * 0.2)))


def _rug(first: Array, second: Array, u: Array, v: Array) -> Texture:
    pile = 0.8 + 0.4 * noise(u * 3.2, v * 3.2, "fine")
    line = (np.abs(np.mod(u / 0.5 + v / 0.5, 1.0) - 0.5) < 0.035) | (
        np.abs(np.mod(u / 0.5 - v / 0.5, 1.0) - 0.5) < 0.035
    )
    return _lit(np.where(line, first * 0.35 + second * 0.65, first) * pile)


def _tiles(first: Array, second: Array, u: Array, v: Array) -> Texture:
    row = np.floor(v / 0.075)
    along = u / 0.22 + 0.5 * np.mod(row, 2.0)
    in_row, in_tile = np.mod(v / 0.075, 1.0), np.mod(along, 1.0)
    joint = (np.minimum(in_row, 1 - in_row) < 0.05) | (np.minimum(in_tile, 1 - in_tile) < 0.018)
    tone = 0.88 + 0.2 * _hash(row * 31.0 + np.floor(along))
    return _lit(np.where(joint, second, first * tone))


def _board(first: Array, _second: Array, u: Array, v: Array) -> Texture:
    """Horizontal or vertical cladding: broad boards with a shadow gap."""
    at = np.mod(v / 0.2, 1.0)
    tone = 0.88 + 0.22 * _hash(np.floor(v / 0.2))
    return _lit(first * (tone * (0.85 + 0.3 * noise(u * 0.4, v * 5.0)) * np.where(at < 0.06, 0.35, 1.0)))


def _windows(first: Array, second: Array, u: Array, v: Array) -> Texture:
    """A facade at night: `first` is the wall, `second` the light of the few windows that are lit."""
    column, row = np.floor(u / 1.6), np.floor(v / 3.2)
    across, upward = np.mod(u / 1.6, 1.0), np.mod(v / 3.2, 1.0)
    pane = (across > 0.12) & (across < 0.88) & (upward > 0.35) & (upward < 0.62)
    lit = pane & (_hash(column * 7.0 + row * 131.0) > 0.6) & (noise(column * 0.31, row * 0.17) > 0.42)
    wall = first * (0.75 + 0.5 * noise(u * 0.1, v * 0.1)) * np.where(pane, 0.3, 1.0)
    return Texture(np.where(lit, second, wall).astype(np.float32), lit.astype(np.float32))


def _peak(first: Array, second: Array, u: Array, v: Array) -> Texture:
    """A mountain: rock, and snow above an uneven line; `v` runs from the foot up."""
    rough = noise(u * 0.5, v * 0.5) * 0.6 + noise(u * 1.7, v * 1.7) * 0.4
    snow = np.clip((v + (rough - 0.5) * 0.5) * 9.0, 0.0, 1.0)
    return _lit((first * (1 - snow) + second * snow) * (0.7 + 0.6 * rough))


def _art(first: Array, second: Array, u: Array, v: Array) -> Texture:
    """An abstract print: paper, a few blocks and a disc; `u`, `v` run from -1 to 1."""
    paper = np.array([[0.84], [0.8], [0.72]], np.float32)
    dark = np.array([[0.035], [0.035], [0.04]], np.float32)
    inside = (np.abs(u) < 0.86) & (np.abs(v) < 0.88)
    color = np.where(inside & (np.abs(u) < 0.62) & (np.abs(v) < 0.66), paper * 0.92, paper)
    color = np.where((u > -0.5) & (u < 0.12) & (v > -0.52) & (v < 0.1), dark, color)
    color = np.where((u > -0.08) & (u < 0.48) & (v > -0.1) & (v < 0.52), first, color)
    disc = (u - 0.2) ** 2 + ((v + 0.3) * 1.2) ** 2 < 0.055
    return _lit(np.where(disc, second, color))


def _foliage(first: Array, second: Array, u: Array, v: Array) -> Texture:
    """Two greens in clumps."""
    mix = np.clip((noise(u * 1.5, v * 1.5) - 0.35) * 2.2, 0.0, 1.0)
    return _lit((first * (1 - mix) + second * mix) * (0.6 + 0.8 * noise(u * 4.0, v * 4.0, "fine")))


_TEXTURES: dict[str, Callable[[Array, Array, Array, Array], Texture]] = {
    "plain": _plain,
    "wood": _wood,
    "planks": _planks,
    "slats": _slats,
    "marble": _marble,
    "blotch": _blotch,
    "fabric": _fabric,
    "concrete": _concrete,
    "grass": _grass,
    "sand": _sand,
    "rug": _rug,
    "tiles": _tiles,
    "board": _board,
    "windows": _windows,
    "peak": _peak,
    "art": _art,
    "foliage": _foliage,
}
