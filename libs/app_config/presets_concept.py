"""Concept presets."""

from typing import Final

from libs.app_config.preset_parts import SHAPE
from libs.app_config.schema import ChoiceSetting, Option, Preset, PromptTemplate, RangeSetting, ToggleSetting

CONCEPT_PRESETS: Final = (
    Preset(
        id="first-ideas",
        name="First ideas",
        family="concept",
        description="Rough takes in seconds, to find a direction.",
        model="black-forest-labs/flux-schnell",
        template=PromptTemplate(
            before="Concept art:",
            subject="a canyon city of stone towers",
            after="Bold composition, readable silhouettes, cinematic scale, matte painting",
        ),
        photo="none",
        settings=(
            ChoiceSetting(
                id="palette",
                label="Palette",
                options=(
                    Option("free", "Free"),
                    Option("stone", "Stone", "grey stone palette with small warm lights"),
                    Option("ember", "Ember", "ember orange and soot palette"),
                    Option("glacier", "Glacier", "glacier blue and white palette"),
                ),
                default="free",
            ),
            RangeSetting(
                id="detail",
                label="Detail",
                min=1,
                max=4,
                default=4,
                unit="steps",
                min_label="Sketch",
                max_label="Finished",
                field="num_inference_steps",
            ),
            ChoiceSetting(
                id="shape",
                label="Shape",
                options=(
                    Option("wide", "16:9", value="16:9"),
                    Option("cinema", "21:9", value="21:9"),
                    Option("square", "1:1", value="1:1"),
                    Option("portrait", "2:3", value="2:3"),
                ),
                default="wide",
                field="aspect_ratio",
            ),
        ),
        max_variants=4,
        default_variants=2,
        credits=1,
        typical_seconds=5,
        prompt_placeholder="City in a narrow canyon, stone towers, bridges of light",
    ),
    Preset(
        id="impossible-places",
        name="Impossible places",
        family="concept",
        description="Worlds that do not exist, finished enough to believe.",
        model="black-forest-labs/flux-1.1-pro",
        template=PromptTemplate(
            before="Concept art of a landscape:",
            subject="islands floating in a pale sky, with trees",
            after="Believable materials, atmospheric perspective, soft light, high detail, matte painting",
        ),
        photo="none",
        settings=(
            ChoiceSetting(
                id="air",
                label="Air",
                options=(
                    Option("haze", "Haze", "pale haze"),
                    Option("crystal", "Crystal", "crystal clear air"),
                    Option("dust", "Dust", "golden dust in the air"),
                    Option("night", "Night", "moonlit night"),
                ),
                default="haze",
            ),
            ToggleSetting(id="figures", label="Tiny figures for scale", words="tiny human figures for scale"),
            ChoiceSetting(id="shape", label="Shape", options=SHAPE.options, default="landscape", field="aspect_ratio"),
            ToggleSetting(id="enrich", label="Enrich my words", field="prompt_upsampling"),
        ),
        max_variants=1,
        default_variants=1,
        credits=3,
        typical_seconds=9,
        prompt_placeholder="Floating islands with small forests above a sea of mist",
    ),
    Preset(
        id="graphic-poster",
        name="Graphic poster",
        family="concept",
        description="Illustrations and posters, with words in them if you ask.",
        model="recraft-ai/recraft-v3",
        template=PromptTemplate(
            before="Poster illustration of a landscape:",
            subject="dark monoliths in a desert under a pale sun",
            after="Strong shapes, generous empty space, limited palette",
        ),
        photo="none",
        settings=(
            ChoiceSetting(
                id="style",
                label="Style",
                options=(
                    Option("poster", "Poster", value="digital_illustration/2d_art_poster"),
                    Option("grain", "Grain", value="digital_illustration/grain"),
                    Option("engraving", "Engraving", value="digital_illustration/engraving_color"),
                    Option("outline", "Outline", value="digital_illustration/hand_drawn_outline"),
                    Option("handmade", "Handmade 3D", value="digital_illustration/handmade_3d"),
                    Option("photograph", "Photograph", value="realistic_image/natural_light"),
                ),
                default="poster",
                field="style",
            ),
            ChoiceSetting(
                id="shape",
                label="Shape",
                options=(
                    Option("square", "1:1", value="1024x1024"),
                    Option("landscape", "3:2", value="1536x1024"),
                    Option("portrait", "2:3", value="1024x1536"),
                    Option("wide", "16:9", value="1820x1024"),
                ),
                default="portrait",
                field="size",
            ),
        ),
        max_variants=1,
        default_variants=1,
        credits=3,
        typical_seconds=12,
        prompt_placeholder='Travel poster of two monoliths in red dunes, title "SILENCE"',
    ),
)
