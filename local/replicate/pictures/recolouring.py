"""A photo of a room or a studio, with its surfaces in new colours and another light."""

import cv2
import numpy as np

from local.replicate.pictures.colors import display
from local.replicate.pictures.film import compress_highlights
from local.replicate.pictures.filters import Array, Bytes, blur
from local.replicate.pictures.hours import HOUR_LEVEL, HOUR_TINT
from local.replicate.pictures.products import BACKDROPS
from local.replicate.pictures.randomness import Random
from local.replicate.pictures.regions import objects, smooth_surface
from local.replicate.pictures.words import Theme

SMALLEST_SURFACE = 0.015
"""Share of the picture below which a surface is not one."""


def recoloured(picture: Bytes, theme: Theme, rng: Random, strength: float, *, studio: bool) -> Array:
    """Give surfaces and things the colours of the palette; light and texture of the photo stay."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).astype(np.float32)
    repaint = _backdrop(picture, rng) if studio else _shell(picture, theme, rng)
    weight = np.float32(min(1.0, 0.35 + strength * 0.75))
    result = lab.copy()
    covered = np.zeros(lab.shape[:2], np.float32)
    for mask, color in repaint:
        free = mask * (1 - covered)
        share = float(free.mean())
        if share > SMALLEST_SURFACE:
            mean = (lab * free[..., None]).sum(axis=(0, 1)) / free.sum()
            result += _shift(mean, _lab(color), lift=0.75) * (free * weight)[..., None]
        covered = np.maximum(covered, mask)
    if not studio:
        colors = [theme.palette.main, theme.palette.wood, theme.palette.accent]
        masks, means = objects(lab, covered, len(colors), rng.below(2**31))
        for mask, mean, color in zip(masks, means, colors, strict=False):
            thing = mask * (1 - covered) * weight
            result += _shift(mean, _lab(color), lift=0.55) * thing[..., None]
    result[..., 0] = np.clip(result[..., 0], 0, 100)
    return np.clip(cv2.cvtColor(result, cv2.COLOR_LAB2RGB), 0, 1).astype(np.float32)


def _lab(color: str) -> Array:
    return cv2.cvtColor(display(color)[None, None], cv2.COLOR_RGB2LAB)[0, 0].astype(np.float32)


def _shift(mean: Array, target: Array, lift: float) -> Array:
    """From a surface's mean colour to the new one. Its lightness changes only as much as light could change it."""
    lightness = float(np.clip(target[0] - mean[0], -28, 34)) * lift
    return np.array((lightness, (target[1] - mean[1]) * 0.7, (target[2] - mean[2]) * 0.7), np.float32)


def _backdrop(picture: Bytes, rng: Random) -> list[tuple[Array, str]]:
    seeds = [(x / 12, 0.0) for x in range(13)] + [(x, y / 12) for x in (0.0, 1.0) for y in range(10)]
    return [(smooth_surface(picture, seeds), rng.pick(BACKDROPS))]


def _shell(picture: Bytes, theme: Theme, rng: Random) -> list[tuple[Array, str]]:
    """Masks of floor, ceiling, far wall and side walls of a room, and the new colour of each."""
    palette = theme.palette
    rows = np.linspace(0, 1, picture.shape[0], dtype=np.float32)[:, None]
    # Where an edge is weak, the mask grows too far: floor and ceiling end where they cannot be.
    floor = smooth_surface(picture, [(x / 10, 1.0) for x in range(11)], 1) * np.clip((rows - 0.62) * 9, 0, 1)
    ceiling = smooth_surface(picture, [(x / 10, 0.0) for x in range(3, 8)], 1) * np.clip((0.24 - rows) * 9, 0, 1)
    far = smooth_surface(picture, [(0.35, 0.35), (0.5, 0.3), (0.65, 0.35), (0.5, 0.42)])
    sides = smooth_surface(picture, [(x, y) for x in (0.03, 0.97) for y in (0.3, 0.5, 0.65)])
    feature = palette.accent_wall if rng.chance(0.65) else palette.wall
    return [(floor, palette.floor), (ceiling, "#f4f1ec"), (far, feature), (sides, palette.wall)]


def relit(picture: Array, theme: Theme, rng: Random, *, studio: bool) -> Array:
    """Set the exposure and the light of the hour, from one side; indoors with sun through a window."""
    height, width = picture.shape[:2]
    middle = float(np.median(picture.mean(axis=2)))
    wanted = 0.58 * HOUR_LEVEL[theme.hour]
    gamma = float(np.clip(np.log(wanted) / np.log(max(0.05, min(0.95, middle))), 0.5, 1.5))
    lit = np.power(picture, np.float32(gamma)) * np.array(HOUR_TINT[theme.hour], np.float32)
    side = rng.side()
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * side
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    fall = 1.0 + 0.16 * across - 0.07 * down
    light = np.repeat(fall[:, :, None], 3, axis=2)
    if not studio and theme.hour in {"morning", "golden", "dusk"}:
        beam = _window_beam(width, height, side, rng) * {"morning": 0.26, "golden": 0.36, "dusk": 0.34}[theme.hour]
        light = light + beam[:, :, None] * np.array((1.0, 0.86, 0.62), np.float32)
    lit = lit * light
    glow = blur(np.maximum(lit - 0.78, 0), max(width, height) / 45)
    lit = lit + glow * 0.9
    return compress_highlights(lit)


def _window_beam(width: int, height: int, side: int, rng: Random) -> Array:
    """Slanting areas of sun, as behind a window with bars."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    if side < 0:
        x = 1 - x
    start = rng.between(0.02, 0.22)
    along = x - start - y * rng.between(0.42, 0.6)
    pane = np.clip((np.abs(np.mod(along / 0.17, 1.0) - 0.5) * -1 + 0.42) * 14, 0, 1)
    band = np.clip((along + 0.26) * 8, 0, 1) * np.clip((0.26 - along) * 8, 0, 1)
    bars = np.clip((np.abs(np.mod((y + x * 0.22) / 0.3, 1.0) - 0.5) * -1 + 0.46) * 18, 0, 1)
    fade = np.clip((y - 0.12) * 2.2, 0, 1)
    return blur((pane * band * bars * fade).astype(np.float32), max(width, height) / 170)
