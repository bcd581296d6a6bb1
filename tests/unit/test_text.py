"""Joiners stay where letters need them, and nowhere else."""

import pytest

from libs.text import clean_text

ZWNJ, ZWJ = "\u200c", "\u200d"


@pytest.mark.parametrize(
    "name",
    [
        f"\u0645\u06cc{ZWNJ}\u062e\u0648\u0627\u0647\u0645",  # Persian: I want
        f"\u0628\u064e{ZWNJ}\u062e",  # a vowel sign between letter and joiner
        f"\u0915\u094d{ZWJ}\u0937",  # Hindi: the half form of ka
        f"\u0915\u094d{ZWNJ}\u0937",  # Hindi: with a visible virama
        f"\u0dc1\u0dca{ZWJ}\u0dbb\u0dd3",  # Sinhala: Sri
        f"\u09b0{ZWJ}\u09cd\u09af",  # Bengali: before the virama
        f"\u0d05\u0d35\u0d28\u0d4d{ZWJ}",  # Malayalam: at the end of the word
    ],
    ids=ascii,
)
def test_a_joiner_that_letters_need_is_part_of_the_name(name: str) -> None:
    assert clean_text("name", f" {name}\u202e ", 80) == name


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"pay{ZWJ}pal", "paypal"),
        (f"{ZWNJ}name{ZWNJ}", "name"),
        (ZWNJ, ""),
        (f"\u06cc{ZWNJ}{ZWNJ}\u062e", f"\u06cc{ZWNJ}\u062e"),
        (f"\U0001f469{ZWJ}\U0001f4bb", "\U0001f469\U0001f4bb"),
        (f"\u05d0{ZWJ}\u05d1", "\u05d0\u05d1"),
    ],
    ids=ascii,
)
def test_a_joiner_between_other_characters_hides_nothing(text: str, cleaned: str) -> None:
    assert clean_text("name", text, 80) == cleaned
