"""Rays against boxes, ellipsoids and frustums, a whole picture at a time with numpy.

Metres; x to the right, y up, z towards the viewer.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from msgspec import Struct

Array = npt.NDArray[np.floating[Any]]
"""32-bit throughout; the stubs of numpy lose the width in mixed arithmetic."""

Indices = npt.NDArray[np.int64]

Vector = tuple[float, float, float]

FAR = np.float32(1e6)
NEAR = 0.05

SMALL = 1 << 13
"""Pixels. A shape that covers no more is worked out together with others of its kind."""

BATCH = 1 << 15
"""Pixels that are worked out together."""

_QUIET = np.errstate(divide="ignore", invalid="ignore", over="ignore")
"""A ray that misses gives a division by zero or the root of a negative; the comparisons after it say no."""


Kind = Literal["box", "ball", "frustum", "ridge"]


class Shape(Struct, frozen=True):
    """A unit box, sphere, frustum or skyline (y from -1 to 1) carried into the world by `axes` and `centre`."""

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
    """Whether it throws shadows; a wall between the viewer and the room does not."""


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
    """A turn about the vertical."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)


def upright_along(direction: Sequence[float]) -> Array:
    """The rotation that carries the y axis to `direction`."""
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
        """How far right and up of the middle each column and row is."""
        x = ((np.arange(columns.start, columns.stop, dtype=np.float32) + 0.5) / self.width * 2 - 1) * self.half_width
        y = (1 - (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) / self.height * 2) * self.half_height
        return x.astype(np.float32), y.astype(np.float32)

    def directions(self) -> Array:
        """Of all rays of a perspective view (3, h, w); a step of one along `forward`."""
        x, y = self.grid(slice(0, self.height), slice(0, self.width))
        plane = self.right[:, None, None] * x[None, None, :] + self.up[:, None, None] * y[None, :, None]
        return plane + self.forward[:, None, None]


def look(origin: Vector, target: Vector, field_of_view: float, width: int, height: int) -> View:
    """A camera; `field_of_view` in degrees along the longer side of the picture."""
    right, up, forward = _frame(np.subtract(target, origin))
    half = math.tan(math.radians(field_of_view) / 2)
    longer = max(width, height)
    return View(
        np.asarray(origin, np.float32),
        right,
        up,
        forward,
        width,
        height,
        half * width / longer,
        half * height / longer,
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


_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32).T


def _bounds(view: View, shapes: Sequence[Shape]) -> Indices:
    """Pixels that each shape can cover: left, right, top, bottom; empty when it is out of sight."""
    centres = np.stack([one.centre for one in shapes])
    corners = (np.stack([one.axes for one in shapes]) @ _CORNERS + centres[:, :, None]).transpose(1, 0, 2)
    columns, rows, depth = (plane.reshape(len(shapes), -1) for plane in view.project(corners.reshape(3, -1)))
    left, right = np.floor(columns.min(axis=1)) - 1, np.ceil(columns.max(axis=1)) + 2
    top, bottom = np.floor(rows.min(axis=1)) - 1, np.ceil(rows.max(axis=1)) + 2
    if not view.parallel:
        # The projection of a corner behind the viewer says nothing.
        around = depth.min(axis=1) < NEAR
        left, top = np.where(around, 0, left), np.where(around, 0, top)
        right = np.where(around, np.where(depth.max(axis=1) < NEAR, 0, view.width), right)
        bottom = np.where(around, view.height, bottom)
    limits = (np.clip(left, 0, view.width), np.clip(right, 0, view.width))
    return np.stack([*limits, np.clip(top, 0, view.height), np.clip(bottom, 0, view.height)], axis=1).astype(np.int64)


def trace(view: View, shapes: Sequence[Shape]) -> tuple[Array, npt.NDArray[np.int16]]:
    """Distance along `forward` of the nearest hit per pixel (FAR where none), and which shape it is (-1 where none)."""
    depth = np.full((view.height, view.width), FAR, np.float32)
    which = np.full((view.height, view.width), -1, np.int16)
    bounds = _bounds(view, shapes)
    covered = np.maximum(bounds[:, 1] - bounds[:, 0], 0) * np.maximum(bounds[:, 3] - bounds[:, 2], 0)
    is_small = (covered <= SMALL) & np.array([one.kind != "ridge" for one in shapes])
    for index in np.flatnonzero((covered > 0) & ~is_small).tolist():
        left, right, top, bottom = bounds[index].tolist()
        area = (slice(top, bottom), slice(left, right))
        distance = _hit(shapes[index], view, *area)
        nearest = depth[area]
        closer = distance < nearest
        np.copyto(nearest, distance, where=closer)
        which[area][closer] = index
    for kind in ("box", "ball", "frustum"):
        of_kind = np.array([one.kind == kind for one in shapes])
        for batch in _batches(np.flatnonzero((covered > 0) & is_small & of_kind), covered):
            _take_nearest(depth.reshape(-1), which.reshape(-1), *_hits(view, kind, shapes, batch, bounds[batch]))
    return depth, which


def _batches(indices: Indices, covered: Indices) -> Iterator[Indices]:
    """The shapes in groups of about as many pixels as the processor's cache holds the intermediate values of."""
    if indices.size:
        yield from np.split(indices, np.flatnonzero(np.diff(np.cumsum(covered[indices]) // BATCH)) + 1)


def _take_nearest(depth: Array, which: npt.NDArray[np.int16], pixel: Indices, distance: Array, index: Indices) -> None:
    """Enter the hits of many shapes; of two that are equally near the earlier one is seen."""
    before = depth[pixel]
    np.minimum.at(depth, pixel, distance)
    won = distance == depth[pixel]
    which[pixel[won & (distance < before)]] = np.iinfo(np.int16).max
    np.minimum.at(which, pixel[won], index[won].astype(np.int16))


def _hits(
    view: View, kind: Kind, shapes: Sequence[Shape], indices: Indices, bounds: Indices
) -> tuple[Indices, Array, Indices]:
    """Each pixel that some shapes of one kind hit: its place in the picture, the distance and the shape's index.

    All shapes at once: most cover a few pixels, and the calls into numpy took far longer than what they compute.
    """
    numbers: list[int] = indices.tolist()
    chosen = [shapes[number] for number in numbers]
    left, width, top, height = bounds[:, 0], bounds[:, 1] - bounds[:, 0], bounds[:, 2], bounds[:, 3] - bounds[:, 2]
    counts = width * height

    def spread(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.repeat(values, counts, axis=-1)

    within = np.arange(int(counts.sum())) - spread(np.cumsum(counts) - counts)
    row, column = np.divmod(within, spread(width))
    row += spread(top)
    column += spread(left)
    x, y = view.grid(slice(0, view.height), slice(0, view.width))
    inverse = np.stack([one.inverse for one in chosen])
    right, up, forward = (spread((inverse @ vector).T) for vector in (view.right, view.up, view.forward))
    away = view.origin - np.stack([one.centre for one in chosen])
    origin = spread((inverse @ away[:, :, None])[:, :, 0].T)
    plane = right * x[column] + up * y[row]
    o, d = (plane + origin, forward) if view.parallel else (origin, plane + forward)
    distance = _distance(kind, spread(np.array([one.top for one in chosen])), o, d)
    hit = distance < FAR
    return (row * view.width + column)[hit], distance[hit], spread(indices)[hit]


def _hit(one: Shape, view: View, rows: slice, columns: slice) -> Array:
    # Rays are made in the shape's own space at once: either origins or directions are all the same.
    x, y = view.grid(rows, columns)
    right, up, forward, origin = (
        one.inverse @ vector for vector in (view.right, view.up, view.forward, view.origin - one.centre)
    )
    plane = right[:, None, None] * x[None, None, :] + up[:, None, None] * y[None, :, None]
    if view.parallel:
        o, d = plane + origin[:, None, None], forward[:, None, None]
    else:
        o, d = origin[:, None, None], plane + forward[:, None, None]
    return _distance(one.kind, np.array(one.top), o, d)


def _distance(kind: Kind, top: npt.NDArray[np.float64], o: Array, d: Array) -> Array:
    """Along rays in a shape's own space; FAR where they miss it."""
    match kind:
        case "box":
            return _hit_box(o, d)
        case "ball":
            return _hit_ball(o, d)
        case "ridge":
            return _hit_ridge(float(top), o, d)
        case "frustum":
            return _hit_frustum(top, o, d)


@_QUIET
def _hit_box(o: Array, d: Array) -> Array:
    inverse = np.float32(1.0) / d
    one = (np.float32(-1.0) - o) * inverse
    two = (np.float32(1.0) - o) * inverse
    near, far = np.minimum(one, two), np.maximum(one, two)
    enter = np.maximum(np.maximum(near[0], near[1]), near[2])
    leave = np.minimum(np.minimum(far[0], far[1]), far[2])
    return np.where((enter < leave) & (enter > NEAR), enter, FAR)


@_QUIET
def _hit_ball(o: Array, d: Array) -> Array:
    a = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
    b = o[0] * d[0] + o[1] * d[1] + o[2] * d[2]
    c = o[0] * o[0] + o[1] * o[1] + o[2] * o[2] - np.float32(1.0)
    near = (-b - np.sqrt(b * b - a * c)) / a
    return np.where(near > NEAR, near, FAR)


@_QUIET
def _hit_ridge(number: float, o: Array, d: Array) -> Array:
    """An upright sheet cut off along a mountain skyline."""
    distance = -o[2] / d[2]
    x, y = o[0] + distance * d[0], o[1] + distance * d[1]
    inside = (np.abs(x) <= 1.0) & (y <= skyline(x, number)) & (distance > NEAR)
    return np.where(inside, distance, FAR).astype(np.float32)


def skyline(x: Array, number: float) -> Array:
    """Height of ridge `number` from -1 to 1, for x from -1 to 1: folded waves have sharp tops and round valleys."""
    height = np.zeros_like(x)
    for octave in range(6):
        frequency, phase = 1.55 * 1.93**octave, number * (2.7 + octave) + octave * octave
        wave = 1.0 - np.abs(np.sin(x * frequency + phase))
        height += wave * np.float32(0.56**octave)
    return (height * 0.82 - 1.0).astype(np.float32)


@_QUIET
def _hit_frustum(top: npt.NDArray[np.float64], o: Array, d: Array) -> Array:
    slope, middle = ((top - 1.0) / 2).astype(np.float32), ((top + 1.0) / 2).astype(np.float32)
    radius, change = middle + slope * o[1], slope * d[1]
    a = d[0] * d[0] + d[2] * d[2] - change * change
    b = o[0] * d[0] + o[2] * d[2] - radius * change
    c = o[0] * o[0] + o[2] * o[2] - radius * radius
    root = np.sqrt(b * b - a * c)
    one_, two = (-b - root) / a, (-b + root) / a
    result = np.full(root.shape, FAR, np.float32)
    for distance in (np.maximum(one_, two), np.minimum(one_, two)):
        on_side = (np.abs(o[1] + distance * d[1]) <= 1.0) & (distance > NEAR)
        np.copyto(result, distance, where=on_side)
    for height, limit in ((-1.0, np.float32(1.0)), (1.0, (top * top).astype(np.float32))):
        distance = (np.float32(height) - o[1]) / d[1]
        x, z = o[0] + distance * d[0], o[2] + distance * d[2]
        on_cap = (x * x + z * z <= limit) & (distance > NEAR) & (distance < result)
        np.copyto(result, np.broadcast_to(distance, result.shape), where=on_cap)
    return result


def local_points(one: Shape, points: Array) -> Array:
    """World points (3, n) in the shape's own metres, measured from its centre."""
    half = np.sqrt((one.axes * one.axes).sum(axis=0))
    return (one.inverse @ (points - one.centre[:, None])) * half[:, None]


def normals(one: Shape, points: Array) -> Array:
    """Outward unit normals (3, n) at points on the surface."""
    unit = one.inverse @ (points - one.centre[:, None])
    if one.kind == "ball":
        gradient = unit
    elif one.kind == "box":
        half = np.sqrt((one.axes * one.axes).sum(axis=0))[:, None]
        round_off = np.minimum(max(one.bevel, 1e-4), half * 0.98)
        beyond = np.maximum(np.abs(unit) * half - (half - round_off), 0.0)
        gradient = np.sign(unit) * beyond * half
    elif one.kind == "ridge":
        # The face falls away from each top to both sides.
        slope = skyline(unit[0] + np.float32(0.004), one.top) - skyline(unit[0] - np.float32(0.004), one.top)
        gradient = np.stack([-slope * 12, np.full_like(slope, 0.7), np.ones_like(slope)])
        gradient *= np.sqrt((one.axes * one.axes).sum(axis=0))[:, None]
    else:
        slope, middle = (one.top - 1.0) / 2, (one.top + 1.0) / 2
        radius = middle + slope * unit[1]
        side = np.stack([unit[0], -slope * radius, unit[2]])
        cap = (np.abs(unit[1]) > 0.9995) & (unit[0] ** 2 + unit[2] ** 2 < (radius * 0.9995) ** 2)
        gradient = np.where(cap, np.stack([0 * unit[0], np.sign(unit[1]), 0 * unit[2]]), side)
    world = one.inverse.T @ gradient
    return (world / np.maximum(np.sqrt((world * world).sum(axis=0)), 1e-9)).astype(np.float32)
