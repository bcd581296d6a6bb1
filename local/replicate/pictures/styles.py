"""Recraft's styles, laid over a finished picture."""

import cv2
import numpy as np
from PIL import Image

from local.replicate.pictures.geometry import Array
from local.replicate.pictures.smoothing import blur

PIXEL_ART_CELLS = 128
"""Cells along the longer side."""


def apply_style(picture: Image.Image, style: str) -> Image.Image:
    """`any` and the plain photographic styles change nothing."""
    source = np.asarray(picture)
    values = source.astype(np.float32) / 255
    kind, _, detail = style.partition("/")
    if detail == "b_and_w":
        values = _monochrome(values)
    elif detail == "hdr":
        values = _local_contrast(source)
    elif detail == "motion_blur":
        values = cv2.filter2D(
            values,
            -1,
            np.full((1, max(9, source.shape[1] // 40) | 1), 1, np.float32) / (max(9, source.shape[1] // 40) | 1),
        )
    elif detail == "hard_flash":
        values = _flash(values)
    elif detail == "pixel_art":
        values = _pixels(values)
    elif detail == "engraving_color":
        values = _engraved(values)
    elif detail == "grain":
        values = _grainy(_flat(source, 0.5))
    elif detail in {"hand_drawn", "infantile_sketch", "hand_drawn_outline"}:
        values = _outlined(_flat(source, 0.6), source)
    elif kind == "digital_illustration":
        values = _flat(source, 0.55)
    else:
        return picture
    return Image.fromarray((np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8))


def _monochrome(values: Array) -> Array:
    grey = values @ np.array((0.35, 0.5, 0.15), np.float32)
    return (grey + 0.25 * (grey - 0.5) * (1 - np.abs(2 * grey - 1)))[..., None].repeat(3, 2).astype(np.float32)


def _local_contrast(source: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Array:
    return cv2.detailEnhance(source, sigma_s=12, sigma_r=0.18).astype(np.float32) / 255


def _flash(values: Array) -> Array:
    height, width = values.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = (1.28 - 0.5 * np.sqrt(x * x + y * y))[..., None]
    return (values * light).astype(np.float32)


def _pixels(values: Array) -> Array:
    height, width = values.shape[:2]
    scale = PIXEL_ART_CELLS / max(height, width)
    small = np.asarray(cv2.resize(values, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)
    stepped = np.round(small * 9) / 9
    return cv2.resize(stepped, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.float32)


def _flat(source: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], reach: float) -> Array:
    """Poster-like areas of few tones, the colours a little stronger."""
    calm = cv2.edgePreservingFilter(source, flags=cv2.RECURS_FILTER, sigma_s=60, sigma_r=reach)
    lab = cv2.cvtColor(calm.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lab[..., 0] = np.round(lab[..., 0] / 9) * 9
    lab[..., 1:] *= 1.25
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1).astype(np.float32)


def _outlined(values: Array, source: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Array:
    grey = cv2.cvtColor(cv2.bilateralFilter(source, 7, 40, 5), cv2.COLOR_RGB2GRAY)
    lines = cv2.dilate(cv2.Canny(grey, 40, 110), np.ones((2, 2), np.uint8)).astype(np.float32) / 255
    ink = np.clip(blur(lines, 0.8), 0, 1)[..., None]
    return (values * (1 - ink * 0.85)).astype(np.float32)


def _grainy(values: Array) -> Array:
    rng = np.random.default_rng(7)
    speck = rng.standard_normal(values.shape[:2]).astype(np.float32)[..., None]
    return (values + speck * 0.07 * (1 - values)).astype(np.float32)


def _engraved(values: Array) -> Array:
    """Darkness as the width of wavy lines."""
    height, width = values.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    grey = blur(values.mean(axis=2), 1.2)
    wave = 0.5 + 0.5 * np.sin((y + 4 * np.sin(x / 38) + grey * 10) * 2 * np.pi / 6.0)
    ink = np.clip((wave - grey * 1.15 + 0.12) * 3.2, 0, 1)[..., None]
    paper = np.array((0.96, 0.93, 0.86), np.float32)
    tinted = paper * (0.45 + 0.55 * values)
    return (tinted * (1 - 0.72 * ink)).astype(np.float32)
