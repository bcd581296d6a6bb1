"""Soft shadows: depth maps of the scene as a distant light sees it, blurred."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from msgspec import Struct

from local.replicate.pictures.filters import Array, blur, look_up
from local.replicate.pictures.geometry import FAR, Shape, Vector, View, parallel_view
from local.replicate.pictures.tracing import trace

SKY_DIRECTIONS = 24
SKY_MAP = 200
"""Texels of each sky shadow map; few, because the sum of all maps is soft anyway."""

SKY_BLUR, BOUNCE_BLUR = 2.2, 9.0
"""Texels; light from below is reflected by the floor, so its shadows are softer."""

THIN = 0.025
"""Metres; the coarse maps cannot show the shadow of what is thinner in two directions."""

SUN_MAP = 1400
BIAS = 0.03
"""Metres by which a surface may be behind the map and still count as lit."""

CHUNK = 1 << 16
"""Points computed at a time, so that intermediate values stay in the processor's cache."""


class ShadowMap(Struct, frozen=True):
    """Depth towards one distant light."""

    to_texel: Array
    """3x4: world point to column, row and depth."""
    depth: Array
    softness: float
    """Metres of depth over which light changes to shadow."""

    def lit(self, place: Array) -> Array:
        """From 0, in shadow, to 1, for points (3, n)."""
        result = np.empty(place.shape[1], np.float32)
        for start in range(0, result.size, CHUNK):
            part = slice(start, start + CHUNK)
            texel = self.to_texel[:, :3] @ place[:, part] + self.to_texel[:, 3:]
            result[part] = self.lit_at(texel[0], texel[1], texel[2])
        return result

    def lit_at(self, column: Array, row: Array, depth: Array) -> Array:
        nearest = look_up(self.depth, column, row, cv2.BORDER_CONSTANT, float(FAR))
        nearest -= depth
        nearest += np.float32(BIAS + self.softness)
        nearest *= np.float32(1 / self.softness)
        return np.clip(nearest, 0.0, 1.0, out=nearest)


class SkyLight(Struct, frozen=True):
    """Many distant lights, evenly around."""

    towards: Array
    """(directions, 3)."""
    maps: list[ShadowMap]

    def gathered(self, place: Array, normal: Array, colors: Array) -> Array:
        """Light (3, n) that reaches points from all directions; `colors` is (3, directions)."""
        light = np.empty_like(place)
        weight = np.float32(4.0 / len(self.maps))
        projections = np.concatenate([one.to_texel for one in self.maps])
        for start in range(0, place.shape[1], CHUNK):
            part = slice(start, start + CHUNK)
            texels = projections[:, :3] @ place[:, part] + projections[:, 3:]
            facing = np.maximum(self.towards @ normal[:, part], 0.0) * weight
            for index, one in enumerate(self.maps):
                facing[index] *= one.lit_at(*texels[3 * index : 3 * index + 3])
            light[:, part] = colors @ facing
        return light


def sun_shadow(shapes: Sequence[Shape], direction: Vector, focus: Vector, radius: float, spread: float) -> ShadowMap:
    view = parallel_view(direction, focus, radius, SUN_MAP)
    return _shadow_map(view, shapes, spread, softness=2.5 * spread)


def sky_light(shapes: Sequence[Shape], focus: Vector, radius: float) -> SkyLight:
    turns = np.arange(SKY_DIRECTIONS) * (math.pi * (3 - math.sqrt(5)))
    up = 1 - 2 * (np.arange(SKY_DIRECTIONS) + 0.5) / SKY_DIRECTIONS
    across = np.sqrt(1 - up * up)
    towards = np.stack([np.cos(turns) * across, up, np.sin(turns) * across], axis=1).astype(np.float32)
    views = [parallel_view([-float(value) for value in one], focus, radius, SKY_MAP) for one in towards]
    spreads = [SKY_BLUR if one[1] > 0 else BOUNCE_BLUR for one in towards]
    thick = [one for one in shapes if float(np.sort(one.half)[1]) > THIN]
    maps = [_shadow_map(view, thick, spread, softness=2 * spread) for view, spread in zip(views, spreads, strict=True)]
    return SkyLight(towards, maps)


def _shadow_map(view: View, shapes: Sequence[Shape], spread: float, softness: float) -> ShadowMap:
    """`spread` and `softness` in texels."""
    depth, _ = trace(view, shapes)
    reach = np.float32(4 * view.half_width)
    soft = blur(np.minimum(depth, reach), spread)
    texels = np.float32(view.width / (2 * view.half_width))
    axes = np.stack([view.right * texels, -view.up * texels, view.forward])
    centre = np.float32((view.width - 1) / 2)
    shift = np.array([centre, centre, 0.0], np.float32) - axes @ view.origin
    to_texel = np.concatenate([axes, shift[:, None]], axis=1).astype(np.float32)
    return ShadowMap(to_texel, soft, max(0.02, softness / float(texels)))
