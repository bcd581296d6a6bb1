"""Paints the picture of an order: from its photo, or as a scene that its prompt describes."""

import math
from collections.abc import Callable, Mapping

from PIL import Image

from local.replicate.pictures.concepts import city, islands, monoliths, mountains
from local.replicate.pictures.exteriors import cabin, house
from local.replicate.pictures.film import develop
from local.replicate.pictures.interiors import bedroom, kitchen, living
from local.replicate.pictures.order import Order
from local.replicate.pictures.photo import transform
from local.replicate.pictures.products import bottle, ceramic, chair, lamp
from local.replicate.pictures.randomness import Random
from local.replicate.pictures.scene import Scene
from local.replicate.pictures.shading import shade
from local.replicate.pictures.styles import apply_style
from local.replicate.pictures.words import Theme, read_prompt

SCENES: Mapping[str, Callable[[Theme, tuple[int, int], Random], Scene]] = {
    "living": living,
    "bedroom": bedroom,
    "kitchen": kitchen,
    "house": house,
    "cabin": cabin,
    "bottle": bottle,
    "ceramic": ceramic,
    "lamp": lamp,
    "chair": chair,
    "islands": islands,
    "monoliths": monoliths,
    "city": city,
    "mountains": mountains,
}
"""One for each subject that `read_prompt` gives."""

MAX_OVERSAMPLING = 1.4
RAYS = 1_200_000
"""Per picture; one to two seconds of one core."""


def paint(order: Order, index: int) -> Image.Image:
    """Picture `index` of the order; each has its own stream of random numbers."""
    rng = Random(abs(order.seed), index)
    theme = read_prompt(order.prompt, rng)
    if order.photo is None:
        picture = _draw(theme, order.width, order.height, rng)
    else:
        picture = transform(order, order.photo, theme, rng)
    return apply_style(picture, order.style)


def _draw(theme: Theme, width: int, height: int, rng: Random) -> Image.Image:
    finer = min(MAX_OVERSAMPLING, math.sqrt(RAYS / (width * height)))
    scene = SCENES[theme.subject](theme, (round(width * finer), round(height * finer)), rng)
    return develop(shade(scene), width, height, scene.light.exposure, rng)
