"""What goes into the image worker and what comes back."""

from typing import Annotated

from msgspec import Meta, Struct

from libs.errors import ErrorCode

Side = Annotated[int, Meta(ge=1)]
"""Pixels."""


class PhotoTask(Struct, frozen=True, kw_only=True, tag="photo"):
    """Check an uploaded photo and encode it for a model."""

    max_bytes: int
    max_pixels: int
    longest_side: Side
    """Of what is kept; a smaller photo is not enlarged."""


class OutputTask(Struct, frozen=True, kw_only=True, tag="output"):
    """Check an output, encode it anew and make its thumbnail."""

    max_bytes: int
    max_pixels: int
    thumbnail_longest_side: Side


class Conversion(Struct, frozen=True, kw_only=True, tag="conversion"):
    """Encode a stored picture in another format."""

    mime: str
    """Of what is wanted: image/png, image/jpeg or image/webp."""
    max_pixels: int


Task = PhotoTask | OutputTask | Conversion


class PreparedPhoto(Struct, frozen=True, kw_only=True, tag="prepared_photo"):
    """A photo as it is stored: upright, sRGB, without metadata. The original's sizes are those a person sees."""

    data: bytes
    mime: str
    extension: str
    width: Side
    height: Side
    original_width: Side
    original_height: Side
    sha256: str
    """Hex, of `data`."""
    placeholder: str
    """ThumbHash in base64."""


class PreparedOutput(Struct, frozen=True, kw_only=True, tag="prepared_output"):
    """An output as it is stored, with its WebP thumbnail."""

    data: bytes
    mime: str
    extension: str
    width: Side
    height: Side
    thumbnail: bytes
    placeholder: str
    """ThumbHash in base64."""


class ConvertedPicture(Struct, frozen=True, tag="converted_picture"):
    """A stored picture in the wanted format."""

    data: bytes


class Refusal(Struct, frozen=True, tag="refusal"):
    """An ImageError on its way out of the worker."""

    code: ErrorCode
    details: dict[str, int]
    reason: str


Answer = PreparedPhoto | PreparedOutput | ConvertedPicture | Refusal


class ImageError(Exception):
    """A file that is refused. `code` and `details` are for people, the text (a reason) is for logs.

    Codes: upload_too_large, too_many_pixels, unsupported_image, unreadable_image, animated_image,
    image_too_slow.
    """

    def __init__(self, code: ErrorCode, reason: str, details: dict[str, int] | None = None) -> None:
        super().__init__(f"{code.value}: {reason}")
        self.code = code
        self.reason = reason
        self.details = details or {}
