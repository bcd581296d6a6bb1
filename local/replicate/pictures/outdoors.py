"""A photo from outside, with a new sky and at another hour."""

import cv2
import numpy as np

from local.replicate.pictures.colors import display
from local.replicate.pictures.film import compress_highlights
from local.replicate.pictures.filters import Array, Bytes, blur
from local.replicate.pictures.hours import HOUR_LEVEL, HOUR_TINT, SKIES
from local.replicate.pictures.randomness import Random
from local.replicate.pictures.regions import farness
from local.replicate.pictures.surface import noise
from local.replicate.pictures.words import Theme


def with_new_sky(picture: Bytes, open_sky: Array, theme: Theme, rng: Random, strength: float) -> Array:
    """A new sky, the light of the hour, and at dusk light in the windows."""
    height, width = picture.shape[:2]
    scene = picture.astype(np.float32) / 255
    ground = scene
    dark = theme.hour in {"dusk", "night"}
    if dark:
        grey = scene.mean(axis=2, keepdims=True)
        shade_ = np.array((0.52, 0.46, 0.56) if theme.hour == "dusk" else (0.24, 0.3, 0.46), np.float32)
        ground = (grey + (scene - grey) * 0.85) ** 1.12 * shade_
        ground = ground + _lit_windows(picture, open_sky)
    else:
        tint = np.array(HOUR_TINT[theme.hour], np.float32)
        lab = cv2.cvtColor(scene, cv2.COLOR_RGB2LAB)
        lab[..., 1:] *= 1.12
        side = rng.side()
        across = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None] * side
        ground = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1) * tint * (HOUR_LEVEL[theme.hour] + 0.12 * across)
    painted = _sky_picture(width, height, theme, rng)
    weight = (open_sky * min(1.0, 0.3 + strength))[..., None]
    joined = ground * (1 - weight) + painted * weight
    # What is far takes on the colour of the new sky at the horizon.
    haze = farness(picture)[..., None] * 0.16 * (1 - weight)
    joined = joined + (painted[int(height * 0.55)].mean(axis=0) - joined) * haze
    glow = blur(np.maximum(joined - 0.7, 0), max(width, height) / 40)
    return compress_highlights(joined + glow * 0.8)


def _sky_picture(width: int, height: int, theme: Theme, rng: Random) -> Array:
    top, horizon = (display(color) for color in SKIES[theme.hour])
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    down = np.clip(y / 0.62, 0, 1)[..., None] ** 1.15
    picture = top + (horizon - top) * down
    shift = rng.between(0, 4)
    flat = 1.0 / (0.9 - 0.72 * np.clip(y, 0, 0.98))
    cover = (
        noise((x - 0.5) * flat * 1.1 + shift, flat * 0.9 + shift) * 0.7
        + noise(x * flat * 3.0, flat * 3.4 + shift) * 0.3
    )
    thick = np.clip((cover - 0.5) * 3.4, 0, 1)[..., None] * {"night": 0.2, "soft": 0.85}.get(theme.hour, 0.6)
    cloud = (
        horizon * np.float32(0.5) + np.float32(0.5)
        if theme.hour not in {"night", "dusk"}
        else horizon * np.float32(0.95)
    )
    return (picture + (cloud - picture) * thick).astype(np.float32)


def _lit_windows(picture: Bytes, open_sky: Array) -> Array:
    """Warm light in what looks like glass: dark, grey, smooth patches of the building."""
    height, width = picture.shape[:2]
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV).astype(np.float32)
    grey = hsv[..., 2] / 255
    detail = cv2.blur(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), (9, 9))
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    glass = (hsv[..., 1] < 95) & (grey > 0.12) & (grey < 0.5) & (detail < 0.06) & (rows < 0.76) & (open_sky < 0.3)
    side = max(3, max(width, height) // 140) | 1
    opened = cv2.morphologyEx(glass.astype(np.uint8), cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    kept = np.zeros(count, np.float32)
    for index in range(1, count):
        area, box = stats[index, cv2.CC_STAT_AREA], stats[index, cv2.CC_STAT_WIDTH] * stats[index, cv2.CC_STAT_HEIGHT]
        thin = min(stats[index, cv2.CC_STAT_WIDTH], stats[index, cv2.CC_STAT_HEIGHT]) < max(width, height) / 45
        kept[index] = float(not thin and area > 0.62 * box)
    mask = blur(kept[np.asarray(labels, np.int32)], max(width, height) / 700)
    spill = blur(mask, max(width, height) / 28)
    light = (mask * (0.42 + grey * 0.6) + spill * 0.32)[..., None]
    return (light * np.array((1.0, 0.74, 0.42), np.float32)).astype(np.float32)
