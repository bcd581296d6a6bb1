"""The prompt that a model gets. The same preset, settings and words always give the same prompt."""

from collections.abc import Mapping
from typing import Final

from libs.app_config.runtime import ChoiceSetting, Preset, RangeSetting, ToggleSetting

END_MARKS: Final = " .,;:"


def build_prompt(preset: Preset, settings: Mapping[str, object], prompt: str, *, has_photo: bool) -> str:
    """The preset's template around cleaned words, with the words of the settings that apply.

    At most `LIMITS.built_prompt_characters` long: runtime.py is refused when a preset leaves too little room.
    """
    template = preset.template
    subject = prompt.rstrip(END_MARKS) or template.subject
    words = ", ".join(_setting_words(preset, settings, has_photo=has_photo))
    return ". ".join(part for part in (f"{template.before} {subject}", words, template.after) if part)


def _setting_words(preset: Preset, settings: Mapping[str, object], *, has_photo: bool) -> list[str]:
    """Words in the order in which the preset lists its settings; for a missing setting those of its default."""
    words: list[str] = []
    for setting in preset.active_settings(has_photo=has_photo):
        value = settings.get(setting.id, setting.default)
        match setting:
            case ChoiceSetting():
                words.append(setting.option(str(value)).words)
            case ToggleSetting():
                words.append(setting.words if value else "")
            case RangeSetting():
                pass
    return [word for word in words if word]
