"""Decides how an order is met: from its photo, or from words alone."""

import numpy as np
from PIL import Image

from local.replicate.pictures.drawing import draw
from local.replicate.pictures.order import Order
from local.replicate.pictures.photo import restage
from local.replicate.pictures.styles import apply_style
from local.replicate.pictures.words import understand


def paint(order: Order, index: int) -> Image.Image:
    """Picture `index` of the order; each has its own stream of random numbers."""
    rng = np.random.default_rng([abs(order.seed), index])
    wish = understand(order.prompt, rng)
    if order.photo is None:
        picture = draw(wish, order.width, order.height, rng)
    else:
        picture = restage(order, order.photo, wish, rng)
    return apply_style(picture, order.style)
