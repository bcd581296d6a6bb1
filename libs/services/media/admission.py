"""Which uploads are let in. Decided before a photo is read, so that one that is refused costs nothing."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from libs.errors import ErrorCode, MaquetteError

# Over all people, for one process. Two photos are prepared at once, most in a second and each in ten at most; the
# others arrive or wait. What arrives is on disk, so that all of them take up to 400 MB there.
UPLOADS_UNDER_WAY: Final = 16
# Seconds. A photo takes about one; a place becomes free when one is done.
OWN_RETRY: Final = 2
OTHERS_RETRY: Final = 5


class UploadAdmission:
    """The uploads under way in this process, one for a person."""

    def __init__(self) -> None:
        self._owners: set[UUID] = set()

    @contextmanager
    def place(self, owner: UUID) -> Generator[None]:
        """Hold a place for one upload of `owner`.

        Raises MaquetteError upload_under_way while the owner has one, uploads_busy while all are taken.
        """
        if owner in self._owners:
            raise MaquetteError(ErrorCode.UPLOAD_UNDER_WAY, retry_after=OWN_RETRY)
        if len(self._owners) >= UPLOADS_UNDER_WAY:
            raise MaquetteError(ErrorCode.UPLOADS_BUSY, retry_after=OTHERS_RETRY)
        self._owners.add(owner)
        try:
            yield
        finally:
            self._owners.remove(owner)
