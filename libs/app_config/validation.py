"""Checks of a runtime configuration. Each problem names the path of the wrong literal."""

from collections.abc import Iterator

import msgspec

from libs.app_config.schema import ChoiceSetting, Model, Plan, Preset, RangeSetting, Runtime, Setting, ToggleSetting

# The model input sets these itself, so no setting may.
RESERVED_FIELDS = frozenset({"prompt", "seed"})


class ConfigError(Exception):
    """The runtime configuration is wrong. The message lists every problem as `path: reason`, one a line."""


def validate(runtime: Runtime) -> Runtime:
    """The same configuration. Raises ConfigError when something is wrong with it."""
    try:
        # msgspec checks types and bounds when it decodes, not when a struct is made: hence the round trip.
        msgspec.convert(msgspec.to_builtins(runtime), Runtime)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        raise ConfigError(f"{path.rstrip('`')}: {reason}") from error
    problems = [
        *_duplicates(runtime),
        *_limits(runtime),
        *_models(runtime.models),
        *(problem for index, preset in enumerate(runtime.presets) for problem in _preset(runtime, index, preset)),
        *_plans(runtime.plans, runtime.limits.max_variants),
        *_sample_photos(runtime),
    ]
    if problems:
        raise ConfigError("\n".join(problems))
    return runtime


def _repeated(path: str, ids: list[str]) -> Iterator[str]:
    for index, name in enumerate(ids):
        if name in ids[:index]:
            yield f"{path}[{index}].id: {name} is used twice"


def _duplicates(runtime: Runtime) -> Iterator[str]:
    yield from _repeated("families", [family.id for family in runtime.families])
    yield from _repeated("models", [model.id for model in runtime.models])
    yield from _repeated("presets", [preset.id for preset in runtime.presets])
    yield from _repeated("plans", [plan.id for plan in runtime.plans])
    yield from _repeated("sample_photos", [photo.id for photo in runtime.sample_photos])


def _limits(runtime: Runtime) -> Iterator[str]:
    limits = runtime.limits
    if limits.min_seed > limits.max_seed:
        yield f"limits.min_seed: {limits.min_seed} is above max_seed {limits.max_seed}"
    if limits.page_size > limits.max_page_size:
        yield f"limits.page_size: {limits.page_size} is above max_page_size {limits.max_page_size}"
    # A signed URL is reused for half its life, and the model may fetch the photo as late as the deadline.
    if limits.signed_url_seconds < 2 * limits.deadline_seconds:
        yield f"limits.signed_url_seconds: {limits.signed_url_seconds} is under twice deadline_seconds"


def _models(models: tuple[Model, ...]) -> Iterator[str]:
    for index, model in enumerate(models):
        if model.picture_dollars <= 0:
            yield f"models[{index}].picture_dollars: {model.picture_dollars} is not above 0"


def _preset(runtime: Runtime, index: int, preset: Preset) -> Iterator[str]:
    path = f"presets[{index}]"
    if preset.family not in {family.id for family in runtime.families}:
        yield f"{path}.family: {preset.family} is not a family"
    if preset.default_variants > preset.max_variants:
        yield f"{path}.default_variants: {preset.default_variants} is above max_variants {preset.max_variants}"
    if preset.max_variants > runtime.limits.max_variants:
        yield f"{path}.max_variants: {preset.max_variants} is above limits.max_variants {runtime.limits.max_variants}"
    model = next((model for model in runtime.models if model.id == preset.model), None)
    if model is None:
        yield f"{path}.model: {preset.model} is not a model"
    else:
        yield from _model_use(path, preset, model)
    yield from _repeated(f"{path}.settings", [setting.id for setting in preset.settings])
    for number, setting in enumerate(preset.settings):
        yield from _setting(f"{path}.settings[{number}]", preset, setting)
    room = runtime.limits.built_prompt_characters - runtime.limits.prompt_characters
    if (longest := _longest_frame(preset)) > room:
        yield f"{path}.template: {longest} characters around the person's words are above {room}"


def _model_use(path: str, preset: Preset, model: Model) -> Iterator[str]:
    if preset.max_variants > model.max_outputs:
        yield f"{path}.max_variants: {preset.max_variants} is above max_outputs {model.max_outputs} of {model.id}"
    if preset.photo != "none" and model.image_field is None:
        yield f"{path}.photo: {model.id} takes no photo"
    if preset.photo != "required" and model.image_required:
        yield f"{path}.photo: {model.id} needs a photo"
    if preset.template.negative and model.negative_prompt_field is None:
        yield f"{path}.template.negative: {model.id} takes no negative prompt"
    taken = {*RESERVED_FIELDS, *(name for name, _ in model.constants)}
    taken |= {name for name in (model.image_field, model.outputs_field, model.negative_prompt_field) if name}
    for number, setting in enumerate(preset.settings):
        if setting.field in taken:
            yield f"{path}.settings[{number}].field: {setting.field} is already set"
        elif setting.field:
            taken.add(setting.field)


def _setting(path: str, preset: Preset, setting: Setting) -> Iterator[str]:
    if setting.when == "with_photo" and preset.photo == "none":
        yield f"{path}.when: with_photo in a preset without photo"
    if setting.when == "without_photo" and preset.photo == "required":
        yield f"{path}.when: without_photo in a preset that needs a photo"
    match setting:
        case RangeSetting():
            if setting.min >= setting.max:
                yield f"{path}.min: {setting.min} is not below max {setting.max}"
            elif (setting.max - setting.min) % setting.step:
                yield f"{path}.step: {setting.step} does not lead from {setting.min} to {setting.max}"
        case ChoiceSetting():
            yield from _choice(path, setting)
        case ToggleSetting():
            if not setting.words and setting.field is None:
                yield f"{path}: changes neither the prompt nor a field"
    if problem := setting.problem(setting.default):
        yield f"{path}.default: {problem}"


def _choice(path: str, setting: ChoiceSetting) -> Iterator[str]:
    if len(setting.options) < 2:
        yield f"{path}.options: fewer than 2"
    yield from _repeated(f"{path}.options", [option.id for option in setting.options])
    for number, option in enumerate(setting.options):
        if (option.value is None) != (setting.field is None):
            yield f"{path}.options[{number}].value: a value and a field belong together"


def _longest_frame(preset: Preset) -> int:
    """The largest number of characters that the template and the settings' words add, separators included."""
    words = 0
    for setting in preset.settings:
        match setting:
            case ChoiceSetting():
                words += max(len(option.words) for option in setting.options) + len(", ")
            case ToggleSetting():
                words += len(setting.words) + len(", ")
            case RangeSetting():
                pass
    return len(preset.template.before) + words + len(preset.template.after) + len(" . . ")


def _plans(plans: tuple[Plan, ...], limit: int) -> Iterator[str]:
    if not plans or plans[0].prices:
        yield "plans[0].prices: the first plan is the free one"
    settings: list[str] = []
    for index, plan in enumerate(plans):
        if plan.max_variants > limit:
            yield f"plans[{index}].max_variants: {plan.max_variants} is above limits.max_variants {limit}"
        if index and plan.monthly_credits <= plans[index - 1].monthly_credits:
            yield f"plans[{index}].monthly_credits: {plan.monthly_credits} is not above the plan before"
        if index and not plan.prices:
            yield f"plans[{index}].prices: only the first plan is free"
        for number, price in enumerate(plan.prices):
            if price.price_id_setting in settings:
                yield f"plans[{index}].prices[{number}].price_id_setting: {price.price_id_setting} is used twice"
            settings.append(price.price_id_setting)


def _sample_photos(runtime: Runtime) -> Iterator[str]:
    families = {family.id for family in runtime.families}
    for index, photo in enumerate(runtime.sample_photos):
        for number, family in enumerate(photo.families):
            if family not in families:
                yield f"sample_photos[{index}].families[{number}]: {family} is not a family"
