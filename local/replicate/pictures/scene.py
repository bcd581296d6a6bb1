"""A scene: shapes, materials and light. Furniture and buildings are put together from its few kinds of shapes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from local.replicate.pictures.filters import Array
from local.replicate.pictures.geometry import Shape, Vector, View, shape, upright_along, yaw
from local.replicate.pictures.surface import Material


@dataclass
class Light:
    """All light sources. Colours are `#rrggbb`; strengths are relative: at 1 a white wall is well lit."""

    sky: str = "#dfe8f5"
    horizon: str = "#f4efe6"
    ground: str = "#b8a78f"
    sky_strength: float = 1.0
    sun: str = "#fff1d6"
    sun_strength: float = 2.0
    sun_direction: Vector = (0.5, -0.8, -0.5)
    """The way the light travels."""
    sun_softness: float = 1.5
    """Blur of its shadows in texels of the shadow map."""
    lamps: list[tuple[Vector, str, float]] = field(default_factory=list[tuple[Vector, str, float]])
    """Position, colour, strength: small lights without shadows."""
    fog: str = "#ffffff"
    fog_density: float = 0.0
    """Per metre."""
    fog_start: float = 0.0
    """Metres without fog."""
    exposure: float = 1.0
    stars: bool = False
    sun_disc: bool = False
    clouds: float = 0.0


@dataclass
class Scene:
    """What `shading.shade` draws."""

    view: View
    light: Light
    focus: Vector = (0.0, 1.0, 0.0)
    radius: float = 6.0
    """Metres; shadows are computed in a sphere of this radius around `focus`."""
    room: tuple[Vector, Vector] | None = None
    """Lowest and highest corner of an interior: its corners are darkened."""
    shapes: list[Shape] = field(default_factory=list[Shape])
    materials: list[Material] = field(default_factory=list[Material])

    def box(
        self,
        centre: Vector,
        size: Vector,
        material: Material,
        turn: float = 0.0,
        bevel: float = 0.02,
        *,
        casts: bool = True,
        rotation: Array | None = None,
    ) -> None:
        """A box by its full size; `turn` in degrees about the vertical."""
        half = [side / 2 for side in size]
        turned = yaw(turn) if rotation is None else rotation
        self.shapes.append(shape("box", centre, half, self._index(material), turned, bevel, casts=casts))

    def ball(self, centre: Vector, radii: Vector | float, material: Material) -> None:
        """A ball by its radius, or an ellipsoid by three."""
        half = radii if isinstance(radii, tuple) else (radii, radii, radii)
        self.shapes.append(shape("ball", centre, half, self._index(material)))

    def ridge(self, centre: Vector, width: float, height: float, number: float, material: Material) -> None:
        """A range of mountains in the distance, facing the viewer; `number` picks its skyline."""
        half = (width / 2, height / 2, 1.0)
        self.shapes.append(shape("ridge", centre, half, self._index(material), top=number, casts=False))

    def post(self, foot: Vector, radius: float, height: float, material: Material, top: float | None = None) -> None:
        """An upright cylinder or, with another radius at the `top`, a frustum."""
        ratio = 1.0 if top is None else top / radius
        centre = (foot[0], foot[1] + height / 2, foot[2])
        self.shapes.append(shape("frustum", centre, (radius, height / 2, radius), self._index(material), top=ratio))

    def rod(self, start: Vector, end: Vector, radius: float, material: Material, top: float | None = None) -> None:
        """A cylinder between two points."""
        middle, length, turned = _between(start, end)
        half = (radius, length / 2, radius)
        ratio = 1.0 if top is None else top / radius
        self.shapes.append(shape("frustum", middle, half, self._index(material), turned, top=ratio))

    def lathe(
        self, foot: Vector, profile: Sequence[tuple[float, float]], material: Material, *, smooth: bool = False
    ) -> None:
        """Turned pottery: (height, radius) pairs from the foot upwards; `smooth` rounds the outline between them."""
        outline = _rounded(profile) if smooth else profile
        for (low, wide), (high, narrow) in pairwise(outline):
            self.post((foot[0], foot[1] + low, foot[2]), wide, high - low, material, narrow)

    def leaf(self, base: Vector, tip: Vector, width: float, material: Material) -> None:
        """A flat ellipsoid from `base` to `tip`."""
        middle, length, turned = _between(base, tip)
        half = (width / 2, length / 2, max(0.006, width / 14))
        self.shapes.append(shape("ball", middle, half, self._index(material), turned))

    def _index(self, material: Material) -> int:
        if material not in self.materials:
            self.materials.append(material)
        return self.materials.index(material)


def polar(angle: float, radius: float) -> tuple[float, float]:
    """x and z on a circle about the vertical; degrees."""
    return math.cos(math.radians(angle)) * radius, math.sin(math.radians(angle)) * radius


def _between(start: Vector, end: Vector) -> tuple[list[float], float, Array]:
    """Middle, length and rotation of a shape that stands upright from one point to another."""
    along = np.subtract(end, start)
    middle: list[float] = ((np.asarray(start) + np.asarray(end)) / 2).tolist()
    return middle, float(np.linalg.norm(along)), upright_along(along.tolist())


def _rounded(profile: Sequence[tuple[float, float]], parts: int = 5) -> list[tuple[float, float]]:
    """A curve through the same points (Catmull-Rom), each stretch in `parts` pieces."""
    points = np.asarray([profile[0], *profile, profile[-1]], np.float64)
    result: list[tuple[float, float]] = []
    for index in range(1, len(points) - 2):
        before, start, end, after = points[index - 1 : index + 3]
        for part in range(parts):
            t = part / parts
            bend = (2 * before - 5 * start + 4 * end - after) * t * t + (3 * start - before - 3 * end + after) * t**3
            up, radius = (2 * start + (end - before) * t + bend) / 2
            result.append((float(up), float(radius)))
    return [*result, profile[-1]]
