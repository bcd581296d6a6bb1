"""The types of the runtime configuration. The values are in models.py, presets_*.py and runtime.py."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from libs.errors import FieldError

Id = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
"""Never changed: rows, drafts and links refer to it."""
Text = Annotated[str, Meta(min_length=1, max_length=160)]
Count = Annotated[int, Meta(ge=1)]
Field = Annotated[str, Meta(pattern=r"^[a-z_]+$")]
"""A name in the `input` of a model."""

When = Literal["always", "with_photo", "without_photo"]
Photo = Literal["none", "optional", "required"]
InputValue = str | int | float | bool
SettingValues = dict[str, Any]
"""The settings of a generation as JSON has them: setting id to number, option id or boolean."""


class Model(Struct, frozen=True, kw_only=True):
    """A model on Replicate and the fields of its input."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9-]+/[a-z0-9.-]+$")]
    version: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Community models are run by version, official ones by name."""
    image_field: Field | None = None
    image_required: bool = False
    outputs_field: Field | None = None
    """The field for the number of pictures; a model without it makes one per prediction."""
    max_outputs: Annotated[int, Meta(ge=1, le=8)] = 1
    negative_prompt_field: Field | None = None
    supports_seed: bool = True
    constants: tuple[tuple[Field, InputValue], ...] = ()
    """Fields sent with every prediction."""
    picture_dollars: Decimal
    """What Replicate takes for one picture, in US dollars, by the price on the model's page."""


class RangeSetting(Struct, frozen=True, kw_only=True, tag_field="kind", tag="range"):
    """A slider over whole numbers. The model gets `offset + factor × value` in `field`."""

    id: Id
    label: Text
    min: int
    max: int
    default: int
    field: Field
    step: Count = 1
    unit: str = ""
    min_label: str = ""
    max_label: str = ""
    factor: float = 1
    offset: float = 0
    when: When = "always"

    def problem(self, value: object) -> str | None:
        """Why this is no value of the setting; None when it is one."""
        # In Python bool is an int, but JSON's true is not a number.
        if not isinstance(value, int) or isinstance(value, bool):
            return "is not a whole number"
        if value < self.min:
            return f"{value} is below min {self.min}"
        if value > self.max:
            return f"{value} is above max {self.max}"
        if (value - self.min) % self.step:
            return f"{value} is not on a step of {self.step} from {self.min}"
        return None


class Option(Struct, frozen=True):
    """One answer of a choice: words for the prompt, a value for the model, or both."""

    id: Id
    label: Text
    words: str = ""
    value: InputValue | None = None


class ChoiceSetting(Struct, frozen=True, kw_only=True, tag_field="kind", tag="choice"):
    """One of several options. Their values go to the model's `field`."""

    id: Id
    label: Text
    options: tuple[Option, ...]
    default: str
    field: Field | None = None
    when: When = "always"

    def problem(self, value: object) -> str | None:
        """Why this is no value of the setting; None when it is one."""
        if any(option.id == value for option in self.options):
            return None
        return f"is not one of {', '.join(option.id for option in self.options)}"

    def option(self, option_id: str) -> Option:
        """The option with an id that `problem` let pass."""
        return next(option for option in self.options if option.id == option_id)


class ToggleSetting(Struct, frozen=True, kw_only=True, tag_field="kind", tag="toggle"):
    """On or off. On adds `words` to the prompt; the state goes to the model's `field`."""

    id: Id
    label: Text
    default: bool = False
    words: str = ""
    field: Field | None = None
    when: When = "always"

    def problem(self, value: object) -> str | None:
        """Why this is no value of the setting; None when it is one."""
        return None if isinstance(value, bool) else "is not true or false"


Setting = RangeSetting | ChoiceSetting | ToggleSetting


class PromptTemplate(Struct, frozen=True, kw_only=True):
    """The words around a person's own."""

    before: str
    subject: Text
    """Used when the person gives no words."""
    after: str
    negative: str = ""


class Family(Struct, frozen=True):
    """A group of presets."""

    id: Id
    name: Text


class Preset(Struct, frozen=True, kw_only=True):
    """A way to make pictures: a model, the words around the prompt, and the settings a person may change."""

    id: Id
    name: Text
    family: Id
    description: Text
    model: str
    template: PromptTemplate
    photo: Photo
    settings: tuple[Setting, ...]
    max_variants: Count
    default_variants: Count
    credits: Count
    """Per picture; about 1.5 US cents of provider price each."""
    typical_seconds: Annotated[float, Meta(gt=0)]
    """First estimate, from submit to stored result; the database learns the real one."""
    prompt_placeholder: Text

    @property
    def picture(self) -> str:
        """Address of its picture, served with the web app."""
        return f"/presets/{self.id}.webp"

    def active_settings(self, *, has_photo: bool) -> list[Setting]:
        """The settings that have an effect with or without a photo."""
        skipped = "without_photo" if has_photo else "with_photo"
        return [setting for setting in self.settings if setting.when != skipped]

    def checked_settings(self, given: Mapping[str, object]) -> SettingValues:
        """Every setting's value, given or default. Raises FieldError for an unknown setting or a bad value."""
        known = {setting.id: setting for setting in self.settings}
        for name, value in given.items():
            if name not in known:
                raise FieldError(f"settings.{name[:40]}", f"{self.name} has no such setting.")
            if problem := known[name].problem(value):
                raise FieldError(f"settings.{name}", f"{known[name].label} {problem}.")
        return {name: given.get(name, setting.default) for name, setting in known.items()}


class SamplePhoto(Struct, frozen=True):
    """A photo for a person who wants to try without one of their own."""

    id: Id
    name: Text
    families: tuple[Id, ...]

    @property
    def url(self) -> str:
        """Address of the photo, served with the web app."""
        return f"/samples/{self.id}.webp"


class Price(Struct, frozen=True):
    """What a plan costs per interval, in cents. Stripe's price id is in the environment: it differs per deployment."""

    interval: Literal["month", "year"]
    cents: Count
    currency: Literal["eur"]
    price_id_setting: Annotated[str, Meta(pattern=r"^STRIPE_PRICE_[A-Z]+_(MONTHLY|YEARLY)$")]


class Plan(Struct, frozen=True, kw_only=True):
    """What a person may use. Credits are per calendar month (UTC).

    `daily_given_back` is how many runs a day (UTC) a person may cancel after the provider began, or have refused by its
    safety check, before submits pause until tomorrow.
    """

    id: Id
    name: Text
    monthly_credits: Count
    max_variants: Count
    daily_given_back: Annotated[int, Meta(ge=3)]
    prices: tuple[Price, ...]
    features: tuple[Text, ...]


class Limits(Struct, frozen=True, kw_only=True):
    """Every bound a person or a provider can meet. Sizes are in bytes, lengths in Unicode code points."""

    upload_bytes: Count
    upload_pixels: Count
    upload_formats: tuple[str, ...]
    input_longest_side: Count
    body_bytes: Count
    prompt_characters: Count
    built_prompt_characters: Count
    title_characters: Count
    idempotency_key_characters: Count
    max_variants: Count
    min_seed: Annotated[int, Meta(ge=0)]
    max_seed: Count
    deadline_seconds: Annotated[int, Meta(ge=5, le=1800)]
    stale_after_seconds: Count
    unattached_grace_seconds: Count
    output_bytes: Count
    output_pixels: Count
    output_seconds: Count
    thumbnail_longest_side: Count
    page_size: Count
    max_page_size: Count
    max_uploads: Count
    signed_url_seconds: Count
    trash_days: Count
    webhook_event_days: Count
    search_characters: Count
    max_bulk_ids: Count
    collection_name_characters: Count
    past_due_grace_days: Count
    renewal_hours: Count
    report_characters: Count
    daily_provider_dollars: Count
    given_back_warning: Count
    max_collections: Count
    max_collection_items: Count
    max_share_links: Count


class Runtime(Struct, frozen=True, kw_only=True):
    """The whole configuration, as it is validated."""

    limits: Limits
    families: tuple[Family, ...]
    models: tuple[Model, ...]
    presets: tuple[Preset, ...]
    plans: tuple[Plan, ...]
    sample_photos: tuple[SamplePhoto, ...]
