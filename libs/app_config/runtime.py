"""The one source of truth for presets, models, limits and plans: literals only, validated at import."""

from typing import Final

from libs.app_config.models import MODELS
from libs.app_config.presets_concept import CONCEPT_PRESETS
from libs.app_config.presets_exterior import EXTERIOR_PRESETS
from libs.app_config.presets_interior import INTERIOR_PRESETS
from libs.app_config.presets_product import PRODUCT_PRESETS
from libs.app_config.schema import (
    ChoiceSetting,
    Family,
    Limits,
    Model,
    Option,
    Plan,
    Preset,
    Price,
    RangeSetting,
    Runtime,
    SamplePhoto,
    Setting,
    SettingValues,
    ToggleSetting,
)
from libs.app_config.validation import ConfigError, validate

__all__ = [
    "FAMILIES",
    "LIMITS",
    "MODELS",
    "PLANS",
    "PRESETS",
    "SAMPLE_PHOTOS",
    "ChoiceSetting",
    "ConfigError",
    "Family",
    "Limits",
    "Model",
    "Option",
    "Plan",
    "Preset",
    "Price",
    "RangeSetting",
    "SamplePhoto",
    "Setting",
    "SettingValues",
    "ToggleSetting",
    "find_model",
    "find_plan",
    "find_preset",
]

LIMITS: Final = Limits(
    # 25 MiB, so that a file of 25 MB passes, whether its system counts in thousands or in 1024s.
    upload_bytes=26_214_400,
    # A 64-megapixel phone sensor.
    upload_pixels=64_000_000,
    upload_formats=("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif"),
    # Pixels. FLUX scales a larger photo down to 1440 itself.
    input_longest_side=1536,
    # More than a JSON request with a prompt of 1,000 four-byte characters, escaped, takes.
    body_bytes=65_536,
    prompt_characters=1000,
    built_prompt_characters=2000,
    title_characters=120,
    idempotency_key_characters=255,
    # num_outputs of the FLUX models ends at 4.
    max_variants=4,
    # From 1: FLUX takes 0 for "none given" and draws a random one (replicate/cog-flux, predict.py).
    min_seed=1,
    max_seed=2**31 - 1,
    # Seconds from reservation until a job is given up; Replicate ends predictions after 1,800 itself.
    deadline_seconds=900,
    # Seconds since the last webhook of a job after which Replicate is asked.
    stale_after_seconds=30,
    # Seconds after which a create without a response either shows in Replicate's list or did not happen.
    unattached_grace_seconds=120,
    # The bucket's own bound; a 1440 × 1440 PNG has about 4 MB.
    output_bytes=26_214_400,
    # The largest output of any model here is 2048 × 1024.
    output_pixels=16_777_216,
    output_seconds=30,
    thumbnail_longest_side=640,
    page_size=20,
    max_page_size=100,
    # Photos a person keeps; private.has_room_for_photo() has the same bound. Storage lists no more in one call.
    max_uploads=1000,
    # A photo's URL must be good through queue, cold start and prediction.
    signed_url_seconds=3600,
    trash_days=30,
    webhook_event_days=30,
    search_characters=200,
    # Renders named by id in a bulk change: what a person selects one by one. More is "all matching".
    max_bulk_ids=500,
    collection_name_characters=80,
    # Days a plan holds after a renewal that could not be charged; Stripe tries again for about two weeks.
    past_due_grace_days=7,
    # Hours after the end of a paid period in which what is left of its credits can still be used: Stripe charges a
    # renewal about one hour after it is due (docs.stripe.com/billing/invoices/subscription, "Invoice lifecycle").
    renewal_hours=3,
    report_characters=500,
    # US dollars that the provider may cost in a day, over everybody; operators can set another ceiling.
    daily_provider_dollars=100,
    # So many runs before a plan's daily_given_back a person is warned.
    given_back_warning=2,
    # Rows of one person, bounded by Postgres (supabase/rows/row_bounds.sql): more than anybody curates by hand, and for
    # items every render of a large account in two collections. A link that was turned off counts.
    max_collections=1000,
    max_collection_items=200_000,
    max_share_links=5000,
)

FAMILIES: Final = (
    Family("interior", "Interior"),
    Family("exterior", "Exterior"),
    Family("product", "Product"),
    Family("concept", "Concept"),
)

PRESETS: Final = (*INTERIOR_PRESETS, *EXTERIOR_PRESETS, *PRODUCT_PRESETS, *CONCEPT_PRESETS)

PLANS: Final = (
    Plan(
        id="free",
        name="Free",
        monthly_credits=40,
        max_variants=2,
        # At most 0.13 US dollars each: two of the dearest pictures.
        daily_given_back=8,
        prices=(),
        features=("2 variants a render", "All presets", "Your renders stay yours"),
    ),
    Plan(
        id="pro",
        name="Pro",
        monthly_credits=200,
        max_variants=4,
        daily_given_back=20,
        prices=(
            Price("month", 1400, "eur", "STRIPE_PRICE_PRO_MONTHLY"),
            # 20 % less than twelve months.
            Price("year", 13_440, "eur", "STRIPE_PRICE_PRO_YEARLY"),
        ),
        features=("4 variants a render", "All presets", "Your renders stay yours"),
    ),
    Plan(
        id="studio",
        name="Studio",
        monthly_credits=1000,
        max_variants=4,
        daily_given_back=60,
        prices=(
            Price("month", 4900, "eur", "STRIPE_PRICE_STUDIO_MONTHLY"),
            Price("year", 47_040, "eur", "STRIPE_PRICE_STUDIO_YEARLY"),
        ),
        features=("4 variants a render", "All presets", "Your renders stay yours"),
    ),
)

SAMPLE_PHOTOS: Final = (
    SamplePhoto("living-room", "Empty living room", ("interior",)),
    SamplePhoto("bedroom", "Bedroom", ("interior",)),
    SamplePhoto("kitchen", "Kitchen", ("interior",)),
    SamplePhoto("house", "House", ("exterior",)),
    SamplePhoto("bottle", "Bottle", ("product",)),
    SamplePhoto("chair", "Chair", ("product",)),
)

validate(
    Runtime(limits=LIMITS, families=FAMILIES, models=MODELS, presets=PRESETS, plans=PLANS, sample_photos=SAMPLE_PHOTOS)
)

_PRESETS_BY_ID: Final = {preset.id: preset for preset in PRESETS}
_MODELS_BY_ID: Final = {model.id: model for model in MODELS}
_PLANS_BY_ID: Final = {plan.id: plan for plan in PLANS}


def find_preset(preset_id: str) -> Preset | None:
    """The preset of that id; None for one that was retired, which rows may still name."""
    return _PRESETS_BY_ID.get(preset_id)


def find_model(model_id: str) -> Model | None:
    """The model of that id; None when no preset can use it any more."""
    return _MODELS_BY_ID.get(model_id)


def find_plan(plan_id: str) -> Plan | None:
    """The plan of that id; None for one that is no longer sold."""
    return _PLANS_BY_ID.get(plan_id)
