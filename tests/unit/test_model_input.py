"""Every preset with every combination of its options is an input that the real model's published schema accepts."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from libs.app_config.runtime import (
    LIMITS,
    MODELS,
    PRESETS,
    ChoiceSetting,
    Model,
    Preset,
    RangeSetting,
    Setting,
    ToggleSetting,
    find_preset,
)
from libs.errors import FieldError
from libs.services.external.replicate_client import Prediction
from libs.services.generation.model_input import matches_job, model_input

SCHEMAS = Path(__file__).parents[2] / "local" / "replicate" / "models"
WEBHOOK = "https://maquette.example/api/v1/webhooks/replicate?job=1"
PHOTO = "https://project.supabase.co/storage/v1/object/sign/inputs/owner/photo.jpg?token=abc"


def published(model_id: str) -> dict[str, Any]:
    return json.loads((SCHEMAS / f"{model_id.replace('/', '__')}.json").read_text())


def validator(model_id: str) -> Draft202012Validator:
    """The model's input schema, with unknown fields refused: Replicate ignores them, and so would drop a setting."""
    schemas = published(model_id)["schemas"]
    return Draft202012Validator(
        {**schemas["Input"], "additionalProperties": False, "components": {"schemas": schemas}},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


VALIDATORS = {model.id: validator(model.id) for model in MODELS}


def photos(preset: Preset) -> list[str | None]:
    choices: dict[str, list[str | None]] = {"none": [None], "optional": [None, PHOTO], "required": [PHOTO]}
    return choices[preset.photo]


def answers(setting: Setting) -> list[Any]:
    match setting:
        case RangeSetting():
            return [setting.min, setting.default, setting.max]
        case ChoiceSetting():
            return [option.id for option in setting.options]
        case ToggleSetting():
            return [False, True]


def any_answer(setting: Setting) -> st.SearchStrategy[Any]:
    match setting:
        case RangeSetting():
            return st.integers(0, (setting.max - setting.min) // setting.step).map(
                lambda step: setting.min + step * setting.step
            )
        case _:
            return st.sampled_from(answers(setting))


@st.composite
def submits(draw: st.DrawFn) -> tuple[Preset, dict[str, Any], str, int, int, str | None]:
    preset = draw(st.sampled_from(PRESETS))
    settings = {setting.id: draw(any_answer(setting)) for setting in preset.settings}
    return (
        preset,
        settings,
        draw(st.text(max_size=LIMITS.prompt_characters)),
        draw(st.integers(1, preset.max_variants)),
        draw(st.integers(LIMITS.min_seed, LIMITS.max_seed)),
        draw(st.sampled_from(photos(preset))),
    )


@given(submits())
def test_any_submit_is_a_valid_input(submit: tuple[Preset, dict[str, Any], str, int, int, str | None]) -> None:
    values = model_input(*submit)
    VALIDATORS[submit[0].model].validate(values)
    assert json.loads(json.dumps(values)) == values


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_every_combination_of_options_is_a_valid_input(preset: Preset) -> None:
    names = [setting.id for setting in preset.settings]
    for combination in itertools.product(*(answers(setting) for setting in preset.settings)):
        settings = dict(zip(names, combination, strict=True))
        for photo in photos(preset):
            for variants in (1, preset.max_variants):
                values = model_input(preset, settings, "A room", variants, 7, photo)
                VALIDATORS[preset.model].validate(values)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_the_validator_really_refuses(model: Model) -> None:
    for wrong in ({"prompt": 5}, {"prompt": "x", "no_such_field": 1}):
        with pytest.raises(ValidationError):
            VALIDATORS[model.id].validate(wrong)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_what_is_said_of_a_model_is_what_it_publishes(model: Model) -> None:
    fields = published(model.id)["schemas"]["Input"]
    assert model.supports_seed == ("seed" in fields["properties"])
    assert model.image_required == (model.image_field in fields.get("required", []))
    if model.outputs_field:
        assert fields["properties"][model.outputs_field]["maximum"] == model.max_outputs
    if model.version:
        assert model.version == published(model.id)["version"]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_every_answer_of_every_setting_makes_a_difference(preset: Preset) -> None:
    """A control that changes nothing lies to the person who moves it."""
    for setting in preset.settings:
        photo = PHOTO if setting.when == "with_photo" or preset.photo == "required" else None
        made = [
            json.dumps(model_input(preset, {setting.id: answer}, "A room", 1, 7, photo))
            for answer in dict.fromkeys(answers(setting))
        ]
        assert len(set(made)) == len(made), setting.id


@pytest.mark.parametrize(
    ("preset_id", "photo", "expected"),
    [
        (
            "warm-minimal",
            PHOTO,
            {
                "image": PHOTO,
                "prompt_strength": 0.35,
                "num_outputs": 1,
                "seed": 482913,
                "output_format": "webp",
                "output_quality": 90,
            },
        ),
        (
            "warm-minimal",
            None,
            {
                "aspect_ratio": "3:2",
                "num_outputs": 1,
                "seed": 482913,
                "output_format": "webp",
                "output_quality": 90,
            },
        ),
        (
            "kitchen-refresh",
            PHOTO,
            {"control_image": PHOTO, "steps": 40, "seed": 482913, "output_format": "jpg", "safety_tolerance": 2},
        ),
        ("graphic-poster", None, {"style": "digital_illustration/2d_art_poster", "size": "1024x1536"}),
    ],
)
def test_the_input_is_in_the_models_own_terms(preset_id: str, photo: str | None, expected: dict[str, Any]) -> None:
    preset = find_preset(preset_id)
    assert preset is not None
    values = model_input(preset, {}, "A room", 1, 482913, photo)
    assert values.pop("prompt").find("A room") > 0
    assert values == expected


def test_the_community_model_gets_a_negative_prompt() -> None:
    preset = find_preset("room-makeover")
    assert preset is not None
    values = model_input(preset, {}, "A room", 1, 7, PHOTO)
    assert values["negative_prompt"] == preset.template.negative


def test_settings_of_another_time_are_refused_and_not_guessed() -> None:
    with pytest.raises(FieldError):
        model_input(PRESETS[0], {"retired": 1}, "A room", 1, 7, None)


def test_steps_stay_whole_numbers() -> None:
    preset = find_preset("room-makeover")
    assert preset is not None
    steps = model_input(preset, {"detail": 55}, "A room", 1, 7, PHOTO)["num_inference_steps"]
    assert (steps, type(steps)) == (55, int)


def listed(**values: Any) -> Prediction:
    usual: dict[str, Any] = {"id": "p1", "status": "processing"}
    return Prediction(**{**usual, **values})


class TestMatchesJob:
    values = model_input(PRESETS[0], {}, "A room", 2, 7, "https://x/inputs/alice/signed?token=1")

    def test_the_webhook_decides_where_the_provider_tells_it(self) -> None:
        own = listed(webhook=WEBHOOK, input={})
        foreign = listed(webhook=WEBHOOK + "2", input=self.values)
        assert matches_job(own, PRESETS[0], self.values, WEBHOOK)
        assert not matches_job(foreign, PRESETS[0], self.values, WEBHOOK)

    def test_else_the_input_does_but_for_the_signature_of_the_photo(self) -> None:
        sent = {**self.values, "image": "https://x/inputs/alice/signed?token=2"}
        assert matches_job(listed(input=sent), PRESETS[0], self.values, WEBHOOK)
        assert matches_job(listed(input=sent), PRESETS[0], {**self.values, "image": "inputs/alice/signed"}, WEBHOOK)

    @pytest.mark.parametrize(
        "change",
        [
            {"seed": 8},
            {"prompt": "B"},
            {"num_outputs": 1},
            {"prompt_strength": 0.5},
            {"image": "https://x/inputs/bob/signed?token=1"},
            {"image": None},
        ],
    )
    def test_another_input_is_another_run(self, change: dict[str, object]) -> None:
        sent = {**self.values, **change}
        assert not matches_job(listed(input=sent), PRESETS[0], self.values, WEBHOOK)

    def test_removed_input_matches_nothing(self) -> None:
        assert not matches_job(listed(input=None), PRESETS[0], self.values, WEBHOOK)
