"""Reads a prompt: its subject, its time of day and its colours."""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from local.replicate.pictures.randomness import Random


class Palette(Struct, frozen=True):
    """Colours of a place as `#rrggbb`."""

    wall: str
    accent_wall: str
    floor: str
    wood: str
    main: str
    """The large piece: sofa, bed linen, cabinet."""
    accent: str
    second: str
    metal: str = "#2b2b2d"


PALETTES: Mapping[str, Palette] = {
    "warm": Palette("#ece2d4", "#e6d3bd", "#bd8a5a", "#9a6238", "#efe9df", "#c85a2e", "#3f4a3c"),
    "forest": Palette("#e9e5db", "#34472f", "#b5855a", "#8a5530", "#d98b2f", "#f0e8d8", "#24402c", "#b08d45"),
    "coast": Palette("#eef0ee", "#e3ebee", "#d0ad84", "#b98a5c", "#2f5877", "#e5b23c", "#8fb0bd"),
    "dusk": Palette("#3a3a40", "#26272c", "#6d4d39", "#6b3f26", "#80736b", "#b5573a", "#e2c69a", "#b08d45"),
    "nordic": Palette("#f1efeb", "#dfe2e0", "#d9c0a0", "#c69b6c", "#a8aaa6", "#5b7b8c", "#e8c37a"),
    "blush": Palette("#f0dfd6", "#d9a893", "#c99b72", "#a06a44", "#b2584a", "#f1e6da", "#5d6b54", "#b08d45"),
    "stone": Palette("#d9d5ce", "#8f8a83", "#a89c8d", "#6f5138", "#3d4245", "#c9a26a", "#8c3f2b"),
    "navy": Palette("#ebe7df", "#24344a", "#b98a5f", "#7c4d2d", "#e9e3d6", "#c98a2e", "#2c425e", "#b08d45"),
}

_STYLES: Sequence[tuple[str, str]] = (
    (r"japandi|wabi|warm|minimal|mid.?century|cosy|cozy|oak|terracotta", "warm"),
    (r"forest|green|botanic|jungle|biophilic|emerald|sage|olive", "forest"),
    (r"coast|beach|mediterranean|greek|marine|blue|azure|summer", "coast"),
    (r"dark|moody|industrial|noir|night|evening|gothic|charcoal|black", "dusk"),
    (r"nordic|scandi|white|bright|airy|light", "nordic"),
    (r"boho|blush|pink|rose|art deco|peach|romantic", "blush"),
    (r"brutalis|concrete|stone|loft|grey|gray|urban", "stone"),
    (r"navy|classic|luxur|victorian|hotel|traditional", "navy"),
)

COLORS: Mapping[str, str] = {
    "terracotta": "#b85c38",
    "orange": "#e0702c",
    "mustard": "#d99a26",
    "yellow": "#e6b93a",
    "green": "#4a6b45",
    "sage": "#8d9f82",
    "olive": "#6f7141",
    "emerald": "#1f6b52",
    "teal": "#2c7276",
    "turquoise": "#3fa7a3",
    "blue": "#35608f",
    "navy": "#22344f",
    "purple": "#6a4a84",
    "lavender": "#a093c4",
    "pink": "#d78f97",
    "blush": "#dba898",
    "red": "#b0342c",
    "burgundy": "#6e2530",
    "brown": "#74492c",
    "amber": "#c9822b",
    "gold": "#c29a4a",
    "beige": "#dccbb0",
    "cream": "#efe5d2",
    "white": "#f2f0ec",
    "grey": "#8f9092",
    "gray": "#8f9092",
    "black": "#26262a",
}

_SUBJECTS: Sequence[tuple[str, str]] = (
    (r"island", "islands"),
    (r"skyline|city|metropolis|cyberpunk|skyscraper|megastructure|downtown", "city"),
    (r"dune|desert|monolith|mars|alien|ruin|temple|obelisk", "monoliths"),
    (r"mountain|valley|lake|landscape|fjord|alps|wilderness|glacier|waterfall", "mountains"),
    (r"cabin|a-frame|chalet|hut|lodge|forest house", "cabin"),
    (r"house|villa|facade|façade|exterior|architecture|building|home front|garden|patio|terrace|pool", "house"),
    (r"bed(?!ding plant)|sleep", "bedroom"),
    (r"kitchen|island bench|cook|dining|restaurant|cafe|café|bar\b", "kitchen"),
    (r"room|interior|sofa|living|lounge|loft|office|study|apartment|lobby|hall|studio flat", "living"),
    (r"perfume|bottle|serum|cosmetic|skincare|drink|wine|fragrance|cream|lotion|jar|can\b|packag", "bottle"),
    (r"lamp|lantern|luminaire|light fixture", "lamp"),
    (r"chair|stool|armchair|furniture|seat", "chair"),
    (r"vase|ceramic|pottery|bowl|mug|cup|tableware|teapot|still life|plate|watch|shoe|sneaker|headphone", "ceramic"),
    (r"product|packshot|catalog|podium|plinth|pedestal", "bottle"),
    (r"concept|world|dream|fantasy|surreal|planet|sci-?fi|castle|dragon|space", "islands"),
)

FALLBACK_SUBJECTS = ("monoliths", "islands", "mountains", "ceramic")

HOURS: Sequence[tuple[str, str]] = (
    (r"night|midnight|moon|starry|neon", "night"),
    (r"dusk|sunset|evening|twilight|blue hour|candle", "dusk"),
    (r"golden|afternoon|warm light|autumn", "golden"),
    (r"overcast|cloud|rain|fog|mist|soft light|diffuse", "soft"),
    (r"morning|sunrise|dawn|daylight|noon|sun", "morning"),
)


class Theme(Struct, frozen=True):
    """What a picture shows."""

    subject: str
    named: bool
    """Whether the prompt names the subject; otherwise it was picked at random."""
    hour: str
    """night, dusk, golden, soft or morning."""
    palette: Palette


def read_prompt(prompt: str, rng: Random) -> Theme:
    """The theme of a prompt; what the prompt does not say is picked at random."""
    text = prompt.lower()
    fallback = rng.pick(FALLBACK_SUBJECTS)
    named = _first(_SUBJECTS, text)
    hour = _first(HOURS, text) or rng.pick(("morning", "golden", "soft"))
    names = [name for pattern, name in _STYLES if re.search(pattern, text)] or list(PALETTES)
    palette = PALETTES[rng.pick(names)]
    colors = [color for word, color in COLORS.items() if re.search(rf"\b{word}\b", text)]
    if colors:
        picked = rng.pick(colors)
        palette = structs.replace(palette, **{rng.pick(("main", "accent", "accent_wall")): picked})
    return Theme(named or fallback, named is not None, hour, palette)


def _first(table: Sequence[tuple[str, str]], text: str) -> str | None:
    """The entry whose words come earliest in the text: people name what matters most first."""
    found = [(match.start(), name) for pattern, name in table if (match := re.search(pattern, text))]
    return min(found)[1] if found else None
