"""What this feature answers: photos, just uploaded and earlier ones."""

from datetime import datetime

import msgspec


class UploadView(msgspec.Struct, frozen=True):
    """A stored photo: sizes in pixels and bytes of what is kept, and of what was sent."""

    id: str
    url: str
    width: int
    height: int
    bytes: int
    original_width: int
    original_height: int
    placeholder: str


class EarlierUploadView(msgspec.Struct, frozen=True):
    """A photo uploaded before."""

    id: str
    url: str | None
    created_at: datetime
    bytes: int
