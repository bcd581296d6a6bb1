"""A photo as a painting or as a coloured drawing."""

import cv2
import numpy as np

from local.replicate.pictures.filters import Array, Bytes, blur
from local.replicate.pictures.randomness import Random
from local.replicate.pictures.surface import noise


def painted(picture: Array, amount: float) -> Array:
    """As with broad brush strokes: areas become flat, their edges stay."""
    source = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
    flat = cv2.edgePreservingFilter(source, flags=cv2.RECURS_FILTER, sigma_s=40, sigma_r=0.35)
    stroke = cv2.stylization(source, sigma_s=30, sigma_r=0.3).astype(np.float32) / 255
    blended = flat.astype(np.float32) / 255 * 0.6 + stroke * 0.4
    return (picture + (blended - picture) * np.float32(amount)).astype(np.float32)


def sketched(picture: Bytes, colored: Array, rng: Random) -> Array:
    """Ink lines of the photo over watercolour on paper; `colored` gives the colours."""
    height, width = picture.shape[:2]
    flat = cv2.edgePreservingFilter((np.clip(colored, 0, 1) * 255).astype(np.uint8), flags=1, sigma_s=60, sigma_r=0.45)
    wash = flat.astype(np.float32) / 255
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / max(height, width) * 4
    blotch = noise(x, y)[..., None]
    wash = 1 - (1 - wash) * (0.62 + 0.5 * blotch)
    smooth = cv2.bilateralFilter(picture, 7, 30, 5)
    grey = cv2.cvtColor(smooth, cv2.COLOR_RGB2GRAY)
    fine = cv2.Canny(grey, 28, 80).astype(np.float32) / 255
    thick = max(width, height) / 1100
    line = np.clip(blur(fine, thick) * (1.5 + thick), 0, 1)
    shaded = grey.astype(np.float32) / 255
    pencil = np.clip(1 - shaded / np.maximum(blur(shaded, max(width, height) / 90), 0.02), 0, 0.5)
    paper = np.array((0.975, 0.96, 0.93), np.float32) * (0.985 + 0.03 * noise(x * 9, y * 9, "fine")[..., None])
    inked = wash * paper * (1 - 0.7 * pencil[..., None])
    ink = np.array((0.13, 0.12, 0.15), np.float32)
    drawn = inked + (ink - inked) * (line * (0.5 + 0.4 * noise(x * 2, y * 2)))[..., None]
    return _paper_edge(drawn.astype(np.float32), paper.astype(np.float32), rng)


def _paper_edge(drawn: Array, paper: Array, rng: Random) -> Array:
    """Leave a border of paper with an uneven edge."""
    height, width = drawn.shape[:2]
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    inset = np.minimum(np.minimum(x, 1 - x) * width, np.minimum(y, 1 - y) * height) / max(width, height)
    ragged = (noise(x * 3 + rng.between(0, 4), y * 3) - 0.5) * 0.03
    inside = np.clip((inset + ragged - 0.022) * 60, 0, 1)[..., None]
    return (paper + (drawn - paper) * inside).astype(np.float32)
