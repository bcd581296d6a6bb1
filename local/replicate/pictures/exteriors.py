"""Buildings drawn from words: a modern house with a pool, a cabin among pines."""

import numpy as np

from local.replicate.pictures.furniture import BLACK, WHITE, Spot, pine, plant, sofa, tree
from local.replicate.pictures.geometry import camera
from local.replicate.pictures.randomness import Random
from local.replicate.pictures.scene import Light, Scene
from local.replicate.pictures.surface import Material
from local.replicate.pictures.words import Theme


def outdoor_light(hour: str) -> Light:
    match hour:
        case "night":
            return Light(
                "#16294f", "#40588c", "#1c2436", 0.42, "#9db4e6", 0.35, (-0.5, -0.8, -0.45), stars=True, exposure=1.25
            )
        case "dusk":
            return Light(
                "#46558f", "#eda98a", "#3a3440", 0.72, "#ff9a66", 0.35, (-0.85, -0.22, -0.4), clouds=0.5, exposure=1.1
            )
        case "golden":
            return Light("#86abd0", "#fbdcb0", "#8d7a56", 0.75, "#ffc27d", 3.3, (-0.75, -0.42, -0.5), clouds=0.5)
        case "soft":
            return Light(
                "#c3ccd4", "#e6e6e3", "#7d7c70", 1.0, "#ffffff", 0.5, (-0.4, -0.8, -0.5), clouds=0.9, sun_softness=6
            )
        case _:
            return Light("#5b92cf", "#d6e5f0", "#77785a", 0.85, "#fff2da", 3.0, (-0.6, -0.72, -0.52), clouds=0.7)


INSIDE = {"night": 1.7, "dusk": 1.4, "golden": 0.3, "soft": 0.25, "morning": 0.0}
"""Brightness of the rooms, seen from outside."""


def house(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    palette, glow = theme.palette, INSIDE[theme.hour]
    aside = rng.between(-5.5, 6.5)
    view = camera((aside, 1.75, 15.2), (0.2, 2.35, 0), 52, *size)
    scene = Scene(view, outdoor_light(theme.hour), focus=(0, 1.5, 1.5), radius=16.5)
    scene.light.fog, scene.light.fog_density = scene.light.horizon, 0.0035
    _ground(scene, theme.hour)
    white = Material(rng.pick(("#f1efea", "#dedad2", "#f1efea")), gloss=0.05)
    cladding = Material(palette.wood, texture=rng.pick(("slats", "board")))
    concrete = Material("#b9b4ab", texture="concrete")
    mirror = rng.side()
    # Ground floor: a long glazed room under a wide slab.
    scene.box((0, 0.08, 0.6), (13.4, 0.16, 7.6), concrete, bevel=0.01)
    scene.box((0, 3.02, 0.3), (13.2, 0.3, 7.2), white, bevel=0.02)
    scene.box((-mirror * 6.0, 1.5, 0.2), (0.35, 2.8, 6.6), white)
    scene.box((mirror * 4.6, 1.5, 1.1), (3.2, 2.8, 4.6), cladding)
    scene.box((0, 1.5, -2.7), (12.0, 2.8, 0.2), Material("#d9cdbb", glow=glow * 0.55))
    scene.box((-mirror * 1.4, 0.17, -0.6), (9.0, 0.02, 4.4), Material(palette.floor, texture="planks", glow=glow * 0.3))
    _glazing(scene, -mirror * 5.8, mirror * 3.0, 1.9, 0.16, 2.87, glow)
    if glow:
        for x in (-4.2, -1.6, 1.0):
            scene.ball((mirror * -x * 0.9 - mirror * 1.0, 2.3, -0.4), 0.16, Material("#ffe9c8", glow=5.0))
            scene.light.lamps.append(((mirror * -x * 0.9 - mirror, 1.6, 2.4), "#ffbf78", 1.6 * glow))
    sofa(scene, Spot(-mirror * 2.4, -1.2, 0, 0.18), palette.main, (palette.accent, palette.second), palette.wood, 2.4)
    # Upper floor, set back and to one side.
    scene.box((mirror * 1.9, 4.35, -0.7), (6.6, 2.5, 4.6), cladding if rng.chance(0.5) else white)
    scene.box((mirror * 1.9, 5.72, -0.6), (7.4, 0.24, 5.4), white, bevel=0.02)
    _panes(scene, mirror * 1.9 - 2.6, mirror * 1.9 + 2.6, 1.62, 3.4, 5.35, glow)
    _garden(scene, palette.accent, mirror, glow)
    for x, z, height in (
        (-8.8, -3.5, 6.4),
        (-10.8, 0.5, 5.2),
        (9.4, -2.8, 7.2),
        (11.5, 1.5, 5.4),
        (5.5, -7, 7.5),
        (-4.5, -8, 7.0),
    ):
        tree(scene, Spot(x + rng.between(-0.8, 0.8), z), rng, height * rng.between(0.85, 1.1), _greens(theme.hour))
    for number in range(7):
        x = -mirror * (6.6 + 0.4 * (number % 3)) + mirror * number * 0.12
        scene.ball(
            (x, 0.28, 1.0 + number * 0.75),
            (0.42, 0.34, 0.4),
            Material(*_greens(theme.hour), texture="foliage", bump=1.1),
        )
    plant(scene, Spot(mirror * 2.4, 3.8, 0, 0.16), rng, 1.5, "#4a4a4a")
    return scene


def _ground(scene: Scene, hour: str) -> None:
    dark = hour in {"night", "dusk"}
    grass = Material("#47552c" if dark else "#66793a", "#37452a" if dark else "#8d9950", texture="grass")
    scene.box((0, -0.5, -20), (240, 1.0, 140), grass, casts=False)


def _greens(hour: str) -> tuple[str, str]:
    return ("#2b3b25", "#465230") if hour in {"night", "dusk"} else ("#40602c", "#84984a")


def _glazing(scene: Scene, start: float, end: float, z: float, low: float, high: float, glow: float) -> None:
    """A wall of glass: bars, and by day panes that reflect the sky."""
    left, right = min(start, end), max(start, end)
    count = 5
    for number in range(count + 1):
        x = left + (right - left) * number / count
        scene.box((x, (low + high) / 2, z), (0.06, high - low, 0.1), BLACK, bevel=0.005)
    for y in (low + 0.03, high - 0.03):
        scene.box(((left + right) / 2, y, z), (right - left, 0.06, 0.1), BLACK, bevel=0.005)
    if not glow:
        for number in (0, 1, 3):
            x = left + (right - left) * (number + 0.5) / count
            pane = Material("#1f2a31", gloss=0.95)
            scene.box(
                (x, (low + high) / 2, z - 0.03),
                ((right - left) / count - 0.06, high - low - 0.06, 0.02),
                pane,
                casts=False,
            )


def _panes(scene: Scene, left: float, right: float, z: float, low: float, high: float, glow: float) -> None:
    pane = Material("#ffc684", glow=glow * 0.6) if glow > 1 else Material("#222d35", gloss=0.95)
    for number in range(4):
        x = left + (right - left) * (number + 0.5) / 4
        width = (right - left) / 4 - 0.12
        scene.box((x, (low + high) / 2, z), (width + 0.1, high - low + 0.1, 0.08), BLACK, bevel=0.01)
        scene.box((x, (low + high) / 2, z + 0.04), (width, high - low, 0.03), pane, bevel=0.01)


def _garden(scene: Scene, accent: str, mirror: float, glow: float) -> None:
    paving = Material("#cfc8bc", texture="concrete")
    scene.box((0, 0.03, 6.0), (13.4, 0.1, 4.6), paving, bevel=0.01)
    scene.box((-mirror * 1.6, 0.085, 6.3), (7.4, 0.03, 2.5), WHITE, bevel=0.01)
    water = Material("#2a8089" if glow < 1 else "#2fa3ad", gloss=0.9, glow=0.3 * glow, bump=0.06)
    scene.box((-mirror * 1.6, 0.092, 6.3), (7.0, 0.03, 2.1), water, bevel=0.0)
    for number in range(2):
        x, z = mirror * (3.6 + number * 1.15), 5.6
        scene.box((x, 0.3, z + 0.35), (0.62, 0.09, 1.3), WHITE, 6, bevel=0.03)
        for step in range(3):
            scene.box(
                (x - 0.02 * step, 0.38 + 0.12 * step, z - 0.36 - 0.09 * step), (0.62, 0.14, 0.12), WHITE, 6, bevel=0.03
            )
        scene.box((x, 0.17, z), (0.5, 0.16, 1.5), Material(accent), 6)


def cabin(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    """An A-frame among pines; snow by night."""
    hour = theme.hour
    winter = hour in {"night", "dusk", "soft"}
    glow = max(INSIDE[hour], 0.35)
    aside = rng.between(-4, 4)
    view = camera((aside, 1.6, 13.0), (0, 2.3, 0), 50, *size)
    scene = Scene(view, outdoor_light(hour), focus=(0, 1.5, 0), radius=15)
    scene.light.fog, scene.light.fog_density = scene.light.horizon, 0.012
    ground = (
        Material("#e4e9f2", texture="sand", scale=3.0) if winter else Material("#5d6e39", "#7f8b4a", texture="grass")
    )
    scene.box((0, -0.5, -20), (240, 1, 140), ground, casts=False)
    roof = Material("#2a2c31" if rng.chance(0.6) else theme.palette.wood, texture="board")
    half, height, depth = 2.7, 5.2, 5.4
    slope = np.degrees(np.arctan2(height, half))
    length = float(np.hypot(half, height)) + 0.5
    for side in (-1, 1):
        lean = np.radians((90 - slope) * side)
        c, s = float(np.cos(lean)), float(np.sin(lean))
        turned = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], np.float32)
        scene.box((side * half / 2, height / 2, 0), (0.22, length, depth), roof, rotation=turned, bevel=0.01)
    inside = Material("#ffd9a0", glow=0.75 * glow)
    rows = 34
    for row in range(rows):
        # The roof is thick enough to hide the ends of the rows.
        y = (row + 0.5) * height / rows
        scene.box((0, y, depth / 2 - 0.35), (2 * half * (1 - y / height), height / rows, 0.05), inside, bevel=0.0)
    for number in range(-3, 4):
        x = number * 0.62
        top = height * (1 - abs(x) / half) - 0.35
        scene.box((x, top / 2 + 0.15, depth / 2 - 0.3), (0.06, top, 0.07), BLACK, bevel=0.005)
    for y in (1.5, 2.7, 3.9):
        scene.box((0, y, depth / 2 - 0.3), (2 * half * (1 - y / height), 0.06, 0.07), BLACK, bevel=0.005)
    scene.box((0, 0.12, 3.4), (5.6, 0.16, 2.6), Material(theme.palette.wood, texture="planks"))
    scene.light.lamps.append(((0, 1.3, 4.2), "#ffb263", 3.2 * glow))
    color = "#22352f" if winter else "#2e4a2c"
    for number in range(26):
        x = rng.between(3.6, 15) * (1 if number % 2 else -1)
        z = rng.between(-14, 1.5)
        pine(scene, Spot(x + z * 0.1, z), rng.between(4.5, 9.0), color)
    return scene
