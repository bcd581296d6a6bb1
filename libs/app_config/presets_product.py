"""Product presets."""

from typing import Final

from libs.app_config.preset_parts import FOLLOW, SQUARE_SHAPE
from libs.app_config.schema import ChoiceSetting, Option, Preset, PromptTemplate, ToggleSetting

PRODUCT_PRESETS: Final = (
    Preset(
        id="studio-plinth",
        name="Studio plinth",
        family="product",
        description="Bottles and boxes on stone, lit like a campaign.",
        model="black-forest-labs/flux-1.1-pro",
        template=PromptTemplate(
            before="Product photograph on a plinth:",
            subject="a glass bottle with a plain label",
            after="Studio product photography, soft key light, gentle shadow, sharp focus, 85 mm lens",
        ),
        photo="optional",
        settings=(
            ChoiceSetting(
                id="plinth",
                label="Plinth",
                options=(
                    Option("terrazzo", "Terrazzo", "round terrazzo plinth"),
                    Option("slate", "Slate", "split dark slate"),
                    Option("travertine", "Travertine", "travertine block"),
                    Option("water", "Water", "shallow still water"),
                ),
                default="terrazzo",
            ),
            ChoiceSetting(
                id="backdrop",
                label="Backdrop",
                options=(
                    Option("blush", "Blush", "blush pink seamless backdrop"),
                    Option("sage", "Sage", "sage green seamless backdrop"),
                    Option("sand", "Sand", "warm sand seamless backdrop"),
                    Option("night", "Night", "near-black backdrop with a rim light"),
                ),
                default="blush",
            ),
            # This model takes the photo as a hint, so the shape stays a choice.
            ChoiceSetting(
                id="shape",
                label="Shape",
                options=(
                    Option("square", "1:1", value="1:1"),
                    Option("portrait", "4:5", value="4:5"),
                    Option("landscape", "3:2", value="3:2"),
                    Option("story", "9:16", value="9:16"),
                ),
                default="portrait",
                field="aspect_ratio",
            ),
            ToggleSetting(id="enrich", label="Enrich my words", field="prompt_upsampling"),
        ),
        max_variants=1,
        default_variants=1,
        credits=3,
        typical_seconds=9,
        prompt_placeholder="Amber glass bottle with a brass cap and a plain white label",
    ),
    Preset(
        id="clean-packshot",
        name="Clean packshot",
        family="product",
        description="Quick takes of one object in one colour.",
        model="black-forest-labs/flux-schnell",
        template=PromptTemplate(
            before="Product photograph, packshot:",
            subject="an armchair with a wooden frame",
            after="Single object centred, seamless studio backdrop, soft shadow, catalogue photography",
        ),
        photo="none",
        settings=(
            ChoiceSetting(
                id="backdrop",
                label="Backdrop",
                options=(
                    Option("mint", "Mint", "pale mint backdrop"),
                    Option("white", "White", "pure white backdrop"),
                    Option("clay", "Clay", "clay coloured backdrop"),
                    Option("charcoal", "Charcoal", "charcoal backdrop"),
                ),
                default="mint",
            ),
            SQUARE_SHAPE,
        ),
        max_variants=4,
        default_variants=2,
        credits=1,
        typical_seconds=5,
        prompt_placeholder="Mid-century armchair with mustard wool and a walnut frame",
    ),
    Preset(
        id="quiet-still-life",
        name="Quiet still life",
        family="product",
        description="Ceramics, glass and textiles, arranged in window light.",
        model="black-forest-labs/flux-dev",
        template=PromptTemplate(
            before="Product photograph, still life:",
            subject="ceramic vases and a bowl on a low shelf",
            after="Quiet composition, soft window light, muted palette, tactile surfaces, 50 mm lens",
        ),
        photo="optional",
        settings=(
            FOLLOW,
            ChoiceSetting(
                id="mood",
                label="Mood",
                options=(
                    Option("airy", "Airy", "airy, high key"),
                    Option("earthy", "Earthy", "earthy tones, linen"),
                    Option("shadowed", "Shadowed", "deep shadows, one shaft of light"),
                ),
                default="earthy",
            ),
            ToggleSetting(id="botanicals", label="Dried botanicals", words="dried grasses and branches"),
            SQUARE_SHAPE,
        ),
        max_variants=4,
        default_variants=2,
        credits=2,
        typical_seconds=14,
        prompt_placeholder="White vase, terracotta cup and a small black bottle on a beige shelf",
    ),
)
