"""Places that do not exist: floating islands, monoliths in a desert, a city canyon, mountains and a lake."""

from local.replicate.pictures.exteriors import outdoor_light
from local.replicate.pictures.furniture import Spot, pine, tree
from local.replicate.pictures.geometry import camera
from local.replicate.pictures.randomness import Random
from local.replicate.pictures.scene import Light, Scene, polar
from local.replicate.pictures.surface import Material
from local.replicate.pictures.words import Theme


def islands(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    view = camera((rng.between(-4, 4), 1.0, 23), (0, 0.4, 0), 46, *size)
    light = outdoor_light(theme.hour)
    light.clouds = 0.4
    light.ground = light.horizon
    light.fog, light.fog_density = light.horizon, 0.011
    scene = Scene(view, light, focus=(0, 0, -2), radius=13)
    rock = Material("#9c8467", texture="concrete", bump=1.6, scale=2.2)
    grass = Material("#6f8f3c", "#93a852", texture="grass")
    places = [
        (0.0, 0.0, 0.0, 3.6),
        (-7.4, 2.6, -3.0, 2.0),
        (7.2, 2.2, -2.0, 2.3),
        (3.0, 5.4, -9.0, 1.6),
        (-4.4, -3.4, -6.0, 1.7),
        (11.5, -2.5, -9.0, 2.1),
    ]
    for x, y, z, wide in places:
        centre = (x + rng.between(-0.9, 0.9), y + rng.between(-0.7, 0.7), z)
        _island(scene, centre, wide, rock, grass, rng)
    x, y, z = places[0][:3]
    _hut(scene, theme, (x + 0.6, 0.35, 0.4))
    puff = Material("#ffffff", glow=0.25)
    for number in range(7):
        x, y, z = ((number - 3) * 5.5 + rng.between(-2, 2), rng.between(-8.5, -5.5), rng.between(-26, -9))
        for part in range(7):
            wide = rng.between(0.9, 1.9)
            scene.ball(
                (x + part * 0.9 - 2.7, y + wide * 0.35, z + rng.between(-1, 1)), (wide * 1.25, wide * 0.8, wide), puff
            )
    return scene


def _island(
    scene: Scene, centre: tuple[float, float, float], wide: float, rock: Material, grass: Material, rng: Random
) -> None:
    x, y, z = centre
    scene.ball((x, y, z), (wide, wide * 0.12, wide * 0.8), grass)
    for number in range(9):
        # Pointed rocks that hang down, the longest in the middle.
        angle, out = number * 137.5, wide * 0.075 * number
        dx, dz = polar(angle, out)
        dz *= 0.8
        deep = wide * (1.75 - 0.16 * number) * rng.between(0.8, 1.15)
        scene.rod(
            (x + dx, y + 0.02, z + dz),
            (x + dx * 0.4, y - deep, z + dz * 0.4),
            wide * (0.62 - 0.035 * number),
            rock,
            wide * 0.05,
        )
    for _ in range(round(wide * 1.6)):
        angle, out = rng.between(0, 360), wide * rng.between(0.15, 0.72)
        dx, dz = polar(angle, out)
        spot = Spot(x + dx, z + dz * 0.7, 0, y + wide * 0.07)
        tree(scene, spot, rng, rng.between(1.0, 1.9), ("#55752e", "#9aae55"))


def _hut(scene: Scene, theme: Theme, foot: tuple[float, float, float]) -> None:
    x, y, z = foot
    scene.box((x, y + 0.45, z), (1.0, 0.9, 0.8), Material("#f3efe7"))
    scene.box((x, y + 0.95, z), (1.25, 0.1, 1.05), Material(theme.palette.accent))
    scene.box((x - 0.2, y + 0.42, z + 0.41), (0.3, 0.45, 0.02), Material("#ffd08a", glow=1.6))


def monoliths(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    aside = rng.between(-3, 3)
    view = camera((aside, 1.9, 22), (0, 4.2, 0), 56, *size)
    hues = {
        "night": ("#1d2a4d", "#5a6a97", "#4a4f66", "#aebfe8", "#59617d"),
        "dusk": ("#5b4f86", "#f0987a", "#a6584a", "#ffb487", "#b0603f"),
        "soft": ("#b9c6cc", "#e8ded2", "#b8a894", "#ffffff", "#cdb79b"),
        "golden": ("#d79c7c", "#f2cfae", "#c98d5a", "#ffe3bd", "#d0834a"),
        "morning": ("#8fb9d3", "#f1ddc4", "#c99d6c", "#fff0d6", "#d99c5e"),
    }
    sky, horizon, ground, sun, sand = hues[theme.hour]
    low = rng.between(-0.75, 0.75)
    light = Light(sky, horizon, ground, 0.75, sun, 2.2, (low, -0.3, 0.55), sun_disc=True, sun_softness=3)
    light.sun_direction = (low * 0.6, -0.34, 0.8) if rng.chance(0.7) else (-0.8, -0.55, -0.5)
    light.fog, light.fog_density = horizon, 0.0085
    light.stars = theme.hour == "night"
    scene = Scene(view, light, focus=(0, 3, 0), radius=19)
    dunes = Material(sand, texture="sand", scale=2.0, bump=0.25)
    scene.box((0, -1, -60), (500, 2, 260), dunes, casts=False)
    for _ in range(16):
        z = rng.between(-55, 4)
        wide = rng.between(7, 20)
        scene.ball((rng.between(-45, 45), -0.3, z), (wide, rng.between(0.6, 2.0), wide * 0.45), dunes)
    slab = Material(
        rng.pick(("#5d3f2c", "#3a3b40", theme.palette.accent_wall, "#8a8580")), texture="concrete", bump=0.25
    )
    form = rng.below(3)
    for number in range(3 + rng.below(3)):
        x = (number - 2) * rng.between(2.6, 4.0) + rng.between(-0.8, 0.8)
        z, tall = rng.between(-9, 3), rng.between(4.0, 13.0)
        if form == 0:
            scene.box((x, tall / 2 - 0.4, z), (rng.between(1.2, 2.4), tall, 0.8), slab, rng.between(-35, 35), 0.02)
        elif form == 1:
            scene.post((x, -0.3, z), rng.between(0.8, 1.5), tall, slab, rng.between(0.25, 0.8))
        else:
            scene.ball((x, tall * 0.45 + 0.6, z), tall * 0.2, slab)
            scene.post((x, -0.3, z), tall * 0.11, tall * 0.3, slab, tall * 0.06)
    for number in range(3):
        x = aside * 0.3 + number * 0.55 - 1.2
        scene.post((x, 0.02, 8.5 - number * 0.3), 0.09, 0.62, Material("#2b2522"), 0.05)
        scene.ball((x, 0.72, 8.5 - number * 0.3), (0.075, 0.09, 0.075), Material("#2b2522"))
    return scene


def city(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    dark = theme.hour in {"night", "dusk"}
    view = camera((rng.between(-2, 2), rng.between(8, 16), 60), (0, 30, -60), 62, *size)
    light = outdoor_light(theme.hour)
    light.sun_direction = (0.5, -0.5, -0.7)
    light.sun_softness = 3
    light.fog, light.fog_density = light.horizon, 0.0038
    scene = Scene(view, light, focus=(0, 25, -20), radius=95)
    wall = ("#3b3f4a", "#4a4650", "#2f3540") if dark else ("#a9a59e", "#8d8f94", "#b8ad9c")
    lit = "#ffcf8a" if theme.palette.accent[1] > "8" else "#9fd8ff"
    scene.box(
        (0, -1, -100),
        (600, 2, 400),
        Material("#4a4a4d" if dark else "#97938c", texture="concrete", scale=8, gloss=0.5),
        casts=False,
    )
    for side in (-1, 1):
        for row in range(9):
            for rank in range(3):
                z = 30 - row * 22 + rng.between(-4, 4)
                wide, tall = rng.between(11, 19), rng.between(26, 72) + rank * 14 + (row > 5) * 12
                x = side * (13 + rank * 20 + wide / 2 + rng.between(-1, 2))
                face = Material(rng.pick(wall), lit, texture="windows", glow=2.4 if dark else 0.0, gloss=0.15)
                scene.box((x, tall / 2, z), (wide, tall, 17), face, bevel=0.1)
                if rng.chance(0.5):
                    scene.box((x, tall + 3, z), (wide * 0.55, 8, 9), face, bevel=0.1)
    for number in range(4):
        y, z = 14 + number * 9.0, -20 - number * 26.0
        scene.box((0, y, z), (34, 0.9, 3.2), Material("#5a5d66" if dark else "#d8d3ca"), bevel=0.1)
        scene.box((0, y + 0.1, z + 1.65), (34, 0.18, 0.06), Material(lit, glow=2.2 if dark else 0.2))
    for number in range(14):
        place = (rng.between(-9, 9), rng.between(6, 46), rng.between(-120, 20))
        scene.box(place, (1.6, 0.5, 3.4), Material("#22252c"), bevel=0.2)
        scene.ball(
            (place[0], place[1], place[2] + 1.8),
            0.28,
            Material("#ffe7c0" if number % 2 else theme.palette.accent, glow=5 if dark else 1.0),
        )
    return scene


def mountains(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    view = camera((rng.between(-3, 3), 2.6, 24), (0, 7.0, -30), 56, *size)
    light = outdoor_light(theme.hour)
    light.clouds = max(light.clouds, 0.7)
    light.fog, light.fog_density = light.horizon, 0.0048
    scene = Scene(view, light, focus=(0, 4, -18), radius=48)
    for layer in range(5):
        z = -135.0 + layer * 22
        tall, wide = 104.0 - layer * 19, 300.0 - layer * 36
        rock = Material(
            "#6d6f7a" if layer < 3 else "#4b5660",
            "#eef2f8" if layer < 3 else "#5d6a63",
            texture="peak",
            scale=22.0,
            bump=1.2,
        )
        number = rng.between(0, 40)
        scene.ridge((rng.between(-10, 10), tall * 0.3, z), wide, tall, number, rock)
    hill = Material("#4d6136", "#6f7f45", texture="grass", scale=3)
    for number in range(10):
        x = (number - 4.5) * 13 + rng.between(-4, 4)
        if abs(x) > 9:
            scene.ball((x, -1.5, rng.between(-38, -8)), (rng.between(9, 15), rng.between(3, 6.5), 10), hill)
    scene.box((0, -0.6, 0), (400, 1, 300), Material("#3d6274", gloss=0.9, bump=0.05), casts=False)
    scene.ball((-3, -0.9, 20), (16, 1.1, 4), hill)
    for number in range(30):
        side = 1 if number % 2 else -1
        z = rng.between(-30, 12)
        x = side * rng.between(9 + max(0.0, -z) * 0.12, 24 + max(0.0, -z) * 0.4)
        pine(scene, Spot(x, z, 0, rng.between(-0.3, 1.6)), rng.between(3.5, 7.5), "#2c4230")
    return scene
