"""Studio shots drawn from words: bottle, ceramics, lamp, chair."""

from local.replicate.pictures.furniture import BLACK, MARBLE, TERRAZZO, Spot, armchair, bowl, sprig, vase
from local.replicate.pictures.geometry import camera
from local.replicate.pictures.randomness import Random
from local.replicate.pictures.scene import Light, Scene, polar
from local.replicate.pictures.surface import Material
from local.replicate.pictures.words import Theme

BACKDROPS = ("#e9cdbd", "#ccd8cb", "#d9dfe6", "#e6ddcf", "#d8cbe0", "#f0e2c4", "#b9c9c8")


def _studio(theme: Theme, size: tuple[int, int], rng: Random, distance: float, height: float) -> Scene:
    """A studio: floor and wall have one colour, and no edge between them."""
    dark = theme.hour in {"night", "dusk"}
    color = "#3a3a3e" if dark else rng.pick(BACKDROPS)
    aside = rng.between(-0.5, 0.5) * distance * 0.3
    view = camera((aside, height + distance * 0.16, distance), (0, height, 0), 34, *size)
    key = rng.between(0.35, 0.8) * rng.side()
    light = Light(
        "#ffffff",
        "#ffffff",
        color,
        0.3 if dark else 0.62,
        "#fff4e4",
        1.5 if dark else 2.1,
        (key, -0.95, -0.6),
        sun_softness=9,
    )
    if theme.hour == "golden":
        light.sun, light.sun_strength, light.sun_direction, light.sun_softness = (
            "#ffd09a",
            2.6,
            (key * 1.6, -0.6, -0.5),
            2.5,
        )
    light.sky = "#8f95a5" if dark else "#ffffff"
    light.horizon = "#4a4a50" if dark else color
    # Fog in the colour of the wall hides the edge between floor and wall.
    light.fog, light.fog_density, light.fog_start = light.horizon, 0.42, distance + 0.5
    scene = Scene(view, light, focus=(0, height * 0.8, 0), radius=2.6)
    scene.box((0, -0.5, -6), (60, 1, 40), Material(color), casts=False)
    return scene


def _stage(scene: Scene, theme: Theme, rng: Random) -> float:
    """A plinth and a smaller block; returns the height of its top."""
    stone = rng.pick((TERRAZZO, MARBLE, Material(theme.palette.accent), Material("#e8e1d6", texture="concrete")))
    side = rng.side()
    high = rng.between(0.14, 0.22)
    if rng.chance(0.6):
        scene.post((0, 0, 0), 0.46, high, stone)
    else:
        scene.box((0, high / 2, 0), (0.84, high, 0.7), stone, rng.between(-16, 16), 0.01)
    tall = rng.between(0.34, 0.5)
    scene.box((side * 0.42, tall / 2, -0.34), (0.36, tall, 0.36), stone, rng.between(-20, 20), 0.01)
    scene.ball((side * 0.42, tall + 0.085, -0.34), 0.085, Material(theme.palette.accent, gloss=0.4))
    metal = Material("#c99a45" if rng.chance(0.6) else "#202022", gloss=0.8)
    scene.ball((-side * 0.33, high + 0.055, 0.16), 0.055, metal)
    sprig(scene, (side * 0.34, tall, -0.42), rng, 0.42)
    return high


def bottle(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    scene = _studio(theme, size, rng, 3.5, 0.52)
    y = _stage(scene, theme, rng)
    glass = Material(rng.pick((theme.palette.second, "#b9c2bd", theme.palette.accent, "#8a5a2c")), gloss=0.75)
    cap = Material(rng.pick(("#c99a45", "#1f1f21", theme.palette.wood, "#efece6")), gloss=0.7)
    shape = rng.below(3)
    if shape == 0:
        profile = [(0, 0.155), (0.012, 0.165), (0.36, 0.165), (0.4, 0.145), (0.425, 0.09), (0.45, 0.055), (0.47, 0.055)]
        scene.lathe((0, y, 0), profile, glass, smooth=True)
        scene.post((0, y + 0.47, 0), 0.07, 0.13, cap)
        label_z = 0.16
    elif shape == 1:
        scene.box((0, y + 0.23, 0), (0.34, 0.46, 0.19), glass, bevel=0.035)
        scene.post((0, y + 0.46, 0), 0.045, 0.04, Material("#c99a45", gloss=0.8))
        scene.box((0, y + 0.57, 0), (0.15, 0.15, 0.13), cap, bevel=0.012)
        label_z = 0.096
    else:
        scene.lathe(
            (0, y, 0),
            [(0, 0.12), (0.01, 0.128), (0.5, 0.128), (0.56, 0.1), (0.62, 0.042), (0.76, 0.042)],
            glass,
            smooth=True,
        )
        scene.post((0, y + 0.74, 0), 0.048, 0.08, cap)
        label_z = 0.125
    _label(scene, y + 0.22, label_z)
    return scene


def _label(scene: Scene, y: float, z: float) -> None:
    scene.box((0, y, z), (0.17, 0.17, 0.012), Material("#f4f1ea"), bevel=0.003)
    for number, width in enumerate((0.1, 0.065)):
        scene.box((0, y + 0.02 - number * 0.03, z + 0.007), (width, 0.009, 0.003), BLACK, bevel=0.0)


def ceramic(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    scene = _studio(theme, size, rng, 3.9, 0.5)
    palette = theme.palette
    colors = rng.shuffled((palette.accent, "#f3efe8", palette.second, palette.wood))
    plank = Material("#e3d8c8", texture="concrete")
    scene.box((-0.08, 0.07, -0.12), (1.5, 0.14, 0.5), plank, rng.between(-6, 6), 0.008)
    vase(scene, (-0.42, 0.14, -0.12), rng.between(0.6, 0.72), Material(colors[0], gloss=0.25), 0, smooth=True)
    for number in range(9):
        x, z = -0.42 + rng.between(-0.22, 0.22), -0.12 + rng.between(-0.1, 0.1)
        scene.rod(
            (-0.42, 0.7, -0.12), (x, rng.between(1.05, 1.3), z), 0.005, Material("#b99a66" if number % 2 else "#9b7c4b")
        )
    vase(scene, (0.12, 0.14, -0.1), 0.32, Material(colors[1], gloss=0.3), 2, smooth=True)
    vase(scene, (0.66, 0.0, 0.05), 0.46, Material(colors[2], gloss=0.3), 1, smooth=True)
    bowl(scene, (-0.05, 0.0, 0.42), 0.2, Material(colors[3], gloss=0.3))
    for x, z in ((-0.11, 0.42), (0.02, 0.38), (-0.02, 0.49)):
        scene.ball((x, 0.12, z), (0.06, 0.058, 0.06), Material(rng.pick(("#d9803a", "#c9572f", "#e0a848")), gloss=0.3))
    return scene


def lamp(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    scene = _studio(theme, size, rng, 3.6, 0.5)
    color = rng.pick((theme.palette.accent, theme.palette.main, "#d9532a", "#efe9df"))
    enamel = Material(color, gloss=0.6)
    lit = 1.2 if theme.hour in {"night", "dusk"} else 0.7
    scene.lathe((0, 0, 0), [(0, 0.24), (0.05, 0.24), (0.065, 0.2)], enamel)
    scene.post((0, 0.05, 0), 0.035, 0.5, enamel)
    if rng.chance(0.6):
        dome = [(0.36 * s, 0.42 * c) for c, s in (polar(angle, 1.0) for angle in (0, 18, 36, 54, 72, 86))]
        scene.lathe((0, 0.56, 0), dome, enamel, smooth=True)
    else:
        scene.lathe((0, 0.5, 0), [(0, 0.4), (0.06, 0.39), (0.4, 0.2), (0.44, 0.16)], enamel)
    scene.post((0, 0.545, 0), 0.36, 0.012, Material("#ffe6c0", glow=1.6 * lit))
    scene.light.lamps.append(((0, 0.45, 0.06), "#ffc987", 0.16 * lit))
    bowl(scene, (0.55, 0, 0.25), 0.13, Material(theme.palette.second, gloss=0.3))
    return scene


def chair(theme: Theme, size: tuple[int, int], rng: Random) -> Scene:
    scene = _studio(theme, size, rng, 5.0, 0.46)
    color = rng.pick((theme.palette.accent, theme.palette.main, theme.palette.second))
    armchair(scene, Spot(0, 0, rng.between(-50, -20) * rng.side()), color, theme.palette.wood)
    return scene
