"""A picture from words alone."""

import math
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image

from local.replicate.pictures.concepts import city, islands, monoliths, mountains
from local.replicate.pictures.exteriors import cabin, house
from local.replicate.pictures.film import develop
from local.replicate.pictures.interiors import bedroom, kitchen, living
from local.replicate.pictures.products import bottle, ceramic, chair, lamp
from local.replicate.pictures.scene import Scene
from local.replicate.pictures.shading import shade
from local.replicate.pictures.words import Wish

SET_BUILDERS: Mapping[str, Callable[[Wish, tuple[int, int], np.random.Generator], Scene]] = {
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
"""One for each subject that `words.understand` gives."""

MOST_OVERSAMPLING = 1.4
RAYS = 1_200_000
"""Per picture; one to two seconds of one core."""


def draw(wish: Wish, width: int, height: int, rng: np.random.Generator) -> Image.Image:
    finer = min(MOST_OVERSAMPLING, math.sqrt(RAYS / (width * height)))
    scene = SET_BUILDERS[wish.subject](wish, (round(width * finer), round(height * finer)), rng)
    return develop(shade(scene), width, height, scene.light.exposure, rng)
