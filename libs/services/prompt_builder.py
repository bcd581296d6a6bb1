"""From a person's words to the prompt a model gets. Pure: the same preset, settings and words give the same prompt."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from libs.app_config.runtime import ChoiceSetting, Preset, RangeSetting, ToggleSetting
from libs.errors import FieldError

# Control (Cc), format (Cf: zero-width, bidi, tags, soft hyphen) and private-use (Co) characters draw nothing. They hide
# or reorder text, and models tokenise them as noise. A joined emoji falls apart into its parts.
INVISIBLE: Final = frozenset({"Cc", "Cf", "Co"})
WHITESPACE: Final = re.compile(r"\s+")
# U+0000 cannot be stored by Postgres; half a surrogate pair cannot be written as UTF-8.
NOT_TEXT: Final = re.compile("[\x00\ud800-\udfff]")
END_MARKS: Final = " .,;:"


def clean_text(field: str, text: str, most: int) -> str:
    """A person's words as one line of visible text in NFC; may be empty.

    Raises FieldError for that field when they are longer than `most` characters or are not text.
    """
    if NOT_TEXT.search(text):
        raise FieldError(field, f"The {field} contains characters that are not text.")
    # Whitespace first: line breaks and tabs are control characters too, and they separate words.
    spaced = WHITESPACE.sub(" ", text)
    visible = "".join(char for char in spaced if unicodedata.category(char) not in INVISIBLE)
    # Then again: what stood between two spaces may be gone.
    cleaned = WHITESPACE.sub(" ", unicodedata.normalize("NFC", visible)).strip()
    if len(cleaned) > most:
        raise FieldError(field, f"The {field} has {len(cleaned)} characters. The limit is {most}.")
    return cleaned


def build_prompt(preset: Preset, settings: Mapping[str, object], prompt: str, *, has_photo: bool) -> str:
    """The preset's template around cleaned words, with the words of the settings that apply.

    At most `LIMITS.built_prompt_characters` long: runtime.py is refused when a preset leaves too little room.
    """
    template = preset.template
    subject = prompt.rstrip(END_MARKS) or template.subject
    words = ", ".join(_setting_words(preset, settings, has_photo=has_photo))
    return ". ".join(part for part in (f"{template.before} {subject}", words, template.after) if part)


def _setting_words(preset: Preset, settings: Mapping[str, object], *, has_photo: bool) -> list[str]:
    """Words in the order in which the preset lists its settings; a missing setting speaks by its default."""
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
