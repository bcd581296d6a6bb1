"""The models on Replicate that presets use. Fields and bounds are those of their published input schemas."""

from decimal import Decimal
from typing import Final

from libs.app_config.schema import Model

# Shared by the FLUX models that can write WebP. 90 keeps fine texture; the models' own default is 80.
WEBP: Final = (("output_format", "webp"), ("output_quality", 90))

MODELS: Final = (
    Model(
        id="black-forest-labs/flux-dev",
        picture_dollars=Decimal("0.025"),
        image_field="image",
        outputs_field="num_outputs",
        max_outputs=4,
        constants=WEBP,
    ),
    Model(
        id="black-forest-labs/flux-schnell",
        picture_dollars=Decimal("0.003"),
        outputs_field="num_outputs",
        max_outputs=4,
        constants=WEBP,
    ),
    Model(
        id="black-forest-labs/flux-1.1-pro",
        picture_dollars=Decimal("0.04"),
        image_field="image_prompt",
        constants=(*WEBP, ("safety_tolerance", 2)),
    ),
    Model(
        id="black-forest-labs/flux-canny-pro",
        picture_dollars=Decimal("0.05"),
        image_field="control_image",
        image_required=True,
        constants=(("output_format", "jpg"), ("safety_tolerance", 2)),
    ),
    Model(
        id="black-forest-labs/flux-depth-pro",
        picture_dollars=Decimal("0.05"),
        image_field="control_image",
        image_required=True,
        constants=(("output_format", "jpg"), ("safety_tolerance", 2)),
    ),
    Model(
        id="stability-ai/stable-diffusion-3.5-large",
        picture_dollars=Decimal("0.065"),
        image_field="image",
        constants=WEBP,
    ),
    Model(
        id="adirik/interior-design",
        version="76604baddc85b1b4616e1c6475eca080da339c8875bd4996705440484a6eac38",
        # Replicate bills its seconds: no run of ours takes as much.
        picture_dollars=Decimal("0.015"),
        image_field="image",
        image_required=True,
        negative_prompt_field="negative_prompt",
    ),
    Model(
        id="recraft-ai/recraft-v3",
        picture_dollars=Decimal("0.04"),
        supports_seed=False,
    ),
)
