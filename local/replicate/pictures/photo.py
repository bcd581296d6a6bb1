"""A picture from a photo: the same place or thing in other colours and another light."""

import cv2
import numpy as np
from PIL import Image, ImageColor

from local.replicate.pictures.film import compress_highlights, finish
from local.replicate.pictures.filters import Array, Bytes, blur
from local.replicate.pictures.handmade import painted, sketched
from local.replicate.pictures.hours import SKIES
from local.replicate.pictures.order import Order
from local.replicate.pictures.outdoors import with_new_sky
from local.replicate.pictures.randomness import Random
from local.replicate.pictures.recolouring import recoloured, relit
from local.replicate.pictures.regions import farness, sky
from local.replicate.pictures.words import Theme

INDOORS = frozenset({"living", "bedroom", "kitchen"})
STUDIO = frozenset({"bottle", "ceramic", "lamp", "chair"})


def transform(order: Order, photo: Image.Image, theme: Theme, rng: Random) -> Image.Image:
    """Change the photo as the order's model would."""
    strength = float(np.clip(order.strength, 0.0, 1.0))
    picture = _fitted(photo, order, rng)
    if order.model.endswith("flux-canny-pro"):
        return _done(sketched(picture, _restyled(picture, theme, rng, 0.9), rng), rng)
    if order.model.endswith("flux-depth-pro"):
        return _done(_in_depth(_restyled(picture, theme, rng, 0.75), farness(picture), theme), rng)
    restyled = _restyled(picture, theme, rng, strength)
    if order.model.startswith("stability-ai"):
        restyled = painted(restyled, 0.35 + 0.5 * strength)
    original = picture.astype(np.float32) / 255
    # Below a strength of one, part of the photo is mixed in.
    return _done(original + (restyled - original) * np.float32(min(1.0, 0.15 + 1.05 * strength)), rng)


def _fitted(photo: Image.Image, order: Order, rng: Random) -> Bytes:
    """Crop the photo to the size of the order. An `image_prompt` is cropped and mirrored at random."""
    source = np.asarray(photo)
    height, width = source.shape[:2]
    scale = max(order.width / width, order.height / height)
    redux = order.model.endswith("flux-1.1-pro")
    if redux:
        scale *= rng.between(1.06, 1.22)
        if rng.chance(0.5):
            source = np.ascontiguousarray(source[:, ::-1])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(order.width, round(width * scale)), max(order.height, round(height * scale)))
    large = cv2.resize(source, size, interpolation=method)
    left = int((size[0] - order.width) * (rng.between(0, 1) if redux else 0.5))
    top = int((size[1] - order.height) * (rng.between(0, 1) if redux else 0.5))
    cut = large[top : top + order.height, left : left + order.width]
    if scale <= 1.15:
        return cut.astype(np.uint8)
    # Enlarged photos look soft: remove the noise, then sharpen.
    calm = np.asarray(cv2.bilateralFilter(cut, 5, 14, 3), np.float32)
    return np.clip(1.5 * calm - 0.5 * blur(calm, 2.0), 0, 255).astype(np.uint8)


def _restyled(picture: Bytes, theme: Theme, rng: Random, strength: float) -> Array:
    """In the colours and the light of the theme, as display values."""
    open_sky = sky(picture)
    if open_sky is not None and not (theme.named and theme.subject in INDOORS | STUDIO):
        return with_new_sky(picture, open_sky, theme, rng, strength)
    studio = theme.subject in STUDIO if theme.named else _even_border(picture)
    return relit(recoloured(picture, theme, rng, strength, studio=studio), theme, rng, studio=studio)


def _even_border(picture: Bytes) -> bool:
    """Whether the upper edge and the sides have hardly any detail, as in front of a plain backdrop."""
    height, width = picture.shape[:2]
    edge = max(4, min(height, width) // 30)
    strips = (
        picture[:edge],
        picture[: height // 2, :edge].transpose(1, 0, 2),
        picture[: height // 2, -edge:].transpose(1, 0, 2),
    )
    return max(float(strip.reshape(-1, 3).std(axis=0).mean()) for strip in strips) < 14


def _in_depth(picture: Array, far: Array, theme: Theme) -> Array:
    """What is near stays clear; what is far is blurred and takes on the colour of the horizon."""
    top, horizon = (np.array(ImageColor.getrgb(color)) for color in SKIES[theme.hour])
    color = ((horizon * 0.7 + top * 0.3) / 255).astype(np.float32)
    blurred = blur(picture, max(picture.shape[:2]) / 420)
    focus = picture + (blurred - picture) * np.clip(far * 1.4 - 0.5, 0, 1)[..., None]
    near = 1.06 - 0.12 * far[..., None]
    return compress_highlights((focus + (color - focus) * (far[..., None] ** 1.8 * 0.36)) * near)


def _done(picture: Array, rng: Random) -> Image.Image:
    return Image.fromarray(finish(picture.astype(np.float32), rng, grain=0.006))
