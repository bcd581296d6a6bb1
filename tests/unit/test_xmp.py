"""A recipe in every kind of file we store: readable, and the picture unchanged."""

import io
import re
from html import unescape
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from libs.services.gallery.xmp import Recipe, with_recipe

RECIPE = Recipe(
    render_id=UUID(int=7),
    variant=1,
    preset_id="warm-minimal",
    prompt="Oak & \"linen\" '石' <br>]]> ?>",
    settings={"light": "evening", "amount": 0.5, "on": True},
    seed=42,
)
PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "jpeg": ("image/jpeg", {"quality": 80}),
    "png": ("image/png", {}),
    "webp": ("image/webp", {"quality": 80}),
    "webp lossless": ("image/webp", {"lossless": True}),
    "webp with a profile": ("image/webp", {"icc_profile": b"not really a profile"}),
}


def picture(mime: str, options: dict[str, Any], size: tuple[int, int] = (37, 23), mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    noise = Image.effect_noise(size, 60).convert(mode)
    if mode == "RGBA":
        noise.putalpha(100)
    noise.save(file, mime.partition("/")[2], **options)
    return file.getvalue()


def recipe_in(data: bytes) -> Recipe:
    found = re.search(rb"maquette:recipe=([\"'])(.*?)\1", data, re.DOTALL)
    assert found
    return msgspec.json.decode(unescape(found[2].decode()), type=Recipe)


@pytest.mark.parametrize("kind", PICTURES)
def test_the_recipe_is_there_and_the_picture_the_same(kind: str) -> None:
    mime, options = PICTURES[kind]
    data = picture(mime, options)
    carried = with_recipe(data, mime, RECIPE)
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(carried))
    assert recipe_in(after.info.get("xmp", carried)) == RECIPE
    assert (after.format, after.size, after.tobytes()) == (before.format, before.size, before.tobytes())


def test_transparency_survives() -> None:
    data = picture("image/webp", {"lossless": True}, mode="RGBA")
    after = Image.open(io.BytesIO(with_recipe(data, "image/webp", RECIPE)))
    assert (after.mode, after.tobytes()) == ("RGBA", Image.open(io.BytesIO(data)).tobytes())


def test_a_recipe_too_long_for_a_jpeg_is_left_out() -> None:
    data = picture("image/jpeg", {})
    assert with_recipe(data, "image/jpeg", msgspec.structs.replace(RECIPE, prompt="x" * 70_000)) == data


@settings(max_examples=60)
@given(st.text(max_size=300), st.sampled_from(sorted(PICTURES)), st.integers(1, 90), st.integers(1, 90))
def test_any_words_in_any_size(prompt: str, kind: str, width: int, height: int) -> None:
    mime, options = PICTURES[kind]
    data = picture(mime, options, (width, height))
    recipe = msgspec.structs.replace(RECIPE, prompt=prompt)
    carried = with_recipe(data, mime, recipe)
    assert recipe_in(carried) == recipe
    assert Image.open(io.BytesIO(carried)).tobytes() == Image.open(io.BytesIO(data)).tobytes()
