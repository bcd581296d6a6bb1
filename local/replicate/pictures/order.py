"""What a picture is made from."""

import hashlib

from msgspec import Struct
from PIL import Image


class Order(Struct, frozen=True):
    """Everything that decides a picture: the same order and index give the same bytes."""

    model: str
    prompt: str
    seed: int
    width: int
    height: int
    pictures: int
    steps: int
    strength: float
    """0 keeps the photo, 1 forgets it (`prompt_strength`)."""
    style: str
    """Recraft's `style`, otherwise empty."""
    extension: str
    quality: int
    photo: Image.Image | None = None

    def facts(self) -> tuple[object, ...]:
        """All of it as values that can be compared: two orders with equal facts are met by the same pictures."""
        pixels = None if self.photo is None else hashlib.sha256(self.photo.tobytes()).digest()
        return (*(getattr(self, name) for name in self.__struct_fields__ if name != "photo"), pixels)
