"""Colours as text and as numbers: `#rrggbb`, display values (sRGB, 0 to 1) and linear light."""

import numpy as np
from PIL import ImageColor

from local.replicate.pictures.filters import Array


def display(color: str) -> Array:
    """Display values (3,) of a `#rrggbb` colour."""
    return np.array(ImageColor.getrgb(color), np.float32) / np.float32(255)


def linear(color: str) -> Array:
    """Linear light (3,) of a `#rrggbb` colour."""
    value = display(color)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def encode(light: Array) -> Array:
    """Linear light to display values; what is brighter than one is cut off."""
    clipped = np.clip(light, 0, 1)
    return np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055).astype(np.float32)


def contrast(values: Array, amount: float) -> Array:
    """Display values with more contrast in the middle; black, white and middle grey stay."""
    return (values + amount * (values - 0.5) * (1 - np.abs(2 * values - 1))).astype(np.float32)
