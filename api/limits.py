"""Rate limits: per person once the token is verified, else per address. With Redis, replicas count together."""

import time
from typing import Any, Final, cast

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from api.callers import Callers
from libs.app_config.settings import Settings
from libs.errors import ErrorCode, MaquetteError

# The app polls a running generation once a second; a person scrolls to a next page every few seconds.
READS_PER_MINUTE: Final = RateLimitItemPerMinute(600)
# A person makes about one change a second; more writes than this come from a script.
WRITES_PER_MINUTE: Final = RateLimitItemPerMinute(120)
# A person chooses photos one by one, and each costs a second of processor time and more.
UPLOADS_PER_MINUTE: Final = RateLimitItemPerMinute(30)
# More than one visitor finds to report in an hour; without a limit, one address could hide the reports of others.
REPORTS_PER_HOUR: Final = RateLimitItemPerHour(60)
# An export reads everything that a person has. Once is enough; a connection that breaks is tried again.
EXPORTS_PER_HOUR: Final = RateLimitItemPerHour(6)
# A person whose session has ended sends one refused token and renews. A whole office may share one address.
REFUSED_TOKENS_PER_MINUTE: Final = RateLimitItemPerMinute(300)
REDIS_SECONDS: Final = 2


class RateLimiter:
    """Counts requests. While the store is down, requests are refused."""

    def __init__(self, settings: Settings, callers: Callers) -> None:
        storage: Storage = MemoryStorage()
        if settings.redis_url:
            storage = RedisStorage(
                f"async+{settings.redis_url}",
                wrap_exceptions=True,
                implementation="redispy",
                socket_timeout=REDIS_SECONDS,
                socket_connect_timeout=REDIS_SECONDS,
            )
        self._window = FixedWindowRateLimiter(storage)
        self._callers = callers

    async def check(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """Count one request.

        Raises MaquetteError rate_limited, or the code of the route's own bound, with the seconds to wait;
        limits_unavailable when Redis does not answer.
        """
        reads = cast("dict[str, object]", connection.scope)["method"] in {"GET", "HEAD"}
        # A route may have a bound of its own, and a code that says so.
        item: RateLimitItem = connection.route_handler.opt.get("rate") or (
            READS_PER_MINUTE if reads else WRITES_PER_MINUTE
        )
        code = connection.route_handler.opt.get("rate_code", ErrorCode.RATE_LIMITED)
        await self._count(item, self._callers.name_of(connection.scope), code)

    async def check_refused_token(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """Count a request whose token was refused, by address. Raises as `check`."""
        await self._count(REFUSED_TOKENS_PER_MINUTE, f"refused:{self._callers.address_of(connection.scope)}")

    async def _count(self, item: RateLimitItem, caller: str, code: ErrorCode = ErrorCode.RATE_LIMITED) -> None:
        try:
            if await self._window.hit(item, caller):
                return
            resets_at = (await self._window.get_window_stats(item, caller)).reset_time
        except StorageError as error:
            raise MaquetteError(ErrorCode.LIMITS_UNAVAILABLE, retry_after=5) from error
        raise MaquetteError(code, retry_after=max(1, round(resets_at - time.time())))


async def limit_rate(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard of every route but health and webhooks."""
    if not connection.route_handler.opt.get("unlimited"):
        await connection.app.state.rate_limiter.check(connection)
