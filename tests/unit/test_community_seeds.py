"""The sets a local stack begins with: complete, makeable, and really what the local Replicate draws."""

from io import BytesIO
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from libs.app_config.runtime import LIMITS
from libs.services.publishing.recipe import recipe_problem, recipe_view
from local.community.pictures import draw, order_of, read_picture
from local.community.sets import SeedSet, read_sets
from local.replicate.pictures.paint import paint

SETS = read_sets()
# Of 255: what an eighth of the size does to the mean colour of a field. Two items of a set differ by 7.7 at least.
NEAR = 3.5


def test_there_are_four_sets_of_six_with_names_of_their_own() -> None:
    assert len(SETS) >= 4
    assert all(len(one.items) >= 6 for one in SETS)
    assert len({one.slug for one in SETS}) == len(SETS)


@pytest.mark.parametrize("one", SETS, ids=lambda one: one.slug)
def test_every_item_can_be_made_without_a_photo(one: SeedSet) -> None:
    for item in one.items:
        assert recipe_problem(item.preset_id, item.prompt, item.settings, item.seed) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"preset_id": "no-such-preset"}, "Its preset is no longer offered."),
        ({"settings": {"palette": "no-longer-offered"}}, "is not one of"),
        ({"settings": {"fog": True}}, "no such setting"),
        ({"prompt": ""}, "It has neither a prompt nor a photo."),
        ({"prompt": "A  harbour "}, "Its prompt has spaces or characters that a run leaves out."),
        ({"prompt": "x" * (LIMITS.prompt_characters + 1)}, str(LIMITS.prompt_characters)),
        ({"seed": LIMITS.max_seed + 1}, "is not between"),
        ({"preset_id": "room-makeover", "settings": {}}, "starts from a photo"),
        ({"from_photo": True, "preset_id": "graphic-poster", "settings": {}}, "does not use a photo any more"),
    ],
)
def test_what_nobody_can_make_now_says_why(changes: dict[str, Any], reason: str) -> None:
    recipe: dict[str, Any] = {"preset_id": "first-ideas", "prompt": "A harbour", "settings": {}, "seed": 7}
    assert recipe_problem(**recipe) is None
    assert reason in str(recipe_problem(**(recipe | changes)))


def test_a_recipe_names_its_model_while_the_preset_is_offered() -> None:
    offered, retired = (recipe_view(preset_id, "A harbour", {}, 7) for preset_id in ("first-ideas", "no-such-preset"))
    assert (offered.preset_name, offered.model) == ("First ideas", "black-forest-labs/flux-schnell")
    assert (retired.preset_name, retired.model) == (None, None)


@pytest.mark.parametrize("one", SETS, ids=lambda one: one.slug)
def test_what_the_settings_of_an_item_draw_is_its_picture(one: SeedSet) -> None:
    """Drawn at an eighth of its size, which takes half a second: of all kept pictures its own is the nearest by far."""
    kept = [_grid(read_picture(each, index).thumbnail) for each in SETS for index in range(len(each.items))]
    before = sum(len(each.items) for each in SETS[: SETS.index(one)])
    for index, item in enumerate(one.items, before):
        order = order_of(item)
        small = msgspec.structs.replace(order, width=order.width // 8, height=order.height // 8)
        drawn = _grid(paint(small, 0))
        distances = [np.abs(drawn - picture).mean() for picture in kept]
        assert distances[index] < NEAR, item.title
        assert min(distances[:index] + distances[index + 1 :]) > 2 * NEAR, item.title


def test_the_kept_picture_is_what_the_local_replicate_draws() -> None:
    """One of them, whole. Another processor's vector units may round differently, so pixels are near."""
    kept, drawn = read_picture(SETS[2], 3), draw(SETS[2].items[3])
    assert (kept.width, kept.height) == (drawn.width, drawn.height)
    assert np.abs(_pixels(kept.data) - _pixels(drawn.data)).mean() < 1
    # The control: another item of the same set is another picture.
    assert np.abs(_pixels(read_picture(SETS[0], 0).thumbnail) - _pixels(read_picture(SETS[0], 2).thumbnail)).mean() > 5


def _grid(picture: bytes | Image.Image) -> NDArray[np.float64]:
    """The mean colours of 24 × 24 fields, which say what is where and not how sharp it is."""
    if isinstance(picture, bytes):
        picture = Image.open(BytesIO(picture))
    return np.asarray(picture.convert("RGB").resize((24, 24), Image.Resampling.BOX), dtype=np.float64)


def _pixels(data: bytes) -> NDArray[np.int16]:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.int16)
