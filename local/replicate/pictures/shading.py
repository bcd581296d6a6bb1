"""The light on a traced scene: sky through many soft shadow maps, a sun, lamps, reflections and fog."""

import cv2
import numpy as np
import numpy.typing as npt

from local.replicate.pictures.colors import linear
from local.replicate.pictures.filters import Array
from local.replicate.pictures.geometry import Vector, View, local_points, normals
from local.replicate.pictures.scene import Light, Scene
from local.replicate.pictures.shadows import SkyLight, sky_light, sun_shadow
from local.replicate.pictures.surface import noise, texture_at
from local.replicate.pictures.tracing import trace

SKY_STEP = 3
"""Sky light is computed for every third pixel in each direction, and along edges for each pixel."""


SKY_BRIGHTNESS = np.float32(1.45)
"""Brightness of the visible sky, as a multiple of the light it gives."""


def shade(scene: Scene) -> Array:
    """The picture as linear light (h, w, 3)."""
    view = scene.view
    depth, which = trace(view, scene.shapes)
    height, width = depth.shape
    place, directions = _places(view, depth)
    normal = np.zeros((3, height, width), np.float32)
    albedo = np.zeros((3, height, width), np.float32)
    glow = np.zeros((height, width), np.float32)
    gloss = np.zeros((height, width), np.float32)
    _paint_surfaces(scene, which, place, normal, albedo, glow, gloss)

    seen = which >= 0
    light = _indirect(scene, which, place, normal)
    sun = _sun(scene, place, normal)
    if sun is not None:
        light += linear(scene.light.sun)[:, None, None] * sun
    color = albedo * light
    color += _gleam(scene.light, directions, normal, gloss, sun)
    color += albedo * glow
    color = np.where(seen, color, _background(scene.light, directions))
    return np.ascontiguousarray(_fogged(scene.light, color, depth, seen).transpose(1, 2, 0))


def _places(view: View, depth: Array) -> tuple[Array, Array]:
    """Where each pixel's ray ends, and its unit direction."""
    directions = view.directions()
    place = view.origin[:, None, None] + directions * np.minimum(depth, np.float32(1e4))
    return place, directions / np.linalg.norm(directions, axis=0)


def _paint_surfaces(
    scene: Scene,
    which: npt.NDArray[np.int16],
    place: Array,
    normal: Array,
    albedo: Array,
    glow: Array,
    gloss: Array,
) -> None:
    order = np.argsort(which, axis=None, kind="stable")
    starts = np.searchsorted(which.ravel()[order], np.arange(len(scene.shapes) + 1))
    flat_place, flat_normal, flat_albedo = place.reshape(3, -1), normal.reshape(3, -1), albedo.reshape(3, -1)
    flat_glow, flat_gloss = glow.reshape(-1), gloss.reshape(-1)
    for index, one in enumerate(scene.shapes):
        pixels = order[starts[index] : starts[index + 1]]
        if not pixels.size:
            continue
        material = scene.materials[one.material]
        points = flat_place[:, pixels]
        facing = normals(one, points)
        own = local_points(one, points)
        u, v = _surface_coordinates(own, np.abs(one.axes.T @ facing), one.kind)
        if material.texture == "art":
            u, v = own[0] / one.half[0], -own[1] / one.half[1]
        seen = texture_at(material, u, v)
        if material.bump:
            fine = np.float32(2 / material.scale)
            wobble = np.stack([noise(u * fine + i, v * fine - i) - 0.5 for i in (0.0, 1.3, 2.6)])
            facing = facing + wobble * np.float32(material.bump)
            facing /= np.linalg.norm(facing, axis=0)
        flat_normal[:, pixels] = facing
        flat_albedo[:, pixels] = seen.albedo
        flat_glow[pixels] = seen.glow * material.glow
        flat_gloss[pixels] = material.gloss


def _surface_coordinates(own: Array, facing: Array, kind: str) -> tuple[Array, Array]:
    """Surface coordinates in metres: across and along the side of a box; around and along what is round."""
    x, y, z = own
    if kind == "ridge":
        return x, y
    if kind != "box":
        radius = float(np.sqrt(x * x + z * z).max())
        around: Array = np.arctan2(x, z)
        return around * np.float32(radius), y
    across, along = np.array(x), np.array(y)
    side = facing.argmax(axis=0)
    np.copyto(across, z, where=np.equal(side, 0))
    np.copyto(along, z, where=np.equal(side, 1))
    return across, along


def _indirect(scene: Scene, which: npt.NDArray[np.int16], place: Array, normal: Array) -> Array:
    """Light that does not come straight from the sun: sky, walls and lamps."""
    height, width = which.shape
    sky = sky_light([one for one in scene.shapes if one.casts], scene.focus, scene.radius)
    sparse = (slice(None), slice(None, None, SKY_STEP), slice(None, None, SKY_STEP))
    grid = place[sparse].shape[1:]
    coarse = _light_at(scene, sky, place[sparse].reshape(3, -1), normal[sparse].reshape(3, -1)).reshape(3, *grid)
    columns = np.arange(width, dtype=np.float32) / SKY_STEP
    rows = np.arange(height, dtype=np.float32) / SKY_STEP
    map_x, map_y = np.meshgrid(columns, rows)
    light = np.stack(
        [cv2.remap(plane, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for plane in coarse]
    )
    edge = np.flatnonzero(_edges(which, normal))
    flat = light.reshape(3, -1)
    flat[:, edge] = _light_at(scene, sky, place.reshape(3, -1)[:, edge], normal.reshape(3, -1)[:, edge])
    return light.astype(np.float32, copy=False)


def _edges(which: npt.NDArray[np.int16], normal: Array) -> npt.NDArray[np.bool_]:
    """Pixels whose light differs too much from that of their neighbours to be interpolated."""
    kernel = np.ones((3, 3), np.uint8)
    signed = which.astype(np.float32)
    differs = cv2.morphologyEx(signed, cv2.MORPH_GRADIENT, kernel) > 0
    for plane in normal:
        differs |= cv2.morphologyEx(plane, cv2.MORPH_GRADIENT, kernel) > 0.35
    return cv2.dilate(differs.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool) & (which >= 0)


def _light_at(scene: Scene, sky: SkyLight, place: Array, normal: Array) -> Array:
    colors = environment(scene.light, sky.towards.T) * np.float32(scene.light.sky_strength)
    light = sky.gathered(place, normal, colors)
    if scene.room is not None:
        light *= _corner_shade(scene.room, place, normal)
    for position, color, strength in scene.light.lamps:
        towards = np.asarray(position, np.float32)[:, None] - place
        squared = (towards * towards).sum(axis=0) + np.float32(0.03)
        facing = np.maximum((towards * normal).sum(axis=0) / np.sqrt(squared), 0.0) * 0.85 + 0.15
        light += linear(color)[:, None] * (facing * np.float32(strength) / squared)
    return light.astype(np.float32, copy=False)


def _corner_shade(room: tuple[Vector, Vector], place: Array, normal: Array) -> Array:
    """Darkening of the corners, where walls take light from each other."""
    shade_ = np.ones(place.shape[1], np.float32)
    for axis in range(3):
        for limit in (room[0][axis], room[1][axis]):
            distance = np.abs(place[axis] - np.float32(limit))
            across = 1.0 - np.abs(normal[axis])
            shade_ *= 1.0 - 0.34 * across * np.exp(-distance / 0.45)
    return shade_.astype(np.float32)


def _sun(scene: Scene, place: Array, normal: Array) -> Array | None:
    """How much sun arrives (h, w)."""
    light = scene.light
    if light.sun_strength <= 0:
        return None
    shadow = sun_shadow(scene.shapes, light.sun_direction, scene.focus, scene.radius, light.sun_softness)
    facing = np.maximum(np.tensordot(_towards_sun(light), normal, 1), 0.0).astype(np.float32)
    front = np.flatnonzero(facing)
    flat = facing.reshape(-1)
    flat[front] *= shadow.lit(place.reshape(3, -1)[:, front]) * np.float32(light.sun_strength)
    return facing


def _towards_sun(light: Light) -> Array:
    towards = -np.asarray(light.sun_direction, np.float32)
    return (towards / np.linalg.norm(towards)).astype(np.float32)


def _gleam(light: Light, directions: Array, normal: Array, gloss: Array, sun: Array | None) -> Array:
    """Reflections of the surroundings, stronger at a flat angle (Fresnel)."""
    result = np.zeros_like(normal)
    shiny = np.flatnonzero(gloss)
    if not shiny.size:
        return result
    ray, facing = directions.reshape(3, -1)[:, shiny], normal.reshape(3, -1)[:, shiny]
    polish = gloss.reshape(-1)[shiny]
    cosine = (ray * facing).sum(axis=0)
    mirrored = ray - 2 * cosine * facing
    fresnel = (0.04 + 0.96 * (1 - np.minimum(np.abs(cosine), 1.0)) ** 5) * polish + 0.25 * polish**3
    seen = environment(light, mirrored) * np.float32(light.sky_strength)
    if sun is not None:
        glint = np.maximum(_towards_sun(light) @ mirrored, 0.0) ** (8 + 180 * polish)
        seen = seen + linear(light.sun)[:, None] * (
            glint * np.minimum(sun.reshape(-1)[shiny] * 4, light.sun_strength * 3)
        )
    result.reshape(3, -1)[:, shiny] = seen * fresnel
    return result


def environment(light: Light, towards: Array) -> Array:
    """The light that comes from a direction (3, n), without sun."""
    up = towards[1]
    high = np.clip(up, 0, 1) ** np.float32(0.6)
    low = np.clip(-up * 3, 0, 1)
    sky, horizon, ground = (linear(color)[:, None] for color in (light.sky, light.horizon, light.ground))
    return (horizon + (sky - horizon) * high) * (1 - low) + ground * low


def _background(light: Light, directions: Array) -> Array:
    flat = directions.reshape(3, -1)
    color = environment(light, np.stack([flat[0], np.maximum(flat[1], 0.0), flat[2]]))
    color = color * SKY_BRIGHTNESS
    up = np.maximum(flat[1], 0.02)
    if light.clouds:
        cover = noise(flat[0] / up * 0.25 + 0.3, flat[2] / up * 0.25) * 0.65 + noise(flat[0] / up, flat[2] / up) * 0.35
        thick = np.clip((cover - 0.5) * 3.0, 0, 1) * np.clip(flat[1] * 7, 0, 1) * np.float32(light.clouds)
        color = color + (linear(light.horizon)[:, None] * 1.6 - color) * thick
    if light.stars:
        field_ = noise(flat[0] / up * 1.7, flat[2] / up * 1.7, "fine")
        color = color + np.clip((field_ - 0.93) * 18, 0, 1) * np.clip(flat[1] * 4 - 0.5, 0, 1) * 0.8
    if light.sun_disc:
        nearness = np.clip(_towards_sun(light) @ flat, 0, 1)
        disc = np.clip((nearness - 0.9965) * 1400, 0, 1)
        halo = nearness**60 * 0.35 + nearness**8 * 0.12
        color = color + linear(light.sun)[:, None] * (disc * 1.6 + halo)
    return color.reshape(directions.shape).astype(np.float32)


def _fogged(light: Light, color: Array, depth: Array, seen: npt.NDArray[np.bool_]) -> Array:
    if not light.fog_density:
        return color
    thickness = np.where(
        seen, 1 - np.exp(-np.maximum(depth - np.float32(light.fog_start), 0) * np.float32(light.fog_density)), 0.0
    ).astype(np.float32)
    return color + (linear(light.fog)[:, None, None] * SKY_BRIGHTNESS - color) * thickness
