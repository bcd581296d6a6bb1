"""A picture from a photo: the same place or thing, restyled by the prompt."""

from collections.abc import Mapping

import cv2
import numpy as np
from PIL import Image

from local.replicate.pictures.film import finish
from local.replicate.pictures.geometry import Array
from local.replicate.pictures.order import Order
from local.replicate.pictures.products import BACKDROPS
from local.replicate.pictures.regions import Bytes, farness, objects, sky, smooth_surface
from local.replicate.pictures.smoothing import blur
from local.replicate.pictures.surface import noise
from local.replicate.pictures.words import Wish

INDOORS = frozenset({"living", "bedroom", "kitchen"})
STUDIO = frozenset({"bottle", "ceramic", "lamp", "chair"})

SMALLEST_SURFACE = 0.015
"""Share of the picture below which a surface is not one."""

HOUR_TINT: Mapping[str, tuple[float, float, float]] = {
    "night": (0.62, 0.72, 1.0),
    "dusk": (1.0, 0.85, 0.8),
    "golden": (1.06, 1.0, 0.88),
    "soft": (0.99, 1.0, 1.02),
    "morning": (1.04, 1.01, 0.96),
}
HOUR_LEVEL = {"night": 0.5, "dusk": 0.68, "golden": 0.98, "soft": 1.05, "morning": 1.06}

SKIES: Mapping[str, tuple[str, str]] = {
    "night": ("#0d1833", "#3a4f80"),
    "dusk": ("#3e4a86", "#f2a37c"),
    "golden": ("#7fa9cf", "#fbdcae"),
    "soft": ("#b9c5ce", "#e9e9e6"),
    "morning": ("#4f8fd2", "#dcebf5"),
}
"""Top and horizon."""


def restage(order: Order, photo: Image.Image, wish: Wish, rng: np.random.Generator) -> Image.Image:
    """Transform the photo in the way of the order's model."""
    strength = float(np.clip(order.strength, 0.0, 1.0))
    picture = _fitted(photo, order, rng)
    if order.model.endswith("flux-canny-pro"):
        return _done(_sketch(picture, wish, rng), rng)
    if order.model.endswith("flux-depth-pro"):
        return _done(_in_depth(_restyled(picture, wish, rng, 0.75), farness(picture), wish), rng)
    restyled = _restyled(picture, wish, rng, strength)
    if order.model.startswith("stability-ai"):
        restyled = _painted(restyled, 0.35 + 0.5 * strength)
    original = picture.astype(np.float32) / 255
    # Below a strength of one the photo shines through.
    return _done(original + (restyled - original) * np.float32(min(1.0, 0.15 + 1.05 * strength)), rng)


def _fitted(photo: Image.Image, order: Order, rng: np.random.Generator) -> Bytes:
    """Cover the size asked for. An image that only inspires is cropped and mirrored anew each time."""
    source = np.asarray(photo)
    height, width = source.shape[:2]
    scale = max(order.width / width, order.height / height)
    redux = order.model.endswith("flux-1.1-pro")
    if redux:
        scale *= float(rng.uniform(1.06, 1.22))
        if rng.random() < 0.5:
            source = np.ascontiguousarray(source[:, ::-1])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(order.width, round(width * scale)), max(order.height, round(height * scale)))
    large = cv2.resize(source, size, interpolation=method)
    left = int((size[0] - order.width) * (rng.random() if redux else 0.5))
    top = int((size[1] - order.height) * (rng.random() if redux else 0.5))
    cut = large[top : top + order.height, left : left + order.width]
    if scale <= 1.15:
        return cut.astype(np.uint8)
    # Enlarged pixels look soft: calm the noise, then sharpen what is left.
    calm = np.asarray(cv2.bilateralFilter(cut, 5, 14, 3), np.float32)
    return np.clip(1.5 * calm - 0.5 * blur(calm, 2.0), 0, 255).astype(np.uint8)


def _restyled(picture: Bytes, wish: Wish, rng: np.random.Generator, strength: float) -> Array:
    """Display values 0 to 1."""
    open_sky = sky(picture)
    outdoors = open_sky is not None and not (wish.named and wish.subject in INDOORS | STUDIO)
    if outdoors and open_sky is not None:
        return _outdoors(picture, open_sky, wish, rng, strength)
    studio = wish.subject in STUDIO if wish.named else _even_border(picture)
    recoloured = _recoloured(picture, wish, rng, strength, studio=studio)
    return _daylight(recoloured, wish, rng, studio=studio)


def _even_border(picture: Bytes) -> bool:
    """A thing before a plain backdrop has a calm upper edge and calm sides."""
    height, width = picture.shape[:2]
    edge = max(4, min(height, width) // 30)
    strips = (
        picture[:edge],
        picture[: height // 2, :edge].transpose(1, 0, 2),
        picture[: height // 2, -edge:].transpose(1, 0, 2),
    )
    return max(float(strip.reshape(-1, 3).std(axis=0).mean()) for strip in strips) < 14


def _lab(color: str) -> Array:
    rgb = np.array([[[int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]]], np.float32)
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0, 0].astype(np.float32)


def _recoloured(picture: Bytes, wish: Wish, rng: np.random.Generator, strength: float, *, studio: bool) -> Array:
    """Repaint surfaces and things in the palette; light and texture of the photo stay."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).astype(np.float32)
    repaint = _backdrop(picture, rng) if studio else _shell(picture, wish, rng)
    weight = np.float32(min(1.0, 0.35 + strength * 0.75))
    result = lab.copy()
    covered = np.zeros(lab.shape[:2], np.float32)
    for mask, color in repaint:
        free = mask * (1 - covered)
        share = float(free.mean())
        if share > SMALLEST_SURFACE:
            mean = (lab * free[..., None]).sum(axis=(0, 1)) / free.sum()
            result += _shift(mean, _lab(color), lift=0.75) * (free * weight)[..., None]
        covered = np.maximum(covered, mask)
    if not studio:
        colors = [wish.palette.main, wish.palette.wood, wish.palette.accent]
        masks, means = objects(lab, covered, len(colors), int(rng.integers(2**31)))
        for mask, mean, color in zip(masks, means, colors, strict=False):
            thing = mask * (1 - covered) * weight
            result += _shift(mean, _lab(color), lift=0.55) * thing[..., None]
    result[..., 0] = np.clip(result[..., 0], 0, 100)
    return np.clip(cv2.cvtColor(result, cv2.COLOR_LAB2RGB), 0, 1).astype(np.float32)


def _shift(mean: Array, target: Array, lift: float) -> Array:
    """From a surface's mean colour towards the wanted one; shades are lifted by at most what light could do."""
    lightness = float(np.clip(target[0] - mean[0], -28, 34)) * lift
    return np.array((lightness, (target[1] - mean[1]) * 0.7, (target[2] - mean[2]) * 0.7), np.float32)


def _backdrop(picture: Bytes, rng: np.random.Generator) -> list[tuple[Array, str]]:
    seeds = [(x / 12, 0.0) for x in range(13)] + [(x, y / 12) for x in (0.0, 1.0) for y in range(10)]
    return [(smooth_surface(picture, seeds), BACKDROPS[int(rng.integers(len(BACKDROPS)))])]


def _shell(picture: Bytes, wish: Wish, rng: np.random.Generator) -> list[tuple[Array, str]]:
    """Floor, ceiling, far wall and side walls of a room, and what colour each shall have."""
    palette = wish.palette
    rows = np.linspace(0, 1, picture.shape[0], dtype=np.float32)[:, None]
    # A weak corner lets the flood through: floor and ceiling fade out where they cannot be.
    floor = smooth_surface(picture, [(x / 10, 1.0) for x in range(11)], 1) * np.clip((rows - 0.62) * 9, 0, 1)
    ceiling = smooth_surface(picture, [(x / 10, 0.0) for x in range(3, 8)], 1) * np.clip((0.24 - rows) * 9, 0, 1)
    far = smooth_surface(picture, [(0.35, 0.35), (0.5, 0.3), (0.65, 0.35), (0.5, 0.42)])
    sides = smooth_surface(picture, [(x, y) for x in (0.03, 0.97) for y in (0.3, 0.5, 0.65)])
    feature = palette.accent_wall if rng.random() < 0.65 else palette.wall
    return [(floor, palette.floor), (ceiling, "#f4f1ec"), (far, feature), (sides, palette.wall)]


def _daylight(picture: Array, wish: Wish, rng: np.random.Generator, *, studio: bool) -> Array:
    """Set exposure and hour, let light fall in from one side, indoors through a window's bars."""
    height, width = picture.shape[:2]
    middle = float(np.median(picture.mean(axis=2)))
    wanted = 0.58 * HOUR_LEVEL[wish.hour]
    gamma = float(np.clip(np.log(wanted) / np.log(max(0.05, min(0.95, middle))), 0.5, 1.5))
    lit = np.power(picture, np.float32(gamma)) * np.array(HOUR_TINT[wish.hour], np.float32)
    side = 1 if rng.random() < 0.5 else -1
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * side
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    fall = 1.0 + 0.16 * across - 0.07 * down
    light = np.repeat(fall[:, :, None], 3, axis=2)
    if not studio and wish.hour in {"morning", "golden", "dusk"}:
        beam = _window_beam(width, height, side, rng) * {"morning": 0.26, "golden": 0.36, "dusk": 0.34}[wish.hour]
        light = light + beam[:, :, None] * np.array((1.0, 0.86, 0.62), np.float32)
    lit = lit * light
    glow = blur(np.maximum(lit - 0.78, 0), max(width, height) / 45)
    lit = lit + glow * 0.9
    return _curve(lit)


def _window_beam(width: int, height: int, side: int, rng: np.random.Generator) -> Array:
    """Slanting patches of sun, as a window with bars throws them."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    if side < 0:
        x = 1 - x
    start = float(rng.uniform(0.02, 0.22))
    along = x - start - y * float(rng.uniform(0.42, 0.6))
    pane = np.clip((np.abs(np.mod(along / 0.17, 1.0) - 0.5) * -1 + 0.42) * 14, 0, 1)
    band = np.clip((along + 0.26) * 8, 0, 1) * np.clip((0.26 - along) * 8, 0, 1)
    bars = np.clip((np.abs(np.mod((y + x * 0.22) / 0.3, 1.0) - 0.5) * -1 + 0.46) * 18, 0, 1)
    fade = np.clip((y - 0.12) * 2.2, 0, 1)
    return blur((pane * band * bars * fade).astype(np.float32), max(width, height) / 170)


def _outdoors(picture: Bytes, open_sky: Array, wish: Wish, rng: np.random.Generator, strength: float) -> Array:
    """A new sky, the hour's light, and at dusk the windows lit."""
    height, width = picture.shape[:2]
    scene = picture.astype(np.float32) / 255
    ground = scene
    dark = wish.hour in {"dusk", "night"}
    if dark:
        grey = scene.mean(axis=2, keepdims=True)
        shade_ = np.array((0.52, 0.46, 0.56) if wish.hour == "dusk" else (0.24, 0.3, 0.46), np.float32)
        ground = (grey + (scene - grey) * 0.85) ** 1.12 * shade_
        ground = ground + _lit_windows(picture, open_sky)
    else:
        tint = np.array(HOUR_TINT[wish.hour], np.float32)
        lab = cv2.cvtColor(scene, cv2.COLOR_RGB2LAB)
        lab[..., 1:] *= 1.12
        side = 1 if rng.random() < 0.5 else -1
        across = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None] * side
        ground = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1) * tint * (HOUR_LEVEL[wish.hour] + 0.12 * across)
    painted = _sky_picture(width, height, wish, rng)
    weight = (open_sky * min(1.0, 0.3 + strength))[..., None]
    joined = ground * (1 - weight) + painted * weight
    # Haze takes on the colour of the new sky towards the horizon.
    haze = farness(picture)[..., None] * 0.16 * (1 - weight)
    joined = joined + (painted[int(height * 0.55)].mean(axis=0) - joined) * haze
    glow = blur(np.maximum(joined - 0.7, 0), max(width, height) / 40)
    return _curve(joined + glow * 0.8)


def _sky_picture(width: int, height: int, wish: Wish, rng: np.random.Generator) -> Array:
    top, horizon = (
        np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32) for color in SKIES[wish.hour]
    )
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    down = np.clip(y / 0.62, 0, 1)[..., None] ** 1.15
    picture = top + (horizon - top) * down
    shift = float(rng.uniform(0, 4))
    flat = 1.0 / (0.9 - 0.72 * np.clip(y, 0, 0.98))
    cover = (
        noise((x - 0.5) * flat * 1.1 + shift, flat * 0.9 + shift) * 0.7
        + noise(x * flat * 3.0, flat * 3.4 + shift) * 0.3
    )
    thick = np.clip((cover - 0.5) * 3.4, 0, 1)[..., None] * {"night": 0.2, "soft": 0.85}.get(wish.hour, 0.6)
    cloud = (
        horizon * np.float32(0.5) + np.float32(0.5)
        if wish.hour not in {"night", "dusk"}
        else horizon * np.float32(0.95)
    )
    return (picture + (cloud - picture) * thick).astype(np.float32)


def _lit_windows(picture: Bytes, open_sky: Array) -> Array:
    """Warm light in what looks like glass: dark, grey, smooth patches of the building."""
    height, width = picture.shape[:2]
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV).astype(np.float32)
    grey = hsv[..., 2] / 255
    detail = cv2.blur(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), (9, 9))
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    glass = (hsv[..., 1] < 95) & (grey > 0.12) & (grey < 0.5) & (detail < 0.06) & (rows < 0.76) & (open_sky < 0.3)
    side = max(3, max(width, height) // 140) | 1
    opened = cv2.morphologyEx(glass.astype(np.uint8), cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    kept = np.zeros(count, np.float32)
    for index in range(1, count):
        area, box = stats[index, cv2.CC_STAT_AREA], stats[index, cv2.CC_STAT_WIDTH] * stats[index, cv2.CC_STAT_HEIGHT]
        thin = min(stats[index, cv2.CC_STAT_WIDTH], stats[index, cv2.CC_STAT_HEIGHT]) < max(width, height) / 45
        kept[index] = float(not thin and area > 0.62 * box)
    mask = blur(kept[np.asarray(labels, np.int32)], max(width, height) / 700)
    spill = blur(mask, max(width, height) / 28)
    light = (mask * (0.42 + grey * 0.6) + spill * 0.32)[..., None]
    return (light * np.array((1.0, 0.74, 0.42), np.float32)).astype(np.float32)


def _in_depth(picture: Array, far: Array, wish: Wish) -> Array:
    """Near things stand out, far things sink into haze of the palette's colour."""
    top, horizon = SKIES[wish.hour]
    color = np.array(
        [(int(horizon[i : i + 2], 16) * 0.7 + int(top[i : i + 2], 16) * 0.3) / 255 for i in (1, 3, 5)], np.float32
    )
    blurred = blur(picture, max(picture.shape[:2]) / 420)
    focus = picture + (blurred - picture) * np.clip(far * 1.4 - 0.5, 0, 1)[..., None]
    near = 1.06 - 0.12 * far[..., None]
    return _curve((focus + (color - focus) * (far[..., None] ** 1.8 * 0.36)) * near)


def _painted(picture: Array, amount: float) -> Array:
    """Broad strokes: flattened patches with their edges kept."""
    source = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
    flat = cv2.edgePreservingFilter(source, flags=cv2.RECURS_FILTER, sigma_s=40, sigma_r=0.35)
    stroke = cv2.stylization(source, sigma_s=30, sigma_r=0.3).astype(np.float32) / 255
    blended = flat.astype(np.float32) / 255 * 0.6 + stroke * 0.4
    return (picture + (blended - picture) * np.float32(amount)).astype(np.float32)


def _sketch(picture: Bytes, wish: Wish, rng: np.random.Generator) -> Array:
    """Ink lines over washes of watercolour on paper."""
    height, width = picture.shape[:2]
    washed = _restyled(picture, wish, rng, 0.9)
    flat = cv2.edgePreservingFilter((np.clip(washed, 0, 1) * 255).astype(np.uint8), flags=1, sigma_s=60, sigma_r=0.45)
    wash = flat.astype(np.float32) / 255
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / max(height, width) * 4
    blotch = noise(x, y)[..., None]
    wash = 1 - (1 - wash) * (0.62 + 0.5 * blotch)
    smooth = cv2.bilateralFilter(picture, 7, 30, 5)
    grey = cv2.cvtColor(smooth, cv2.COLOR_RGB2GRAY)
    fine = cv2.Canny(grey, 28, 80).astype(np.float32) / 255
    thick = max(width, height) / 1100
    line = np.clip(blur(fine, thick) * (1.5 + thick), 0, 1)
    shaded = grey.astype(np.float32) / 255
    pencil = np.clip(1 - shaded / np.maximum(blur(shaded, max(width, height) / 90), 0.02), 0, 0.5)
    paper = np.array((0.975, 0.96, 0.93), np.float32) * (0.985 + 0.03 * noise(x * 9, y * 9, "fine")[..., None])
    inked = wash * paper * (1 - 0.7 * pencil[..., None])
    ink = np.array((0.13, 0.12, 0.15), np.float32)
    drawn = inked + (ink - inked) * (line * (0.5 + 0.4 * noise(x * 2, y * 2)))[..., None]
    return _paper_edge(drawn.astype(np.float32), paper.astype(np.float32), rng)


def _paper_edge(drawn: Array, paper: Array, rng: np.random.Generator) -> Array:
    """The wash ends unevenly before the edge of the sheet."""
    height, width = drawn.shape[:2]
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    inset = np.minimum(np.minimum(x, 1 - x) * width, np.minimum(y, 1 - y) * height) / max(width, height)
    ragged = (noise(x * 3 + float(rng.uniform(0, 4)), y * 3) - 0.5) * 0.03
    inside = np.clip((inset + ragged - 0.022) * 60, 0, 1)[..., None]
    return (paper + (drawn - paper) * inside).astype(np.float32)


def _curve(picture: Array) -> Array:
    """A soft shoulder instead of clipped highlights, and a little contrast."""
    bright = np.where(picture > 0.8, 0.8 + 0.2 * (1 - np.exp(-(picture - 0.8) / 0.2)), picture)
    level = np.clip(bright, 0, 1)
    return (level + 0.12 * (level - 0.5) * (1 - np.abs(2 * level - 1))).astype(np.float32)


def _done(picture: Array, rng: np.random.Generator) -> Image.Image:
    return Image.fromarray(finish(picture.astype(np.float32), rng, grain=0.006))
