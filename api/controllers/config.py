"""/config: what the SPA needs before a person signs in, from runtime.py."""

from litestar import Controller, Request, get
from litestar.datastructures import CacheControlHeader, State
from msgspec import Struct, convert

from api.auth import PUBLIC
from api.envelope import Envelope, ok
from api.errors import errors
from libs.app_config.runtime import FAMILIES, LIMITS, MODELS, PLANS, PRESETS, SAMPLE_PHOTOS
from libs.app_config.schema import Family, Photo, Setting


class PresetView(Struct, frozen=True, kw_only=True):
    """A preset to choose. `credits` are per picture, `typical_seconds` per generation."""

    id: str
    name: str
    family: str
    description: str
    picture: str
    photo: Photo
    settings: list[Setting]
    max_variants: int
    default_variants: int
    credits: int
    typical_seconds: float
    supports_seed: bool
    prompt_placeholder: str


class LimitsView(Struct, frozen=True, kw_only=True):
    """Bounds that a form checks before it sends. Sizes in bytes, lengths in Unicode code points."""

    upload_bytes: int
    upload_pixels: int
    upload_formats: list[str]
    input_longest_side: int
    prompt_characters: int
    title_characters: int
    search_characters: int
    collection_name_characters: int
    report_characters: int
    max_bulk_ids: int
    max_variants: int
    min_seed: int
    max_seed: int
    deadline_seconds: int


class PriceView(Struct, frozen=True):
    """What a plan costs per interval, in cents."""

    interval: str
    cents: int
    currency: str


class PlanView(Struct, frozen=True, kw_only=True):
    """A plan to choose."""

    id: str
    name: str
    monthly_credits: int
    max_variants: int
    prices: list[PriceView]
    features: list[str]


class SamplePhotoView(Struct, frozen=True):
    """A photo for a person who wants to try without one of their own."""

    id: str
    name: str
    url: str
    families: list[str]


class ConfigView(Struct, frozen=True, kw_only=True):
    """Everything a client needs to draw its forms and to sign people in."""

    supabase_url: str
    supabase_publishable_key: str
    families: list[Family]
    presets: list[PresetView]
    limits: LimitsView
    plans: list[PlanView]
    sample_photos: list[SamplePhotoView]


class ConfigController(Controller):
    """The product's configuration."""

    path = "/config"
    tags = ["Config"]
    opt = {"exclude_from_auth": True}
    security = PUBLIC

    @get(
        "/",
        operation_id="getConfig",
        responses=errors(429, 503),
        sync_to_thread=False,
        cache_control=CacheControlHeader(public=True, max_age=60),
    )
    def read(self, request: Request[None, None, State]) -> Envelope[ConfigView]:
        """Presets, limits, plans, and where to sign in."""
        settings = request.app.state.settings
        return ok(
            ConfigView(
                supabase_url=settings.supabase_url,
                supabase_publishable_key=settings.supabase_publishable_key,
                families=list(FAMILIES),
                presets=PRESET_VIEWS,
                limits=LIMITS_VIEW,
                plans=PLAN_VIEWS,
                sample_photos=SAMPLE_PHOTO_VIEWS,
            )
        )


SEEDED_MODELS = {model.id for model in MODELS if model.supports_seed}

PRESET_VIEWS = [
    PresetView(
        id=preset.id,
        name=preset.name,
        family=preset.family,
        description=preset.description,
        picture=preset.picture,
        photo=preset.photo,
        settings=list(preset.settings),
        max_variants=preset.max_variants,
        default_variants=preset.default_variants,
        credits=preset.credits,
        typical_seconds=preset.typical_seconds,
        supports_seed=preset.model in SEEDED_MODELS,
        prompt_placeholder=preset.prompt_placeholder,
    )
    for preset in PRESETS
]

LIMITS_VIEW = convert(LIMITS, LimitsView, from_attributes=True)
PLAN_VIEWS = convert(PLANS, list[PlanView], from_attributes=True)
SAMPLE_PHOTO_VIEWS = convert(SAMPLE_PHOTOS, list[SamplePhotoView], from_attributes=True)
