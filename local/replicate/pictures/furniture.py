"""Furniture, plants and other pieces of a scene."""

from typing import NamedTuple

from local.replicate.pictures.geometry import Vector
from local.replicate.pictures.randomness import Random
from local.replicate.pictures.scene import Scene, polar
from local.replicate.pictures.surface import Material
from local.replicate.pictures.words import Palette

WHITE = Material("#f3f0ea", gloss=0.15)
LEAF = Material("#35562c", "#5d7f3d", texture="foliage", gloss=0.12)
DARK_LEAF = Material("#1f3a22", "#3a5a30", texture="foliage", gloss=0.12)
TERRAZZO = Material("#ece7df", "#9c9489", texture="blotch", gloss=0.25)
MARBLE = Material("#efece6", "#8b867e", texture="marble", gloss=0.4)
BLACK = Material("#1d1d1f", gloss=0.3)


class Spot(NamedTuple):
    """Where a piece stands and how it is turned; at 0 degrees it faces the viewer."""

    x: float
    z: float
    turn: float = 0.0
    y: float = 0.0

    def at(self, dx: float, dy: float, dz: float) -> Vector:
        """A place given in the piece's own directions: right, up, forward."""
        c, s = polar(self.turn, 1.0)
        return self.x + dx * c + dz * s, self.y + dy, self.z - dx * s + dz * c


def sofa(scene: Scene, spot: Spot, cover: str, cushions: tuple[str, str], wood: str, width: float = 2.3) -> None:
    cloth = Material(cover, texture="fabric")
    inner = width - 0.36
    scene.box(spot.at(0, 0.27, 0), (width, 0.2, 0.92), cloth, spot.turn, 0.05)
    scene.box(spot.at(0, 0.56, -0.38), (width, 0.5, 0.18), cloth, spot.turn, 0.08)
    for side in (-1, 1):
        scene.box(spot.at(side * (width / 2 - 0.09), 0.43, 0), (0.18, 0.36, 0.92), cloth, spot.turn, 0.08)
    count = 3 if width > 2 else 2
    for seat in range(count):
        x = (seat - (count - 1) / 2) * inner / count
        scene.box(spot.at(x, 0.43, 0.06), (inner / count - 0.012, 0.17, 0.76), cloth, spot.turn, 0.07)
        scene.box(spot.at(x, 0.66, -0.25), (inner / count - 0.012, 0.42, 0.17), cloth, spot.turn, 0.085)
    for side, color in zip((-1, 1), cushions, strict=True):
        pillow = Material(color, texture="fabric")
        scene.box(
            spot.at(side * (inner / 2 - 0.24), 0.69, -0.1), (0.44, 0.42, 0.15), pillow, spot.turn + side * 14, 0.075
        )
    legs = Material(wood, texture="wood")
    for x in (-1, 1):
        for z in (-1, 1):
            scene.post(spot.at(x * (width / 2 - 0.12), 0, z * 0.36), 0.022, 0.18, legs, 0.03)


def armchair(scene: Scene, spot: Spot, cover: str, wood: str) -> None:
    cloth, frame = Material(cover, texture="fabric"), Material(wood, texture="wood", gloss=0.2)
    scene.box(spot.at(0, 0.4, 0.02), (0.62, 0.16, 0.62), cloth, spot.turn, 0.07)
    for step in range(3):
        # The back leans: three slices, each further behind.
        scene.box(spot.at(0, 0.56 + step * 0.15, -0.27 - step * 0.045), (0.6, 0.18, 0.14), cloth, spot.turn, 0.065)
    for side in (-1, 1):
        x = side * 0.36
        scene.rod(spot.at(x, 0, 0.32), spot.at(x, 0.58, 0.26), 0.022, frame)
        scene.rod(spot.at(x, 0, -0.42), spot.at(x, 0.58, -0.28), 0.022, frame)
        scene.box(spot.at(x, 0.59, -0.02), (0.055, 0.035, 0.66), frame, spot.turn, 0.015)
        scene.rod(spot.at(x, 0.3, 0.3), spot.at(x, 0.28, -0.34), 0.018, frame)
    scene.rod(spot.at(-0.36, 0.31, 0.28), spot.at(0.36, 0.31, 0.28), 0.018, frame)


def round_table(scene: Scene, spot: Spot, top: Material, wood: str, radius: float = 0.5, height: float = 0.36) -> None:
    scene.post(spot.at(0, height, 0), radius, 0.04, top)
    legs = Material(wood, texture="wood")
    for angle in (30, 150, 270):
        x, z = polar(angle, radius * 0.62)
        scene.rod(spot.at(x * 1.2, 0, z * 1.2), spot.at(x, height, z), 0.02, legs, 0.026)


def vase(
    scene: Scene, foot: Vector, height: float, material: Material, shape: int = 0, *, smooth: bool = False
) -> None:
    """Three silhouettes: belly, bottle, beaker."""
    outlines = (
        ((0, 0.2), (0.12, 0.3), (0.34, 0.38), (0.52, 0.34), (0.68, 0.2), (0.78, 0.11), (0.94, 0.1), (1, 0.14)),
        ((0, 0.22), (0.08, 0.26), (0.4, 0.25), (0.55, 0.18), (0.66, 0.09), (0.95, 0.08), (1, 0.1)),
        ((0, 0.24), (0.15, 0.34), (0.5, 0.38), (0.85, 0.34), (1, 0.3)),
    )
    scene.lathe(foot, [(up * height, radius * height) for up, radius in outlines[shape % 3]], material, smooth=smooth)


def bowl(scene: Scene, foot: Vector, radius: float, material: Material) -> None:
    scene.lathe(
        foot, [(up * radius, wide * radius) for up, wide in ((0, 0.4), (0.12, 0.62), (0.3, 0.86), (0.5, 1.0))], material
    )


def plant(scene: Scene, spot: Spot, rng: Random, height: float = 1.5, pot: str = "#ece6dc") -> None:
    """A palm in a pot: curved leaves from one point."""
    tub = height * 0.16
    scene.lathe(spot.at(0, 0, 0), [(0, tub * 0.72), (tub * 1.7, tub)], Material(pot, gloss=0.15))
    scene.post(spot.at(0, tub * 1.7, 0), tub * 0.9, 0.01, Material("#3b2c22"))
    count = 17
    for number in range(count):
        angle = number * 137.5 + rng.between(-14, 14)
        reach = height * rng.between(0.2, 0.42)
        rise = height * rng.between(0.5, 0.98) - reach * 0.35
        x, z = polar(angle, reach)
        crown, knee = spot.at(0, tub * 1.7, 0), spot.at(x * 0.42, max(rise, tub * 2.6), z * 0.42)
        tip = spot.at(x, max(rise, tub * 2.6) - reach * 0.18, z)
        leaf = LEAF if number % 3 else DARK_LEAF
        scene.rod(crown, knee, 0.007, leaf)
        scene.leaf(knee, tip, height * 0.085, leaf)
        scene.leaf(spot.at(x * 0.25, (tub * 1.7 + max(rise, tub * 2.6)) / 2 + 0.1, z * 0.25), knee, height * 0.07, leaf)


def sprig(scene: Scene, foot: Vector, rng: Random, height: float = 0.4) -> None:
    """A few stems for a vase."""
    for number in range(5):
        x, z = polar(number * 137.5, height * rng.between(0.15, 0.4))
        tip = (foot[0] + x, foot[1] + height * rng.between(0.6, 1.0), foot[2] + z)
        scene.rod(foot, tip, 0.004, DARK_LEAF)
        scene.leaf(
            (tip[0] - x * 0.2, tip[1] - 0.04, tip[2] - z * 0.2),
            (tip[0] + x * 0.7, tip[1] + 0.05, tip[2] + z * 0.7),
            0.07,
            LEAF,
        )


def floor_lamp(scene: Scene, spot: Spot, metal: str, strength: float) -> None:
    pole = Material(metal, gloss=0.5)
    scene.post(spot.at(0, 0, 0), 0.16, 0.02, pole)
    scene.rod(spot.at(0, 0, 0), spot.at(0, 1.42, 0), 0.012, pole)
    scene.post(spot.at(0, 1.38, 0), 0.2, 0.3, Material("#fff0d8", glow=0.25 + 1.1 * strength), 0.15)
    scene.light.lamps.append((spot.at(0, 1.52, 0.3), "#ffcf94", 0.5 * strength))


def pendant(scene: Scene, place: Vector, ceiling: float, color: str, strength: float, radius: float = 0.3) -> None:
    """`place` is the rim of the shade."""
    x, y, z = place
    scene.rod((x, y + radius * 0.6, z), (x, ceiling, z), 0.006, BLACK)
    scene.lathe(
        place,
        [(0, radius), (radius * 0.28, radius * 0.86), (radius * 0.5, radius * 0.55), (radius * 0.62, radius * 0.14)],
        Material(color, gloss=0.35),
    )
    scene.ball((x, y, z), radius * 0.34, Material("#fff2df", glow=0.4 + 3.0 * strength))
    scene.light.lamps.append(((x, y - 0.25, z), "#ffdcae", 0.4 * strength))


def globe(scene: Scene, place: Vector, ceiling: float, strength: float, radius: float = 0.09) -> None:
    x, y, z = place
    scene.rod((x, y, z), (x, ceiling, z), 0.005, BLACK)
    scene.ball(place, radius, Material("#fff2df", glow=0.5 + 3.0 * strength))
    scene.light.lamps.append(((x, y - 0.15, z + 0.15), "#ffdcae", 0.28 * strength))


def frame(scene: Scene, centre: Vector, size: tuple[float, float], palette: Palette, other: str) -> None:
    """An abstract print on the back wall."""
    width, height = size
    x, y, z = centre
    scene.box((x, y, z), (width + 0.05, height + 0.05, 0.03), Material(palette.wood, texture="wood"), bevel=0.006)
    scene.box((x, y, z + 0.012), (width, height, 0.03), Material(palette.accent, other, texture="art"), bevel=0.002)


def books(scene: Scene, spot: Spot, palette: Palette) -> None:
    for number, color in enumerate((palette.second, palette.accent, "#e8e0d2")):
        scene.box(
            spot.at(0.01 * number, 0.018 + number * 0.034, 0),
            (0.28 - number * 0.03, 0.032, 0.2),
            Material(color),
            spot.turn + number * 9,
            0.004,
        )


def sideboard(scene: Scene, spot: Spot, wood: str, width: float = 1.5) -> None:
    body = Material(wood, texture="wood", gloss=0.2)
    scene.box(spot.at(0, 0.46, 0), (width, 0.5, 0.42), body, spot.turn, 0.01)
    scene.box(spot.at(0, 0.46, 0.2), (width - 0.08, 0.42, 0.03), Material(wood, texture="slats"), spot.turn, 0.004)
    for x in (-1, 1):
        for z in (-1, 1):
            scene.post(spot.at(x * (width / 2 - 0.12), 0, z * 0.15), 0.018, 0.22, BLACK)


def curtain(scene: Scene, x: float, z_from: float, z_to: float, height: float, color: str) -> None:
    """Folds hanging along the left wall."""
    cloth = Material(color, texture="fabric")
    folds = max(3, round(abs(z_to - z_from) / 0.11))
    for fold in range(folds):
        z = z_from + (z_to - z_from) * (fold + 0.5) / folds
        scene.post((x + 0.03 * (fold % 2), 0.02, z), 0.062, height, cloth)


def tree(
    scene: Scene, spot: Spot, rng: Random, height: float = 5.0, greens: tuple[str, str] = ("#3e5b2a", "#7d9445")
) -> None:
    """A trunk and a crown of overlapping balls."""
    bark = Material("#5a4332", texture="wood", bump=0.4)
    scene.rod(spot.at(0, 0, 0), spot.at(0, height * 0.55, 0), height * 0.03, bark, height * 0.018)
    crown = Material(greens[0], greens[1], texture="foliage", bump=1.3)
    for number in range(13):
        angle, out = number * 137.5, height * 0.24 * rng.between(0.35, 1.0)
        x, z = polar(angle, out)
        size = height * rng.between(0.13, 0.2)
        scene.ball(spot.at(x, height * (0.5 + 0.36 * number / 13) + size * 0.3, z), (size, size * 0.86, size), crown)


def pine(scene: Scene, spot: Spot, height: float, color: str) -> None:
    needles = Material(color, color, texture="foliage", bump=0.9)
    scene.post(spot.at(0, 0, 0), height * 0.02, height * 0.2, Material("#3a2c22"))
    for layer in range(5):
        up = height * (0.12 + layer * 0.165)
        scene.post(spot.at(0, up, 0), height * (0.19 - layer * 0.032), height * 0.28, needles, 0.01)
