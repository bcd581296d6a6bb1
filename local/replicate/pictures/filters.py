"""OpenCV's filters with the array types of this package."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from cv2.typing import MatLike

Array = npt.NDArray[np.floating[Any]]
"""32-bit throughout; the stubs of numpy lose the width in mixed arithmetic."""

Bytes = npt.NDArray[np.uint8]

ROW = 4096
"""Points are looked up in rows of this length: cv2.remap takes at most 32767 rows or columns."""


def blur(values: Array | MatLike, sigma: float) -> Array:
    """Gaussian blur; `sigma` in pixels."""
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)


def look_up(plane: Array, columns: Array, rows: Array, border: int, outside: float = 0.0) -> Array:
    """Interpolated values (n,) of a plane at n places in pixels. `border`: cv2.BORDER_…, with the value `outside`."""
    count = columns.size
    lines = -(-count // ROW)
    places = np.zeros((2, lines * ROW), np.float32)
    places[0, :count], places[1, :count] = columns, rows
    folded = places.reshape(2, lines, ROW)
    found = cv2.remap(plane, folded[0], folded[1], cv2.INTER_LINEAR, borderMode=border, borderValue=outside)
    return found.ravel()[:count].astype(np.float32, copy=False)
