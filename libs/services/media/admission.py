"""Which uploads are let in. Decided before a photo is read, so that one that is refused costs nothing."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Final
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from libs.errors import ErrorCode, MaquetteError

# Over all people, for one process. Two photos are prepared at once, most in a second and each in ten at most; the
# others arrive or wait. What arrives is on disk, so that all of them take up to 400 MB there.
UPLOADS_UNDER_WAY: Final = 16
# Seconds. A photo takes about one; a place becomes free when one is done.
OWN_RETRY: Final = 2
OTHERS_RETRY: Final = 5
# Seconds that an upload may take: its body (BODY_SECONDS), its turn and its own work. Redis forgets the place of one
# whose process died after this time.
LONGEST_UPLOAD: Final = 300
REDIS_SECONDS: Final = 2


def _connect(redis_url: str) -> Redis:
    return Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - its options have no types
        redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
    )


class UploadAdmission:
    """The uploads under way in this process, and one for a person: in this process, with Redis in all of them."""

    def __init__(self, redis_url: str | None) -> None:
        self._owners: set[UUID] = set()
        self._redis = None if redis_url is None else _connect(redis_url)

    @asynccontextmanager
    async def place(self, owner: UUID) -> AsyncGenerator[None]:
        """Hold a place for one upload of `owner`.

        Raises MaquetteError upload_under_way while the owner has one, uploads_busy while all are taken,
        limits_unavailable when Redis does not answer.
        """
        if owner in self._owners:
            raise MaquetteError(ErrorCode.UPLOAD_UNDER_WAY, retry_after=OWN_RETRY)
        if len(self._owners) >= UPLOADS_UNDER_WAY:
            raise MaquetteError(ErrorCode.UPLOADS_BUSY, retry_after=OTHERS_RETRY)
        self._owners.add(owner)
        try:
            async with self._alone(owner):
                yield
        finally:
            self._owners.remove(owner)

    @asynccontextmanager
    async def _alone(self, owner: UUID) -> AsyncGenerator[None]:
        """Be the only process that reads an upload of `owner`."""
        if self._redis is None:
            yield
            return
        lock = self._redis.lock(f"upload:{owner}", timeout=LONGEST_UPLOAD, blocking=False)
        try:
            is_first = await lock.acquire()
        except RedisError as error:
            raise MaquetteError(ErrorCode.LIMITS_UNAVAILABLE, retry_after=OTHERS_RETRY) from error
        if not is_first:
            raise MaquetteError(ErrorCode.UPLOAD_UNDER_WAY, retry_after=OWN_RETRY)
        try:
            yield
        finally:
            # One that Redis has forgotten, or cannot be told about, ends there by itself.
            with suppress(RedisError):
                await lock.release()

    async def aclose(self) -> None:
        """Close the connections to Redis."""
        if self._redis is not None:
            await self._redis.aclose()
