"""Gaussian blur of a sheet or a picture."""

import cv2
import numpy as np
from cv2.typing import MatLike

from local.replicate.pictures.geometry import Array


def blur(values: Array | MatLike, sigma: float) -> Array:
    """`sigma` in pixels."""
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)
