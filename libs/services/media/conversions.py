"""Pictures in another format, for downloads: one at a time for a person, and few at once over all."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from libs.errors import ErrorCode, MaquetteError
from libs.services.media.image_workers import ImageError, conversion_worker, convert_picture

# Single pictures of one person that wait. A person presses Download as often in the seconds that one takes; archives
# wait beside them, each with one picture at a time.
MOST_WAITING: Final = 6
# Seconds. A picture takes about one.
RETRY: Final = 3


class _Line:
    """Where the conversions of one person wait for each other."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.waiting = 0


class Conversions:
    """Converts in turns, so that a large archive of one person leaves room for everybody else. One per process."""

    def __init__(self) -> None:
        # A line is there while somebody stands in it.
        self._lines: WeakValueDictionary[UUID, _Line] = WeakValueDictionary()

    async def convert(self, owner: UUID, mime: str, read: Callable[[], Awaitable[bytes | None]]) -> bytes | None:
        """The picture that `read` gives as image/png, image/jpeg or image/webp; None when it is gone.

        `read` is called when it is the picture's turn: those that wait hold no memory. Raises ImageError.
        """
        line = self._lines.setdefault(owner, _Line())
        async with line.turn, conversion_worker():
            data = await read()
            return None if data is None else await convert_picture(data, mime)

    async def convert_one(self, owner: UUID, mime: str, read: Callable[[], Awaitable[bytes | None]]) -> bytes | None:
        """As `convert`, for one download. The server does not end a request whose client has left, so few may wait.

        Raises MaquetteError downloads_under_way when more wait already, not_convertible.
        """
        line = self._lines.setdefault(owner, _Line())
        if line.waiting >= MOST_WAITING:
            raise MaquetteError(ErrorCode.DOWNLOADS_UNDER_WAY, retry_after=RETRY)
        line.waiting += 1
        try:
            return await self.convert(owner, mime, read)
        except ImageError as error:
            raise MaquetteError(ErrorCode.NOT_CONVERTIBLE) from error
        finally:
            line.waiting -= 1
