"""From a person's words to the prompt: cleaned, framed and bounded."""

import itertools
import unicodedata
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.app_config.runtime import LIMITS, PRESETS, ChoiceSetting, Preset, ToggleSetting, find_preset
from libs.errors import FieldError
from libs.services.generation.prompt import build_prompt
from libs.text import clean_text

# hypothesis leaves surrogates out of text(); they are tried by hand below.
ANY_TEXT = st.text(max_size=1200)


def cleaned_prompt(text: str) -> str:
    return clean_text("prompt", text, LIMITS.prompt_characters)


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("A calm room", "A calm room"),
        ("", ""),
        ("  \t\n ", ""),
        ("two\nlines\r\nand\ttabs", "two lines and tabs"),
        ("many    spaces\u00a0\u2003here", "many spaces here"),
        ("line\u2028and paragraph\u2029separators", "line and paragraph separators"),
        ("zero\u200bwidth\ufeff and soft\u00adhyphen", "zerowidth and softhyphen"),
        ("bidi \u202eoverride\u202c and \u2066isolate\u2069", "bidi override and isolate"),
        ("a \u200b b", "a b"),
        ("bell\x07 and escape\x1b[31m", "bell and escape[31m"),
        ("private \ue000use", "private use"),
        ("tag\U000e0041\U000e0042s", "tags"),
        ("cafe\u0301", "café"),
        ("e\u200b\u0301", "é"),
        ("石の家, дом, بيت, 🏡", "石の家, дом, بيت, 🏡"),
        ("<script>alert(1)</script> {prompt} %s ${x}", "<script>alert(1)</script> {prompt} %s ${x}"),
    ],
)
def test_words_become_one_line_of_visible_text(given: str, cleaned: str) -> None:
    assert cleaned_prompt(given) == cleaned


@pytest.mark.parametrize("text", ["nul \x00 byte", "half \ud83d pair", "\udc00"])
def test_what_is_not_text_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match="validation_failed"):
        cleaned_prompt(text)


def test_the_limit_counts_what_is_left_after_cleaning() -> None:
    longest = "x" * LIMITS.prompt_characters
    assert cleaned_prompt(f"  {longest}\u200b ") == longest
    with pytest.raises(FieldError) as refusal:
        cleaned_prompt(longest + "x")
    (problem,) = cast("list[dict[str, str]]", refusal.value.details["fields"])
    assert problem["message"] == "The prompt has 1001 characters. The limit is 1000."


@given(ANY_TEXT)
def test_cleaned_text_is_clean_for_ever(text: str) -> None:
    try:
        cleaned = cleaned_prompt(text)
    except FieldError:
        return
    assert cleaned_prompt(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert len(cleaned) <= LIMITS.prompt_characters
    assert not {unicodedata.category(char) for char in cleaned} & {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
    assert "  " not in cleaned
    cleaned.encode()


@given(st.sampled_from(PRESETS), ANY_TEXT, st.booleans())
def test_a_built_prompt_is_bounded_and_holds_the_persons_words(preset: Preset, text: str, has_photo: bool) -> None:
    try:
        words = cleaned_prompt(text)
    except FieldError:
        return
    built = build_prompt(preset, {}, words, has_photo=has_photo)
    assert len(built) <= LIMITS.built_prompt_characters
    assert words.rstrip(" .,;:") in built


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_the_longest_prompt_fits_with_every_combination_of_setting_words(preset: Preset) -> None:
    words = "x" * LIMITS.prompt_characters
    answers = [
        [option.id for option in setting.options] if isinstance(setting, ChoiceSetting) else [False, True]
        for setting in preset.settings
        if isinstance(setting, ChoiceSetting | ToggleSetting)
    ]
    names = [setting.id for setting in preset.settings if isinstance(setting, ChoiceSetting | ToggleSetting)]
    for combination in itertools.product(*answers):
        for has_photo in (True, False):
            built = build_prompt(preset, dict(zip(names, combination, strict=True)), words, has_photo=has_photo)
            assert len(built) <= LIMITS.built_prompt_characters


@pytest.mark.parametrize(
    ("preset_id", "settings", "prompt", "expected"),
    [
        (
            "warm-minimal",
            {"light": "evening"},
            "Reading corner.",
            (
                "Interior photograph: Reading corner. evening, lamps lit, dark outside. Warm minimal interior design, "
                "natural oak and linen, clay accents, uncluttered, architectural photography, 35 mm lens"
            ),
        ),
        (
            "golden-dusk",
            {"sky": "storm", "wet-ground": True},
            "",
            (
                "Exterior architecture photograph of a house at dusk: the same building, every window lit from inside. "
                "dramatic clearing storm clouds, wet paving that mirrors the light after rain. "
                "Blue hour, warm interior glow, real estate photography, long exposure, high detail"
            ),
        ),
        (
            "graphic-poster",
            {"style": "grain"},
            "Two moons",
            "Poster illustration of a landscape: Two moons. Strong shapes, generous empty space, limited palette",
        ),
    ],
)
def test_the_template_frames_the_words(preset_id: str, settings: dict[str, object], prompt: str, expected: str) -> None:
    preset = find_preset(preset_id)
    assert preset is not None
    assert build_prompt(preset, settings, prompt, has_photo=preset.photo != "none") == expected


def test_the_persons_words_are_never_a_template() -> None:
    preset = find_preset("warm-minimal")
    assert preset is not None
    assert "{before} {0} %s \\1" in build_prompt(preset, {}, "{before} {0} %s \\1", has_photo=False)
