"""What made a picture, as somebody else may apply it to a run of their own."""

from typing import Any

import msgspec

from libs.app_config.runtime import find_preset
from libs.errors import FieldError


class RecipeView(msgspec.Struct, frozen=True, kw_only=True):
    """Settings to start from. `preset_name` is null and `can_apply` false when the preset is no longer offered so."""

    preset_id: str
    preset_name: str | None
    prompt: str
    settings: dict[str, Any]
    seed: int
    can_apply: bool


def recipe_view(preset_id: str, prompt: str, settings: dict[str, Any], seed: int) -> RecipeView:
    """A recipe, held against the presets of now."""
    preset = find_preset(preset_id)
    return RecipeView(
        preset_id=preset_id,
        preset_name=preset.name if preset else None,
        prompt=prompt,
        settings=settings,
        seed=seed,
        can_apply=recipe_problem(preset_id, settings) is None,
    )


def recipe_problem(preset_id: str, settings: dict[str, Any]) -> str | None:
    """Why nobody can make this now; None when it can be made."""
    preset = find_preset(preset_id)
    if preset is None:
        return f"There is no preset {preset_id}."
    try:
        preset.checked_settings(settings)
    except FieldError as error:
        return error.details["fields"][0]["message"]  # pyright: ignore[reportIndexIssue, reportUnknownVariableType]
    return None
