"""What the local Replicate draws."""

from io import BytesIO

import numpy as np
from PIL import Image

from local.replicate.catalogue import Catalogue
from local.replicate.pictures.order import order_for
from local.replicate.pictures.render import Picture, render

MODEL = "black-forest-labs/flux-schnell"
WANTED = {"prompt": "monolith in a desert, golden hour", "megapixels": "0.25", "output_format": "png"}


def test_less_detail_shows_the_same_picture_at_the_same_size() -> None:
    order = order_for(MODEL, Catalogue()[MODEL].with_defaults(WANTED), 7)
    full, draft, other = (render(order), render(order, detail=0.25), render(order, 1))
    assert draft.content != full.content
    assert _apart(draft, full) < 10 < _apart(other, full)


def _apart(one: Picture, another: Picture) -> float:
    first, second = (
        np.asarray(Image.open(BytesIO(picture.content)).convert("RGB"), np.int16) for picture in (one, another)
    )
    assert first.shape == second.shape
    return float(np.abs(first - second).mean())
