"""Finds the parts of a photo: large surfaces, single things, the sky, and what is far away."""

import cv2
import numpy as np

from local.replicate.pictures.filters import Array, Bytes, blur

WORKING_SIDE = 192
"""Pixels of the longer side that regions are looked for in; masks are refined on the full picture."""


def guided(mask: Array, guide: Array, radius: int, tolerance: float) -> Array:
    """Fit the edges of `mask` to those of the grey `guide` (He et al., Guided Image Filtering), both 0 to 1."""
    size = (2 * radius + 1, 2 * radius + 1)
    mean_guide, mean_mask = cv2.blur(guide, size), cv2.blur(mask, size)
    covariance = cv2.blur(guide * mask, size) - mean_guide * mean_mask
    variance = cv2.blur(guide * guide, size) - mean_guide * mean_guide
    gain = covariance / (variance + tolerance)
    offset = mean_mask - gain * mean_guide
    fitted = cv2.blur(gain, size) * guide + cv2.blur(offset, size)
    return np.clip(fitted, 0, 1).astype(np.float32)


def objects(lab: Array, elsewhere: Array, count: int, seed: int) -> tuple[Array, Array]:
    """Soft masks (count, h, w) of the things between the large surfaces, by colour, and their mean colours (count, 3).

    `elsewhere` (h, w) is one where the large surfaces are. Largest first.
    """
    height, width = lab.shape[:2]
    scale = WORKING_SIDE / max(height, width)
    small = np.asarray(cv2.resize(lab, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)
    free = cv2.resize(elsewhere, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA) < 0.5
    samples = (small[free] * np.array((0.35, 2.0, 2.0), np.float32)).astype(np.float32)
    if samples.shape[0] < 40 * count:
        return np.zeros((0, height, width), np.float32), np.zeros((0, 3), np.float32)
    cv2.setRNGSeed(seed & 0x7FFFFFFF)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.5)
    start = np.zeros((samples.shape[0], 1), np.int32)
    _, found, _ = cv2.kmeans(samples, count, start, criteria, 2, cv2.KMEANS_PP_CENTERS)
    labels = np.asarray(found, np.int32).ravel()
    sheet = np.full(free.shape, -1, np.int32)
    sheet[free] = labels
    ranked: list[int] = np.argsort(-np.bincount(labels, minlength=count)).tolist()
    grey = (lab[..., 0] / np.float32(100)).astype(np.float32)
    radius = max(3, max(height, width) // 120)
    masks: list[Array] = []
    for one in ranked:
        chosen: Array = np.equal(sheet, one).astype(np.float32)
        mask = np.asarray(cv2.resize(chosen, (width, height)), np.float32)
        masks.append(guided(mask, grey, radius, 0.0006))
    means = np.stack([small[sheet == one].mean(axis=0) for one in ranked])
    return np.stack(masks), means.astype(np.float32)


def smooth_surface(picture: Bytes, seeds: list[tuple[float, float]], tolerance: int = 2) -> Array:
    """A soft mask of what can be reached from `seeds` (x, y from 0 to 1) without crossing an edge."""
    height, width = picture.shape[:2]
    found = _flood(picture, seeds, tolerance)
    grown = cv2.dilate(cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.ones((3, 3), np.uint8))
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    return guided(
        np.asarray(cv2.resize(grown, (width, height)), np.float32), grey, max(2, max(height, width) // 260), 0.0004
    )


def _flood(picture: Bytes, seeds: list[tuple[float, float]], tolerance: int) -> Array:
    scale = 320 / max(picture.shape[:2])
    shrunk = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(shrunk, (0, 0), 1.0)
    rows, columns = small.shape[:2]
    marked = np.zeros((rows + 2, columns + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | (255 << 8)
    step = (tolerance,) * 3
    for x, y in seeds:
        cv2.floodFill(small, marked, (int(x * (columns - 1)), int(y * (rows - 1))), (0, 0, 0), step, step, flags)
    return (marked[1:-1, 1:-1] / 255).astype(np.float32)


def sky(picture: Bytes) -> Array | None:
    """A soft mask of the sky, or None when the top of the picture is none."""
    seeds = [(number / 40, 0.0) for number in range(41)]
    found = _flood(picture, seeds, 3)
    rows = found.shape[0]
    top = picture[: max(1, picture.shape[0] // 12)].reshape(-1, 3).mean(axis=0)
    blue_or_bright = top[2] >= top[0] - 6 and top.mean() > 110
    if found.mean() < 0.08 or found[: rows // 10].mean() < 0.6 or not blue_or_bright:
        return None
    return smooth_surface(picture, seeds, 3)


def farness(picture: Bytes) -> Array:
    """An estimate of distance, 0 near to 1 far: what is higher in the picture and has less detail is further away."""
    height, width = picture.shape[:2]
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    lowness = np.linspace(0, 1, height, dtype=np.float32)[:, None].repeat(width, 1)
    floor = np.clip((0.98 - lowness) / 0.5, 0, 1)
    detail = blur(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), max(height, width) / 60)
    detail /= detail.max() + 1e-6
    guess = 0.75 * floor + 0.25 * (1 - detail)
    return guided(blur(guess, 6), grey, max(height, width) // 24, 0.002)
