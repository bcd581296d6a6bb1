"""Rooms drawn from words: living room, bedroom, kitchen."""

import math

from local.replicate.pictures.furniture import (
    BLACK,
    LEAF,
    MARBLE,
    TERRAZZO,
    WHITE,
    Spot,
    armchair,
    books,
    bowl,
    curtain,
    floor_lamp,
    frame,
    globe,
    pendant,
    plant,
    round_table,
    sideboard,
    sofa,
    sprig,
    vase,
)
from local.replicate.pictures.geometry import camera
from local.replicate.pictures.randomness import Random
from local.replicate.pictures.scene import Light, Scene, polar
from local.replicate.pictures.surface import Material
from local.replicate.pictures.words import Theme

WIDTH, HEIGHT, BACK, FRONT = 6.4, 2.85, -2.6, 5.2
"""Metres; the viewer stands inside, near the front."""


def room_light(hour: str) -> Light:
    """Daylight from the left, weaker in the evening."""
    match hour:
        case "night":
            return Light("#31405f", "#2a3350", "#5b4a3c", 0.34, "#8fa7d8", 0.5, (0.7, -0.75, -0.3), exposure=1.15)
        case "dusk":
            return Light("#8a86a8", "#e9a878", "#9a765c", 0.42, "#ff9a55", 3.2, (0.9, -0.34, -0.35), exposure=1.05)
        case "golden":
            return Light("#fff3e2", "#ffe2b8", "#e6d6c0", 0.55, "#ffc27a", 4.6, (0.85, -0.5, -0.4))
        case "soft":
            return Light("#f1f4f6", "#f4f2ee", "#ebe6de", 0.82, "#ffffff", 0.0)
        case _:
            return Light("#f4f7fb", "#fff6e8", "#ece4d9", 0.66, "#fff0d4", 4.2, (0.75, -0.66, -0.42))


LAMP_STRENGTH = {"night": 1.5, "dusk": 1.15, "golden": 0.5, "soft": 0.45, "morning": 0.3}


def _room(theme: Theme, size: tuple[int, int], rng: Random, *, accent: bool) -> Scene:
    palette = theme.palette
    height = 1.35 + rng.between(-0.12, 0.15)
    aside = rng.between(-0.55, 0.55)
    view = camera((aside, height, 4.75), (aside * 0.35, 1.18, BACK), 62, *size)
    low, high = (-WIDTH / 2, 0.0, BACK), (WIDTH / 2, HEIGHT, FRONT)
    scene = Scene(view, room_light(theme.hour), focus=(0, 1.1, 0.3), radius=5.2, room=(low, high))
    wall = Material(palette.wall)
    middle, depth = (BACK + FRONT) / 2, FRONT - BACK
    scene.box(
        (0, -0.05, middle),
        (WIDTH + 0.4, 0.1, depth),
        Material(palette.floor, texture="planks", gloss=0.22),
        casts=False,
    )
    back = Material(palette.accent_wall) if accent else wall
    scene.box((0, HEIGHT / 2, BACK - 0.05), (WIDTH + 0.2, HEIGHT, 0.1), back, casts=False)
    scene.box((WIDTH / 2 + 0.05, HEIGHT / 2, middle), (0.1, HEIGHT, depth), wall, casts=False)
    scene.box((0, HEIGHT + 0.05, middle), (WIDTH + 0.4, 0.1, depth + 0.2), Material("#f6f3ee"), casts=False)
    scene.box((0, 0.05, BACK + 0.01), (WIDTH, 0.1, 0.03), WHITE, bevel=0.01)
    scene.box((WIDTH / 2 - 0.01, 0.05, middle), (0.03, 0.1, depth), WHITE, bevel=0.01)
    _window(scene, wall, palette.metal, sill=0.45 if rng.chance(0.5) else 0.06)
    return scene


def _window(scene: Scene, wall: Material, metal: str, sill: float) -> None:
    """A wide opening in the left wall, with bars; the sun shines through it."""
    near, far, top, x = 1.9, -1.75, 2.45, -WIDTH / 2 - 0.08
    pieces = ((BACK, far, 0.0, HEIGHT), (near, FRONT, 0.0, HEIGHT), (far, near, 0.0, sill), (far, near, top, HEIGHT))
    for z_from, z_to, y_from, y_to in pieces:
        scene.box(
            (x, (y_from + y_to) / 2, (z_from + z_to) / 2),
            (0.16, y_to - y_from, z_to - z_from),
            wall,
            casts=False,
            bevel=0.005,
        )
    bars = Material(metal, gloss=0.3)
    for z in (far, (far + near) / 2, near):
        scene.box((x, (sill + top) / 2, z), (0.06, top - sill, 0.05), bars, bevel=0.005)
    for y in (sill, top):
        scene.box((x, y, (far + near) / 2), (0.06, 0.05, near - far), bars, bevel=0.005)


def living(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    palette, lamps = theme.palette, LAMP_STRENGTH[theme.hour]
    scene = _room(theme, size, rng, accent=rng.chance(0.6))
    curtain(scene, -WIDTH / 2 + 0.08, -2.5, -1.7, 2.6, "#efe9de")
    scene.box(
        (0, 0.012, 0.0),
        (3.9, 0.026, 2.7),
        Material("#e9e3d7", palette.second, texture="rug" if rng.chance(0.5) else "fabric"),
        bevel=0.01,
    )
    shift = rng.between(-0.35, 0.35)
    sofa(scene, Spot(shift, -1.6), palette.main, (palette.accent, palette.second), palette.wood, rng.between(2.2, 2.6))
    table = rng.pick((Material(palette.wood, texture="wood", gloss=0.3), TERRAZZO, MARBLE))
    if rng.chance(0.6):
        round_table(scene, Spot(shift, -0.15), table, palette.wood, 0.52)
        round_table(
            scene, Spot(shift + 0.58, 0.18), Material(palette.wood, texture="wood", gloss=0.3), palette.wood, 0.3, 0.27
        )
    else:
        scene.box((shift, 0.33, -0.1), (1.2, 0.07, 0.6), table, bevel=0.015)
        for x in (-0.45, 0.45):
            scene.box((shift + x, 0.15, -0.1), (0.1, 0.3, 0.46), Material(palette.wood, texture="wood"), bevel=0.01)
    vase(scene, (shift - 0.15, 0.4, -0.22), 0.24, Material("#f1ece3", gloss=0.3), rng.below(3))
    sprig(scene, (shift - 0.15, 0.62, -0.22), rng, 0.34)
    bowl(scene, (shift + 0.2, 0.4, 0.0), 0.13, Material(palette.accent, gloss=0.3))
    books(scene, Spot(shift - 0.32, 0.12, 20, 0.37), palette)
    armchair(scene, Spot(2.05, -0.1, -62), palette.accent, palette.wood)
    if rng.chance(0.45):
        armchair(scene, Spot(-1.95, 0.35, 58), "#ece5d8", palette.wood)
    plant(scene, Spot(-2.55, -1.75), rng, rng.between(1.5, 1.9))
    floor_lamp(scene, Spot(-1.65 + shift * 0.4, -2.0), palette.metal, lamps)
    sideboard(scene, Spot(2.7, -1.75, -90), palette.wood, 1.4)
    vase(scene, (2.65, 0.71, -1.95), 0.42, Material(palette.second, gloss=0.35), 0)
    vase(scene, (2.6, 0.71, -1.55), 0.28, Material(palette.accent, gloss=0.35), 1)
    pictures = rng.below(3)
    if pictures == 0:
        frame(scene, (shift - 0.32, 1.72, BACK + 0.03), (0.52, 0.7), palette, palette.second)
        frame(scene, (shift + 0.4, 1.66, BACK + 0.03), (0.42, 0.54), palette, palette.main)
    elif pictures == 1:
        frame(scene, (shift, 1.72, BACK + 0.03), (1.15, 0.72), palette, palette.second)
    else:
        scene.box(
            (shift + 0.1, 1.62, BACK + 0.14), (1.9, 0.045, 0.24), Material(palette.wood, texture="wood"), bevel=0.008
        )
        vase(scene, (shift - 0.5, 1.64, BACK + 0.15), 0.26, Material(palette.accent, gloss=0.3), 2)
        vase(scene, (shift + 0.62, 1.64, BACK + 0.15), 0.34, WHITE, 1)
        frame(scene, (shift + 0.1, 1.86, BACK + 0.09), (0.36, 0.42), palette, palette.second)
    pendant(scene, (shift * 0.6, 2.12, -0.2), HEIGHT, "#f2efe9" if rng.chance(0.6) else palette.metal, lamps, 0.34)
    return scene


def bedroom(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    palette, lamps = theme.palette, LAMP_STRENGTH[theme.hour]
    scene = _room(theme, size, rng, accent=rng.chance(0.65))
    curtain(scene, -WIDTH / 2 + 0.08, -2.5, -1.7, 2.6, "#efe9de")
    scene.box((0, 0.012, -0.5), (4.0, 0.026, 2.7), Material("#ebe5da", palette.second, texture="fabric"), bevel=0.01)
    slats = Material(palette.wood, texture="slats")
    scene.box((0, 0.62, BACK + 0.06), (3.3, 1.24, 0.08), slats, bevel=0.004)
    wood = Material(palette.wood, texture="wood", gloss=0.2)
    scene.box((0, 0.2, -1.45), (1.95, 0.14, 2.15), wood, bevel=0.01)
    scene.box((0, 0.38, -1.45), (1.84, 0.26, 2.05), WHITE, bevel=0.1)
    linen = Material("#f2ede4" if rng.chance(0.5) else palette.main, texture="fabric")
    scene.box((0, 0.43, -1.15), (1.92, 0.24, 1.42), linen, bevel=0.11)
    scene.box((0, 0.46, -0.68), (1.96, 0.22, 0.5), Material(palette.accent, texture="fabric"), bevel=0.1)
    for side in (-1, 1):
        scene.box((side * 0.46, 0.66, -2.25), (0.68, 0.46, 0.2), WHITE, side * 3.0, bevel=0.1)
        scene.box(
            (side * 0.4, 0.62, -2.05),
            (0.52, 0.36, 0.16),
            Material(palette.second, texture="fabric"),
            side * 5.0,
            bevel=0.08,
        )
        scene.box((side * 1.38, 0.27, -2.3), (0.5, 0.36, 0.42), wood, bevel=0.01)
        vase(
            scene,
            (side * 1.42, 0.45, -2.28),
            0.2,
            Material(palette.accent if side > 0 else "#f1ece3", gloss=0.3),
            1 + side,
        )
    scene.box((0.0, 0.6, -1.98), (0.4, 0.26, 0.15), Material(palette.accent, texture="fabric"), bevel=0.07)
    for side in (-1, 1):
        globe(scene, (side * 1.38, 1.42, -2.2), HEIGHT, lamps + 0.3)
    frame(scene, (0, 1.78, BACK + 0.03), (0.95, 0.6), palette, palette.second)
    plant(scene, Spot(2.45, -1.9), rng, rng.between(1.4, 1.8))
    armchair(scene, Spot(2.35, -0.2, -48), palette.accent, palette.wood)
    if rng.chance(0.5):
        scene.box((0, 0.36, 0.0), (1.5, 0.1, 0.42), Material(palette.second, texture="fabric"), bevel=0.05)
        for x in (-0.62, 0.62):
            scene.box((x, 0.16, 0.0), (0.05, 0.32, 0.36), wood, bevel=0.01)
    return scene


def kitchen(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    palette, lamps = theme.palette, LAMP_STRENGTH[theme.hour]
    scene = _room(theme, size, rng, accent=False)
    cabinet = Material(rng.pick((palette.second, palette.accent_wall, palette.main)), gloss=0.12)
    stone = rng.pick((MARBLE, TERRAZZO, Material("#dcd7cf", texture="concrete", gloss=0.2)))
    wood = Material(palette.wood, texture="wood", gloss=0.2)
    for number in range(6):
        x = -1.9 + number * 0.63
        scene.box((x, 0.44, BACK + 0.3), (0.615, 0.86, 0.58), cabinet, bevel=0.008)
        scene.box((x, 0.8, BACK + 0.61), (0.22, 0.015, 0.03), Material(palette.metal, gloss=0.6), bevel=0.004)
    scene.box((-0.32, 0.9, BACK + 0.31), (3.84, 0.05, 0.64), stone, bevel=0.006)
    splash = rng.pick((Material("#f0ece4", "#cfc8bb", texture="tiles", gloss=0.35), stone))
    scene.box((-0.32, 1.2, BACK + 0.02), (3.84, 0.56, 0.03), splash, bevel=0.003)
    scene.box((-0.32, 1.52, BACK + 0.15), (3.3, 0.05, 0.28), wood, bevel=0.006)
    for number, x in enumerate((-1.6, -1.15, -0.4, 0.1, 0.75)):
        vase(
            scene,
            (x, 1.545, BACK + 0.16),
            rng.between(0.14, 0.3),
            Material((palette.accent, "#f1ece3", palette.second)[number % 3], gloss=0.3),
            number,
        )
    scene.box((2.35, 1.15, BACK + 0.36), (1.15, 2.3, 0.7), cabinet, bevel=0.01)
    scene.box((2.35, 1.15, BACK + 0.715), (0.008, 2.2, 0.01), BLACK)
    scene.box((0.85, 0.98, BACK + 0.3), (0.02, 0.3, 0.02), Material(palette.metal, gloss=0.6))
    length = rng.between(2.3, 2.8)
    scene.box((0, 0.45, 0.0), (length - 0.2, 0.88, 0.75), Material(palette.wood, texture="slats"), bevel=0.006)
    scene.box((0, 0.91, 0.02), (length, 0.07, 0.98), stone, bevel=0.008)
    bowl(scene, (-0.45, 0.95, 0.05), 0.19, Material(palette.accent, gloss=0.3))
    for angle in (0, 120, 240):  # radians: the three lie close together
        scene.ball(
            (-0.45 + 0.07 * math.cos(angle), 1.05, 0.05 + 0.07 * math.sin(angle)), 0.05, Material("#d98a32", gloss=0.3)
        )
    vase(scene, (0.55, 0.945, -0.05), 0.28, WHITE, rng.below(3))
    sprig(scene, (0.55, 1.2, -0.05), rng, 0.5)
    for x in (-0.75, 0.0, 0.75):
        scene.post((x, 0.64, 0.78), 0.17, 0.05, wood)
        for angle in (45, 135, 225, 315):
            dx, dz = polar(angle, 1.0)
            scene.rod((x + 0.2 * dx, 0, 0.78 + 0.2 * dz), (x + 0.1 * dx, 0.64, 0.78 + 0.1 * dz), 0.014, BLACK)
        pendant(scene, (x, 1.78, 0.0), HEIGHT, palette.accent if lamps > 1 else "#f2efe9", lamps, 0.19)
    plant(scene, Spot(-2.6, -1.9), rng, 1.4)
    scene.ball((-1.05, 1.02, BACK + 0.3), (0.1, 0.12, 0.1), LEAF)
    return scene
