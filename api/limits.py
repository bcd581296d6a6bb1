"""Who may ask how often: by person once the token is verified, else by address. Redis counts for replicas."""

import time
from ipaddress import ip_address
from typing import Any, Final, cast

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from api.auth import Caller
from libs.app_config.settings import Settings
from libs.errors import ErrorCode, MaquetteError

# A person watching a run asks once a second; a gallery scrolls a page every few seconds.
READS_PER_MINUTE: Final = RateLimitItemPerMinute(600)
# Hearts and drags come one a second at the most; more writes than this are a script.
WRITES_PER_MINUTE: Final = RateLimitItemPerMinute(120)
# A visitor who looks through a set reports what they see in it; more an hour from one address would bury the others'.
REPORTS_PER_HOUR: Final = RateLimitItemPerHour(60)
REDIS_SECONDS: Final = 2


class RateLimiter:
    """Counts requests. Fails closed with the store: a limit that passes when its store is down is none."""

    def __init__(self, settings: Settings) -> None:
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
        self._trusted_proxies = settings.trusted_proxies

    async def check(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """Count one request.

        Raises MaquetteError rate_limited with the seconds to wait, database_unavailable when Redis does not answer.
        """
        reads = cast("dict[str, object]", connection.scope)["method"] in {"GET", "HEAD"}
        # A route may have a bound of its own.
        item: RateLimitItem = connection.route_handler.opt.get("rate") or (
            READS_PER_MINUTE if reads else WRITES_PER_MINUTE
        )
        caller = self._caller(connection)
        try:
            if await self._window.hit(item, caller):
                return
            resets_at = (await self._window.get_window_stats(item, caller)).reset_time
        except StorageError as error:
            raise MaquetteError(ErrorCode.DATABASE_UNAVAILABLE, retry_after=5) from error
        raise MaquetteError(ErrorCode.RATE_LIMITED, retry_after=max(1, round(resets_at - time.time())))

    def _caller(self, connection: ASGIConnection[Any, Any, Any, Any]) -> str:
        user = cast("dict[str, object]", connection.scope).get("user")
        return f"sub:{user.subject}" if isinstance(user, Caller) else f"address:{self._address(connection)}"

    def _address(self, connection: ASGIConnection[Any, Any, Any, Any]) -> str:
        peer = connection.client.host if connection.client else ""
        if peer not in self._trusted_proxies:
            return peer
        # The last hop that a trusted proxy itself saw; everything left of it is the client's own claim.
        hops = [hop.strip() for hop in connection.headers.get("x-forwarded-for", "").split(",")]
        for hop in reversed(hops):
            if hop not in self._trusted_proxies:
                try:
                    return str(ip_address(hop))
                except ValueError:
                    break
        return peer


async def limit_rate(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard of every route but health and webhooks."""
    if not connection.route_handler.opt.get("unlimited"):
        await connection.app.state.rate_limiter.check(connection)
