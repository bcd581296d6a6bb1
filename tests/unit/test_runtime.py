"""The runtime configuration: what it promises, and that a wrong value is refused by its path."""

from pathlib import Path
from typing import cast

import msgspec
import pytest

from libs.app_config.runtime import (
    FAMILIES,
    LIMITS,
    MODELS,
    PLANS,
    PRESETS,
    SAMPLE_PHOTOS,
    find_model,
    find_plan,
    find_preset,
)
from libs.app_config.schema import ChoiceSetting, Model, Plan, Preset, Runtime
from libs.app_config.validation import ConfigError, validate
from libs.errors import ErrorCode, FieldError

PUBLIC = Path(__file__).parents[2] / "web" / "public"
SOUND = Runtime(
    limits=LIMITS, families=FAMILIES, models=MODELS, presets=PRESETS, plans=PLANS, sample_photos=SAMPLE_PHOTOS
)
WARM_MINIMAL = PRESETS[0]
FOLLOW, LIGHT, SHAPE = WARM_MINIMAL.settings
assert isinstance(LIGHT, ChoiceSetting)
FLUX_DEV = MODELS[0]
PRO = PLANS[1]


def changed(struct: msgspec.Struct, **values: object) -> msgspec.Struct:
    return msgspec.structs.replace(struct, **values)


def with_preset(preset: msgspec.Struct) -> msgspec.Struct:
    return changed(SOUND, presets=(preset, *PRESETS[1:]))


def with_setting(setting: msgspec.Struct) -> msgspec.Struct:
    return with_preset(changed(WARM_MINIMAL, settings=(setting, LIGHT, SHAPE)))


def with_plan(plan: msgspec.Struct) -> msgspec.Struct:
    return changed(SOUND, plans=(PLANS[0], plan, PLANS[2]))


def test_the_shipped_configuration_is_sound() -> None:
    assert validate(SOUND) is SOUND


def test_every_family_has_presets_and_every_model_is_used() -> None:
    assert len(PRESETS) >= 10
    assert {preset.family for preset in PRESETS} == {family.id for family in FAMILIES}
    assert {preset.model for preset in PRESETS} == {model.id for model in MODELS}


def test_every_default_submit_fits_the_free_plan() -> None:
    free = PLANS[0]
    for preset in PRESETS:
        assert preset.default_variants <= free.max_variants
        assert preset.default_variants * preset.credits <= free.monthly_credits


def test_every_preset_and_sample_photo_has_its_picture() -> None:
    for address in [preset.picture for preset in PRESETS] + [photo.url for photo in SAMPLE_PHOTOS]:
        assert (PUBLIC / address.removeprefix("/")).read_bytes()[8:12] == b"WEBP", address


def test_every_family_that_takes_photos_has_a_sample() -> None:
    taking = {preset.family for preset in PRESETS if preset.photo != "none"}
    assert taking <= {family for photo in SAMPLE_PHOTOS for family in photo.families}


@pytest.mark.parametrize(
    ("runtime", "problem"),
    [
        (with_setting(changed(FOLLOW, max=60, default=70)), "presets[0].settings[0].default: 70 is above max 60"),
        (with_setting(changed(FOLLOW, default=1)), "presets[0].settings[0].default: 1 is below min 5"),
        (with_setting(changed(FOLLOW, min=95)), "presets[0].settings[0].min: 95 is not below max 95"),
        (with_setting(changed(FOLLOW, step=7)), "presets[0].settings[0].step: 7 does not lead from 5 to 95"),
        (
            with_setting(changed(FOLLOW, step=10, default=66)),
            "presets[0].settings[0].default: 66 is not on a step of 10 from 5",
        ),
        (with_setting(changed(FOLLOW, step=0)), "presets[0].settings[0].step: Expected `int` >= 1"),
        (
            with_setting(changed(FOLLOW, when="sometimes")),
            "presets[0].settings[0].when: Invalid enum value 'sometimes'",
        ),
        (
            with_setting(changed(FOLLOW, field="num_outputs")),
            "presets[0].settings[0].field: num_outputs is already set",
        ),
        (with_setting(changed(FOLLOW, field="prompt")), "presets[0].settings[0].field: prompt is already set"),
        (with_setting(changed(FOLLOW, id="light")), "presets[0].settings[1].id: light is used twice"),
        (
            with_setting(changed(LIGHT, id="other", default="noon")),
            "presets[0].settings[0].default: is not one of morning, afternoon, evening",
        ),
        (
            with_setting(changed(LIGHT, id="other", field="light")),
            "presets[0].settings[0].options[0].value: a value and a field belong together",
        ),
        (
            with_setting(changed(LIGHT, id="other", options=LIGHT.options[:1], default="morning")),
            "presets[0].settings[0].options: fewer than 2",
        ),
        (
            with_preset(changed(WARM_MINIMAL, photo="required")),
            "presets[0].settings[2].when: without_photo in a preset that needs a photo",
        ),
        (
            with_preset(changed(WARM_MINIMAL, photo="none")),
            "presets[0].settings[0].when: with_photo in a preset without photo",
        ),
        (with_preset(changed(WARM_MINIMAL, family="garden")), "presets[0].family: garden is not a family"),
        (with_preset(changed(WARM_MINIMAL, model="no/model")), "presets[0].model: no/model is not a model"),
        (with_preset(changed(WARM_MINIMAL, id="Warm Minimal")), "presets[0].id: Expected `str` matching regex"),
        (with_preset(changed(WARM_MINIMAL, id="room-makeover")), "presets[1].id: room-makeover is used twice"),
        (with_preset(changed(WARM_MINIMAL, credits=0)), "presets[0].credits: Expected `int` >= 1"),
        (
            with_preset(changed(WARM_MINIMAL, default_variants=5)),
            "presets[0].default_variants: 5 is above max_variants 4",
        ),
        (
            with_preset(changed(WARM_MINIMAL, max_variants=5)),
            "presets[0].max_variants: 5 is above limits.max_variants 4",
        ),
        (
            with_preset(changed(WARM_MINIMAL, model="black-forest-labs/flux-schnell")),
            "presets[0].photo: black-forest-labs/flux-schnell takes no photo",
        ),
        (
            with_preset(changed(WARM_MINIMAL, model="adirik/interior-design")),
            "presets[0].photo: adirik/interior-design needs a photo",
        ),
        (
            with_preset(changed(WARM_MINIMAL, model="adirik/interior-design")),
            "presets[0].max_variants: 4 is above max_outputs 1 of adirik/interior-design",
        ),
        (
            with_preset(changed(WARM_MINIMAL, template=changed(WARM_MINIMAL.template, negative="blur"))),
            "presets[0].template.negative: black-forest-labs/flux-dev takes no negative prompt",
        ),
        (
            with_preset(changed(WARM_MINIMAL, template=changed(WARM_MINIMAL.template, after="x" * 1000))),
            "presets[0].template: ",
        ),
        (changed(SOUND, limits=changed(LIMITS, min_seed=5, max_seed=4)), "limits.min_seed: 5 is above max_seed 4"),
        (changed(SOUND, limits=changed(LIMITS, page_size=200)), "limits.page_size: 200 is above max_page_size 100"),
        (
            changed(SOUND, limits=changed(LIMITS, signed_url_seconds=1000)),
            "limits.signed_url_seconds: 1000 is under twice deadline_seconds",
        ),
        (
            changed(SOUND, models=(changed(FLUX_DEV, version="latest"), *MODELS[1:])),
            "models[0].version: Expected `str`",
        ),
        (with_plan(changed(PRO, max_variants=9)), "plans[1].max_variants: 9 is above limits.max_variants 4"),
        (with_plan(changed(PRO, monthly_credits=30)), "plans[1].monthly_credits: 30 is not above the plan before"),
        (with_plan(changed(PRO, prices=())), "plans[1].prices: only the first plan is free"),
        (
            with_plan(changed(PRO, prices=(PRO.prices[0], PRO.prices[0]))),
            "plans[1].prices[1].price_id_setting: STRIPE_PRICE_PRO_MONTHLY is used twice",
        ),
        (changed(SOUND, plans=PLANS[1:]), "plans[0].prices: the first plan is the free one"),
        (
            changed(SOUND, sample_photos=(changed(SAMPLE_PHOTOS[0], families=("garden",)),)),
            "sample_photos[0].families[0]: garden is not a family",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_path_and_reason(runtime: Runtime, problem: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        validate(runtime)
    assert any(line.startswith(problem) for line in str(refusal.value).splitlines()), str(refusal.value)


def test_missing_settings_take_their_defaults() -> None:
    assert WARM_MINIMAL.checked_settings({}) == {"follow": 65, "light": "afternoon", "shape": "landscape"}
    assert WARM_MINIMAL.checked_settings({"light": "evening"})["light"] == "evening"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"follow": 96}, "settings.follow"),
        ({"follow": 4}, "settings.follow"),
        ({"follow": 65.0}, "settings.follow"),
        ({"follow": True}, "settings.follow"),
        ({"follow": "65"}, "settings.follow"),
        ({"follow": None}, "settings.follow"),
        ({"light": "noon"}, "settings.light"),
        ({"light": ["morning"]}, "settings.light"),
        ({"sharpness": 1}, "settings.sharpness"),
        ({"x" * 10_000: 1}, "settings." + "x" * 40),
    ],
)
def test_a_value_that_is_not_the_settings_is_refused_by_field(given: dict[str, object], field: str) -> None:
    with pytest.raises(FieldError) as refusal:
        WARM_MINIMAL.checked_settings(given)
    assert refusal.value.code is ErrorCode.VALIDATION_FAILED
    problems = cast("list[dict[str, str]]", refusal.value.details["fields"])
    assert [problem["field"] for problem in problems] == [field]


def test_a_toggle_is_true_or_false() -> None:
    plinth = find_preset("studio-plinth")
    assert plinth is not None
    assert plinth.checked_settings({"enrich": True})["enrich"] is True
    with pytest.raises(FieldError):
        plinth.checked_settings({"enrich": 1})


def test_settings_that_have_no_effect_are_left_out() -> None:
    assert [setting.id for setting in WARM_MINIMAL.active_settings(has_photo=True)] == ["follow", "light"]
    assert [setting.id for setting in WARM_MINIMAL.active_settings(has_photo=False)] == ["light", "shape"]


def test_what_is_there_is_found_and_what_is_not_is_none() -> None:
    assert isinstance(find_preset("warm-minimal"), Preset)
    assert isinstance(find_model("black-forest-labs/flux-dev"), Model)
    assert isinstance(find_plan("free"), Plan)
    assert [find(name) for find, name in ((find_preset, ""), (find_model, "flux"), (find_plan, "gold"))] == [None] * 3


def test_nothing_can_be_changed_at_run_time() -> None:
    with pytest.raises(AttributeError):
        WARM_MINIMAL.credits = 1  # pyright: ignore[reportAttributeAccessIssue], which says the same
