"""The `input` of a prediction: a preset and its settings in the terms of the preset's model."""

from collections.abc import Mapping
from typing import Any

from libs.app_config.runtime import (
    ChoiceSetting,
    Model,
    Preset,
    RangeSetting,
    SettingValues,
    ToggleSetting,
    find_model,
)
from libs.services.external.replicate_client import Prediction
from libs.services.generation.prompt import build_prompt


def model_of(preset: Preset) -> Model:
    """The model that a preset uses."""
    model = find_model(preset.model)
    assert model is not None, "presets name models that exist: runtime.py is validated when imported"
    return model


def model_input(
    preset: Preset, settings: SettingValues, prompt: str, variants: int, seed: int, image_url: str | None
) -> dict[str, Any]:
    """The `input` by field name of the model. Raises FieldError when a setting is not one of the preset's."""
    model = model_of(preset)
    has_photo = image_url is not None
    checked = preset.checked_settings(settings)
    values: dict[str, Any] = {"prompt": build_prompt(preset, checked, prompt, has_photo=has_photo)}
    values |= dict(model.constants)
    if model.negative_prompt_field and preset.template.negative:
        values[model.negative_prompt_field] = preset.template.negative
    if model.image_field and has_photo:
        values[model.image_field] = image_url
    if model.outputs_field:
        values[model.outputs_field] = variants
    if model.supports_seed:
        values["seed"] = seed
    for setting in preset.active_settings(has_photo=has_photo):
        value = checked[setting.id]
        match setting:
            case RangeSetting():
                # Rounded, because 1 - 0.01 * 65 is not exactly 0.35.
                values[setting.field] = round(setting.offset + setting.factor * value, 4)
            case ChoiceSetting() if setting.field:
                values[setting.field] = setting.option(value).value
            case ToggleSetting() if setting.field:
                values[setting.field] = value
            case _:
                pass
    return values


def matches_job(prediction: Prediction, preset: Preset, values: Mapping[str, Any], webhook_url: str) -> bool:
    """Whether a listed prediction can be that of a job with this `input` and webhook address.

    The webhook decides; where the list does not give it, the `input` does. The address of the photo is signed anew each
    time, so only its path is compared, and `values` may hold just the end of it. Two jobs with equal requests match the
    same predictions: the database lets each prediction belong to one job.
    """
    if prediction.webhook is not None:
        return prediction.webhook == webhook_url
    image_field = model_of(preset).image_field
    sent = prediction.input or {}
    return all(
        _path(sent.get(name)).endswith(_path(value)) if name == image_field else sent.get(name) == value
        for name, value in values.items()
    )


def _path(address: object) -> str:
    return address.partition("?")[0] if isinstance(address, str) else ""
