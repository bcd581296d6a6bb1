"""Interior presets."""

from typing import Final

from libs.app_config.preset_parts import FOLLOW, LIGHT, SHAPE
from libs.app_config.schema import ChoiceSetting, Option, Preset, PromptTemplate, RangeSetting

INTERIOR_PRESETS: Final = (
    Preset(
        id="warm-minimal",
        name="Warm minimal",
        family="interior",
        description="Calm rooms in linen, oak and clay, from a photo or from words alone.",
        model="black-forest-labs/flux-dev",
        template=PromptTemplate(
            before="Interior photograph:",
            subject="a calm living room with a pale linen sofa",
            after="Warm minimal interior design, natural oak and linen, clay accents, uncluttered, architectural "
            "photography, 35 mm lens",
        ),
        photo="optional",
        settings=(FOLLOW, LIGHT, SHAPE),
        max_variants=4,
        default_variants=2,
        credits=2,
        typical_seconds=14,
        prompt_placeholder="Calm living room with a pale linen sofa, oak floor and terracotta accents",
    ),
    Preset(
        id="room-makeover",
        name="Room makeover",
        family="interior",
        description="Your own room, furnished anew in the style you choose.",
        model="adirik/interior-design",
        template=PromptTemplate(
            before="Interior photograph:",
            subject="the same room, furnished and finished anew",
            after="Interior design magazine, coherent furniture, realistic materials, high detail",
            negative="lowres, watermark, logo, text, deformed, blurry, out of focus, cropped furniture, "
            "distorted windows, extra doors, people",
        ),
        photo="required",
        settings=(
            FOLLOW,
            ChoiceSetting(
                id="style",
                label="Style",
                options=(
                    Option("scandinavian", "Scandinavian", "Scandinavian style, pale wood, wool, white walls"),
                    Option("mid-century", "Mid-century", "mid-century modern style, walnut, brass, ochre and green"),
                    Option("japandi", "Japandi", "Japandi style, low furniture, paper lamps, dark oak"),
                    Option("industrial", "Industrial", "industrial loft style, brick, black steel, leather"),
                    Option("bohemian", "Bohemian", "bohemian style, layered textiles, rattan, many plants"),
                    Option("art-deco", "Art deco", "art deco style, velvet, marble, brass, geometric patterns"),
                ),
                default="mid-century",
            ),
            LIGHT,
            RangeSetting(
                id="detail",
                label="Detail",
                min=25,
                max=100,
                default=50,
                step=5,
                unit="steps",
                min_label="Faster",
                max_label="Finer",
                field="num_inference_steps",
            ),
        ),
        max_variants=1,
        default_variants=1,
        credits=1,
        typical_seconds=18,
        prompt_placeholder="Green wall behind the sofa, big rug, reading corner by the window",
    ),
    Preset(
        id="kitchen-refresh",
        name="Kitchen refresh",
        family="interior",
        description="Keeps the layout of your kitchen and changes every finish in it.",
        model="black-forest-labs/flux-depth-pro",
        template=PromptTemplate(
            before="Interior photograph of a kitchen:",
            subject="the same layout with new fronts and worktop",
            after="Kitchen interior design, fine joinery, realistic materials, architectural photography",
        ),
        photo="required",
        settings=(
            ChoiceSetting(
                id="fronts",
                label="Fronts",
                options=(
                    Option("oak", "Slatted oak", "slatted natural oak fronts"),
                    Option("sage", "Sage", "matt sage green painted fronts"),
                    Option("ink", "Ink blue", "deep ink blue painted fronts"),
                    Option("white", "White", "plain white handleless fronts"),
                    Option("steel", "Steel", "brushed stainless steel fronts"),
                ),
                default="oak",
            ),
            ChoiceSetting(
                id="worktop",
                label="Worktop",
                options=(
                    Option("marble", "Marble", "veined marble worktop and splashback"),
                    Option("terrazzo", "Terrazzo", "terrazzo worktop"),
                    Option("wood", "Wood", "solid wood worktop"),
                    Option("concrete", "Concrete", "cast concrete worktop"),
                ),
                default="marble",
            ),
            LIGHT,
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
        typical_seconds=26,
        prompt_placeholder="Brass lamps over the island, open shelf instead of wall cupboards",
    ),
)
