"""From linear light to the finished picture: bloom, exposure, tone curve, vignette and grain."""

import cv2
import numpy as np
from PIL import Image

from local.replicate.pictures.colors import contrast, encode
from local.replicate.pictures.filters import Array, Bytes, blur
from local.replicate.pictures.randomness import Random


def develop(light: Array, width: int, height: int, exposure: float, rng: Random) -> Image.Image:
    """Linear light (h, w, 3) of any size to a picture of the size asked for."""
    resized = cv2.resize(light * np.float32(exposure), (width, height), interpolation=cv2.INTER_AREA)
    exposed = np.asarray(resized, np.float32)
    exposed = exposed + _bloom(exposed)
    graded = _grade(encode(_tone(exposed.astype(np.float32))))
    graded = graded * _vignette(width, height)[:, :, None]
    return Image.fromarray(finish(graded.astype(np.float32), rng))


def finish(picture: Array, rng: Random, grain: float = 0.005) -> Bytes:
    """Display values (0 to 1) to bytes, with a little grain against banding."""
    speck = blur(rng.normal(*picture.shape[:2]), 0.7)
    grainy = picture + speck[:, :, None] * np.float32(grain * 1.6)
    return (np.clip(grainy, 0, 1) * 255 + 0.5).astype(np.uint8)


def compress_highlights(picture: Array) -> Array:
    """Compress bright display values instead of cutting them off, and add a little contrast."""
    bright = np.where(picture > 0.8, 0.8 + 0.2 * (1 - np.exp(-(picture - 0.8) / 0.2)), picture)
    return contrast(np.clip(bright, 0, 1), 0.12)


def _bloom(light: Array) -> Array:
    bright = np.maximum(light - 1.0, 0.0)
    small = cv2.resize(np.minimum(bright, 6.0), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    sigma = max(small.shape[:2]) / 40
    spread = blur(small, sigma) * 0.6 + blur(small, sigma * 3) * 0.4
    return (cv2.resize(spread, (light.shape[1], light.shape[0])) * 0.5).astype(np.float32)


def _tone(light: Array) -> Array:
    """A filmic tone curve: bright values are compressed, and very bright colours turn white."""
    peak = light.max(axis=2, keepdims=True)
    bleached = light + (peak - light) * np.clip((peak - 0.8) * 0.22, 0, 0.6)
    return (bleached * (1.0 + bleached / 6.0) / (0.82 + bleached)).astype(np.float32)


def _grade(picture: Array) -> Array:
    """A little more contrast and colour than the curve leaves."""
    grey = picture.mean(axis=2, keepdims=True)
    return contrast(grey + (picture - grey) * 1.16, 0.1)


def _vignette(width: int, height: int) -> Array:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return (1 - 0.13 * np.clip((x * x + y * y) / 2, 0, 1) ** 1.5).astype(np.float32)
