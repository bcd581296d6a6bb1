"""The recipe of a picture: what made it, for somebody else to start a generation from."""

from typing import Any

from libs.app_config.runtime import LIMITS, Preset, find_model, find_preset
from libs.errors import FieldError
from libs.services.publishing.views import RecipeView
from libs.text import clean_text


def recipe_view(
    preset_id: str, prompt: str, settings: dict[str, Any], seed: int, *, from_photo: bool = False
) -> RecipeView:
    """A recipe, checked against the presets of today."""
    preset = find_preset(preset_id)
    return RecipeView(
        preset_id=preset_id,
        preset_name=preset.name if preset else None,
        model=preset.model if preset else None,
        prompt=prompt,
        settings=settings,
        seed=seed,
        from_photo=from_photo,
        problem=recipe_problem(preset_id, prompt, settings, seed, from_photo=from_photo),
    )


def recipe_problem(
    preset_id: str, prompt: str, settings: dict[str, Any], seed: int, *, from_photo: bool = False
) -> str | None:
    """Why this cannot be made now, with a photo when it was made from one; None when it can."""
    preset = find_preset(preset_id)
    if preset is None:
        return "Its preset is no longer offered."
    try:
        preset.checked_settings(settings)
        cleaned = clean_text("prompt", prompt, LIMITS.prompt_characters)
    except FieldError as error:
        return error.details["fields"][0]["message"]  # pyright: ignore[reportIndexIssue, reportUnknownVariableType]
    if cleaned != prompt:
        return "Its prompt has spaces or characters that a run leaves out."
    return _input_problem(preset, prompt, from_photo=from_photo) or _seed_problem(preset, seed)


def _input_problem(preset: Preset, prompt: str, *, from_photo: bool) -> str | None:
    if from_photo:
        return f"{preset.name} does not use a photo any more." if preset.photo == "none" else None
    if preset.photo == "required":
        return f"{preset.name} starts from a photo, and none is part of this."
    return None if prompt else "It has neither a prompt nor a photo."


def _seed_problem(preset: Preset, seed: int) -> str | None:
    model = find_model(preset.model)
    if model is None or not model.supports_seed:
        return f"The model of {preset.name} takes no seed."
    if not LIMITS.min_seed <= seed <= LIMITS.max_seed:
        return f"The seed {seed} is not between {LIMITS.min_seed} and {LIMITS.max_seed}."
    return None
