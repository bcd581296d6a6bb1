"""Shapes and views. Metres; x to the right, y up, z towards the viewer."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from local.replicate.pictures.filters import Array

Vector = tuple[float, float, float]

FAR = np.float32(1e6)
NEAR = 0.05

Kind = Literal["box", "ball", "frustum", "ridge"]


class Shape(Struct, frozen=True):
    """A unit box, sphere, frustum or skyline (y from -1 to 1), placed in the world by `axes` and `centre`."""

    kind: Kind
    centre: Array
    axes: Array
    """3x3; its columns are the half-extents along the shape's own axes."""
    inverse: Array
    material: int
    bevel: float = 0.0
    """Metres over which the edges of a box are shaded as round."""
    top: float = 1.0
    """Radius of a frustum at its top, where the bottom has 1: 1 is a cylinder, 0 a cone. Of a ridge, which one."""
    casts: bool = True
    """Whether it casts shadows; a wall between the viewer and the room does not."""

    @property
    def half(self) -> Array:
        """Half-extents (3,) along its own axes, in metres."""
        return np.linalg.norm(self.axes, axis=0)

    def to_unit(self, points: Array) -> Array:
        """World points (3, n) in its own space, where it is one unit large in each direction from its centre."""
        return self.inverse @ (points - self.centre[:, None])


def shape(
    kind: Kind,
    centre: Sequence[float],
    half: Sequence[float],
    material: int,
    rotation: Array | None = None,
    bevel: float = 0.0,
    top: float = 1.0,
    *,
    casts: bool = True,
) -> Shape:
    turn = np.eye(3, dtype=np.float32) if rotation is None else rotation
    axes = (turn * np.asarray(half, np.float32)[None, :]).astype(np.float32)
    inverse = np.linalg.inv(axes).astype(np.float32)
    return Shape(kind, np.asarray(centre, np.float32), axes, inverse, material, bevel, top, casts)


def yaw(degrees: float) -> Array:
    """A rotation about the vertical."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)


def upright_along(direction: Sequence[float]) -> Array:
    """The rotation that turns the y axis to `direction`."""
    y = np.asarray(direction, np.float64)
    y = y / np.linalg.norm(y)
    helper = np.array([1.0, 0.0, 0.0]) if abs(y[0]) < 0.9 else np.array([0.0, 0.0, 1.0])
    x = np.cross(y, helper)
    x /= np.linalg.norm(x)
    return np.stack([x, y, np.cross(x, y)], axis=1).astype(np.float32)


class View(Struct, frozen=True):
    """A grid of rays: perspective (one origin) or parallel (one direction)."""

    origin: Array
    right: Array
    up: Array
    forward: Array
    width: int
    height: int
    half_width: float
    """At distance one when perspective, in metres when parallel."""
    half_height: float
    parallel: bool = False

    def project(self, points: Array) -> tuple[Array, Array, Array]:
        """Pixel columns and rows (not rounded) and distance along `forward` of points (3, n)."""
        relative = points - self.origin[:, None]
        depth = self.forward @ relative
        scale = np.float32(1.0) if self.parallel else 1.0 / np.maximum(depth, NEAR)
        x = (self.right @ relative) * scale / self.half_width
        y = (self.up @ relative) * scale / self.half_height
        return (x + 1) * (self.width / 2) - 0.5, (1 - y) * (self.height / 2) - 0.5, depth

    def grid(self, rows: slice, columns: slice) -> tuple[Array, Array]:
        """How far each column is right of the middle, and each row above it."""
        x = ((np.arange(columns.start, columns.stop, dtype=np.float32) + 0.5) / self.width * 2 - 1) * self.half_width
        y = (1 - (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) / self.height * 2) * self.half_height
        return x.astype(np.float32), y.astype(np.float32)

    def directions(self) -> Array:
        """Directions (3, h, w) of all rays of a perspective view, each one long along `forward`."""
        x, y = self.grid(slice(0, self.height), slice(0, self.width))
        plane = self.right[:, None, None] * x[None, None, :] + self.up[:, None, None] * y[None, :, None]
        return plane + self.forward[:, None, None]


def camera(origin: Vector, target: Vector, field_of_view: float, width: int, height: int) -> View:
    """A perspective view; `field_of_view` in degrees along the longer side of the picture."""
    right, up, forward = _frame(np.subtract(target, origin))
    half = math.tan(math.radians(field_of_view) / 2)
    longer = max(width, height)
    return View(
        np.asarray(origin, np.float32), right, up, forward, width, height, half * width / longer, half * height / longer
    )


def parallel_view(direction: Sequence[float], centre: Vector, radius: float, size: int) -> View:
    """Looks along `direction` at a sphere of `radius` metres: what a distant light sees."""
    right, up, forward = _frame(direction)
    origin = np.asarray(centre, np.float32) - forward * np.float32(radius * 2)
    return View(origin, right, up, forward, size, size, radius, radius, parallel=True)


def _frame(direction: Sequence[float] | npt.NDArray[np.float64]) -> tuple[Array, Array, Array]:
    forward = np.asarray(direction, np.float64)
    forward = forward / np.linalg.norm(forward)
    helper = np.array([0.0, 1.0, 0.0]) if abs(forward[1]) < 0.99 else np.array([0.0, 0.0, -1.0])
    right = np.cross(forward, helper)
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    return right.astype(np.float32), up.astype(np.float32), forward.astype(np.float32)


def skyline(x: Array, number: float) -> Array:
    """Height of ridge `number` from -1 to 1, for x from -1 to 1: folded waves have sharp tops and round valleys."""
    height = np.zeros_like(x)
    for octave in range(6):
        frequency, phase = 1.55 * 1.93**octave, number * (2.7 + octave) + octave * octave
        wave = 1.0 - np.abs(np.sin(x * frequency + phase))
        height += wave * np.float32(0.56**octave)
    return (height * 0.82 - 1.0).astype(np.float32)


def local_points(one: Shape, points: Array) -> Array:
    """World points (3, n) in the shape's own metres, measured from its centre."""
    return one.to_unit(points) * one.half[:, None]


def normals(one: Shape, points: Array) -> Array:
    """Outward unit normals (3, n) at points on the surface."""
    unit = one.to_unit(points)
    if one.kind == "ball":
        gradient = unit
    elif one.kind == "box":
        half = one.half[:, None]
        round_off = np.minimum(max(one.bevel, 1e-4), half * 0.98)
        beyond = np.maximum(np.abs(unit) * half - (half - round_off), 0.0)
        gradient = np.sign(unit) * beyond * half
    elif one.kind == "ridge":
        # The surface slopes down from each top to both sides.
        slope = skyline(unit[0] + np.float32(0.004), one.top) - skyline(unit[0] - np.float32(0.004), one.top)
        gradient = np.stack([-slope * 12, np.full_like(slope, 0.7), np.ones_like(slope)])
        gradient *= one.half[:, None]
    else:
        slope, middle = (one.top - 1.0) / 2, (one.top + 1.0) / 2
        radius = middle + slope * unit[1]
        side = np.stack([unit[0], -slope * radius, unit[2]])
        cap = (np.abs(unit[1]) > 0.9995) & (unit[0] ** 2 + unit[2] ** 2 < (radius * 0.9995) ** 2)
        gradient = np.where(cap, np.stack([0 * unit[0], np.sign(unit[1]), 0 * unit[2]]), side)
    world = one.inverse.T @ gradient
    return (world / np.maximum(np.linalg.norm(world, axis=0), 1e-9)).astype(np.float32)
