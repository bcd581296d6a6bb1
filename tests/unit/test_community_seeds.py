"""The sets a local stack begins with: complete, makeable, and really what the local Replicate draws."""

from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from libs.app_config.runtime import LIMITS
from libs.services.applicable import recipe_problem
from local.community.pictures import draw, read_picture
from local.community.sets import SeedSet, read_sets

SETS = read_sets()


def test_there_are_four_sets_of_six_with_names_of_their_own() -> None:
    assert len(SETS) >= 4
    assert all(len(one.items) >= 6 for one in SETS)
    assert len({one.slug for one in SETS}) == len(SETS)


@pytest.mark.parametrize("one", SETS, ids=lambda one: one.slug)
def test_every_item_can_be_made_without_a_photo(one: SeedSet) -> None:
    for item in one.items:
        assert recipe_problem(item.preset_id, item.settings) is None
        assert item.preset.photo != "required"
        assert LIMITS.min_seed <= item.seed <= LIMITS.max_seed


def test_a_retired_preset_and_an_option_of_the_past_cannot_be_made() -> None:
    assert recipe_problem("no-such-preset", {}) == "There is no preset no-such-preset."
    assert "is not one of" in str(recipe_problem("first-ideas", {"palette": "no-longer-offered"}))
    assert "no such setting" in str(recipe_problem("first-ideas", {"fog": True}))


def test_the_kept_picture_is_what_the_local_replicate_draws() -> None:
    """One of them: each takes seconds. Another processor's vector units may round differently, so pixels are near."""
    kept, drawn = read_picture(SETS[2], 3), draw(SETS[2].items[3])
    assert (kept.width, kept.height) == (drawn.width, drawn.height)
    assert np.abs(_pixels(kept.data) - _pixels(drawn.data)).mean() < 1
    # The control: another item of the same set is another picture.
    assert np.abs(_pixels(read_picture(SETS[0], 0).thumbnail) - _pixels(read_picture(SETS[0], 2).thumbnail)).mean() > 5


def _pixels(data: bytes) -> NDArray[np.int16]:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.int16)
