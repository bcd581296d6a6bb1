"""Finds the shape that each ray of a view hits first, for all rays of a picture at a time, with numpy."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from local.replicate.pictures.filters import Array
from local.replicate.pictures.geometry import FAR, NEAR, Kind, Shape, View, skyline

Indices = npt.NDArray[np.int64]

SMALL = 1 << 13
"""Pixels. A shape that covers no more is computed together with others of its kind."""

BATCH = 1 << 15
"""Pixels that are computed together."""

_QUIET = np.errstate(divide="ignore", invalid="ignore", over="ignore")
"""A ray that misses gives a division by zero or the root of a negative; the comparisons after it are then false."""

_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32).T


def _bounds(view: View, shapes: Sequence[Shape]) -> Indices:
    """Pixels that each shape can cover: left, right, top, bottom; empty when it is out of sight."""
    centres = np.stack([one.centre for one in shapes])
    corners = (np.stack([one.axes for one in shapes]) @ _CORNERS + centres[:, :, None]).transpose(1, 0, 2)
    columns, rows, depth = (plane.reshape(len(shapes), -1) for plane in view.project(corners.reshape(3, -1)))
    left, right = np.floor(columns.min(axis=1)) - 1, np.ceil(columns.max(axis=1)) + 2
    top, bottom = np.floor(rows.min(axis=1)) - 1, np.ceil(rows.max(axis=1)) + 2
    if not view.parallel:
        # The projection of a corner behind the viewer is meaningless.
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
    """Enter the hits of many shapes; of two that are equally near, the earlier one wins."""
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
    # Rays in the shape's own space: either their origins or their directions are all the same.
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
    """Distances along rays in a shape's own space; FAR where they miss it."""
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
