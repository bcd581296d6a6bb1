"""Exterior presets."""

from typing import Final

from libs.app_config.preset_parts import FOLLOW, SCENE_LIGHT, SHAPE
from libs.app_config.schema import ChoiceSetting, Option, Preset, PromptTemplate, RangeSetting, ToggleSetting

EXTERIOR_PRESETS: Final = (
    Preset(
        id="daylight-facade",
        name="Daylight facade",
        family="exterior",
        description="Houses in plain daylight, from a photo, a model shot or words.",
        model="black-forest-labs/flux-dev",
        template=PromptTemplate(
            before="Exterior architecture photograph of a house:",
            subject="a modern house with wide eaves and a terrace",
            after="Contemporary residential architecture, realistic planting, straight verticals, architectural "
            "photography, 24 mm lens",
        ),
        photo="optional",
        settings=(
            FOLLOW,
            SCENE_LIGHT,
            ChoiceSetting(
                id="cladding",
                label="Cladding",
                options=(
                    Option("as-described", "As described"),
                    Option("timber", "Timber", "vertical timber cladding"),
                    Option("brick", "Brick", "long thin brick"),
                    Option("plaster", "Plaster", "white lime plaster"),
                    Option("concrete", "Concrete", "board-marked concrete"),
                ),
                default="as-described",
            ),
            SHAPE,
        ),
        max_variants=4,
        default_variants=2,
        credits=2,
        typical_seconds=14,
        prompt_placeholder="Two-storey house with brick and glass, flat roof, pool and old trees",
    ),
    Preset(
        id="golden-dusk",
        name="Golden dusk",
        family="exterior",
        description="Turns a daytime photo of a building into the dusk shot, edge for edge.",
        model="black-forest-labs/flux-canny-pro",
        template=PromptTemplate(
            before="Exterior architecture photograph of a house at dusk:",
            subject="the same building, every window lit from inside",
            after="Blue hour, warm interior glow, real estate photography, long exposure, high detail",
        ),
        photo="required",
        settings=(
            ChoiceSetting(
                id="sky",
                label="Sky",
                options=(
                    Option("afterglow", "Afterglow", "orange and violet afterglow on the horizon"),
                    Option("blue-hour", "Blue hour", "deep even blue sky"),
                    Option("storm", "Storm", "dramatic clearing storm clouds"),
                ),
                default="afterglow",
            ),
            ToggleSetting(id="wet-ground", label="Wet ground", words="wet paving that mirrors the light after rain"),
            RangeSetting(
                id="detail",
                label="Detail",
                min=20,
                max=50,
                default=40,
                step=5,
                unit="steps",
                min_label="Faster",
                max_label="Finer",
                field="steps",
            ),
        ),
        max_variants=1,
        default_variants=1,
        credits=4,
        typical_seconds=18,
        prompt_placeholder="Pool lights on, garden lamps along the path",
    ),
    Preset(
        id="remote-cabin",
        name="Remote cabin",
        family="exterior",
        description="Small buildings in big landscapes.",
        model="stability-ai/stable-diffusion-3.5-large",
        template=PromptTemplate(
            before="Exterior architecture photograph of a small cabin:",
            subject="an A-frame cabin with a glass front",
            after="Solitary building in a vast landscape, atmospheric depth, fine detail, medium format photography",
        ),
        photo="optional",
        settings=(
            FOLLOW,
            ChoiceSetting(
                id="landscape",
                label="Landscape",
                options=(
                    Option("snow", "Snow", "snowy clearing among dark firs at nightfall"),
                    Option("coast", "Coast", "cliff above a grey sea"),
                    Option("desert", "Desert", "red desert with rock formations"),
                    Option("meadow", "Meadow", "alpine meadow in summer"),
                ),
                default="snow",
            ),
            RangeSetting(
                id="guidance",
                label="Follow the words",
                min=20,
                max=80,
                default=45,
                step=5,
                min_label="Freely",
                max_label="Literally",
                field="cfg",
                factor=0.1,
            ),
            SHAPE,
        ),
        max_variants=1,
        default_variants=1,
        credits=5,
        typical_seconds=16,
        prompt_placeholder="A-frame cabin with a glass front, warm light inside, smoke from the chimney",
    ),
)
