"""Text that people write, made safe to store, to show and to send to a model."""

import re
import unicodedata
from typing import Final

from libs.errors import FieldError

LOGGED_CHARACTERS: Final = 300
# A refusal may quote the input: signed URLs in it open somebody's photo.
ADDRESS: Final = re.compile(r"(?:https?:|data:)\S+", re.IGNORECASE)
UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e\xa1-\U0010ffff]+")

# Control (Cc), format (Cf: zero-width, bidi, tags, soft hyphen) and private-use (Co) characters draw nothing. They hide
# or reorder text, and models tokenise them as noise. A joined emoji falls apart into its parts. In the database, the
# constraints `…_visible_title` and `…_visible_name` refuse what people write past the API.
INVISIBLE: Final = frozenset({"Cc", "Cf", "Co"})
# ZWNJ and ZWJ are part of the spelling beside a virama (Hindi, Sinhala, Malayalam …) and after an Arabic letter
# (Persian, Urdu …), as RFC 5892, appendix A.1 and A.2, has them in names. Bengali has one before the virama too.
JOINERS: Final = frozenset("\u200c\u200d")
VIRAMA: Final = 9  # canonical combining class
WHITESPACE: Final = re.compile(r"\s+")
# U+0000 cannot be stored by Postgres; half a surrogate pair cannot be written as UTF-8.
NOT_TEXT: Final = re.compile("[\x00\ud800-\udfff]")


def clean_text(field: str, text: str, limit: int) -> str:
    """A person's words as one line of visible text in NFC; may be empty.

    Raises FieldError for that field when they are longer than `limit` characters or are not text.
    """
    if NOT_TEXT.search(text):
        raise FieldError(field, f"The {field} contains characters that are not text.")
    # Whitespace first: line breaks and tabs are control characters too, and they separate words.
    spaced = WHITESPACE.sub(" ", text)
    visible = "".join(
        char
        for place, char in enumerate(spaced)
        if unicodedata.category(char) not in INVISIBLE or _is_spelling(spaced, place)
    )
    # Again: the character between two spaces may be gone.
    cleaned = WHITESPACE.sub(" ", unicodedata.normalize("NFC", visible)).strip()
    if len(cleaned) > limit:
        raise FieldError(field, f"The {field} has {len(cleaned)} characters. The limit is {limit}.")
    return cleaned


def _is_spelling(text: str, place: int) -> bool:
    """Whether the character there is a joiner that its neighbours need."""
    if text[place] not in JOINERS or place == 0:
        return False
    if VIRAMA in {unicodedata.combining(text[place - 1]), unicodedata.combining(text[place + 1 : place + 2] or " ")}:
        return True
    # Vowel signs stand between an Arabic letter and the joiner.
    before = next((char for char in reversed(text[:place]) if unicodedata.category(char) != "Mn"), " ")
    return unicodedata.bidirectional(before) == "AL"


def loggable(text: str) -> str:
    """Text of a service that we call, made safe for a log line: one line, bounded, without addresses."""
    return UNPRINTABLE.sub(" ", ADDRESS.sub("<address>", text[: 10 * LOGGED_CHARACTERS]))[:LOGGED_CHARACTERS]
