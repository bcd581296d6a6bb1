"""The styles of Recraft that presets offer, applied to a finished picture."""

import cv2
import numpy as np
from PIL import Image

from local.replicate.pictures.filters import Array, Bytes, blur
from local.replicate.pictures.randomness import Random


def apply_style(picture: Image.Image, style: str) -> Image.Image:
    """`style` as Recraft names it. Photographic styles, and no style, change nothing."""
    kind, _, detail = style.partition("/")
    if kind != "digital_illustration":
        return picture
    source = np.asarray(picture)
    if detail == "engraving_color":
        values = _engraved(source.astype(np.float32) / 255)
    elif detail == "grain":
        values = _grainy(_flat(source, 0.5))
    elif detail == "hand_drawn_outline":
        values = _outlined(_flat(source, 0.6), source)
    else:
        values = _flat(source, 0.55)
    return Image.fromarray((np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8))


def _flat(source: Bytes, reach: float) -> Array:
    """Poster-like areas of few tones, the colours a little stronger."""
    calm = cv2.edgePreservingFilter(source, flags=cv2.RECURS_FILTER, sigma_s=60, sigma_r=reach)
    lab = cv2.cvtColor(calm.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lab[..., 0] = np.round(lab[..., 0] / 9) * 9
    lab[..., 1:] *= 1.25
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1).astype(np.float32)


def _outlined(values: Array, source: Bytes) -> Array:
    grey = cv2.cvtColor(cv2.bilateralFilter(source, 7, 40, 5), cv2.COLOR_RGB2GRAY)
    lines = cv2.dilate(cv2.Canny(grey, 40, 110), np.ones((2, 2), np.uint8)).astype(np.float32) / 255
    ink = np.clip(blur(lines, 0.8), 0, 1)[..., None]
    return (values * (1 - ink * 0.85)).astype(np.float32)


def _grainy(values: Array) -> Array:
    speck = Random(7).normal(*values.shape[:2])[..., None]
    return (values + speck * 0.07 * (1 - values)).astype(np.float32)


def _engraved(values: Array) -> Array:
    """Wavy lines, the wider the darker."""
    height, width = values.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    grey = blur(values.mean(axis=2), 1.2)
    wave = 0.5 + 0.5 * np.sin((y + 4 * np.sin(x / 38) + grey * 10) * 2 * np.pi / 6.0)
    ink = np.clip((wave - grey * 1.15 + 0.12) * 3.2, 0, 1)[..., None]
    paper = np.array((0.96, 0.93, 0.86), np.float32)
    tinted = paper * (0.45 + 0.55 * values)
    return (tinted * (1 - 0.72 * ink)).astype(np.float32)
