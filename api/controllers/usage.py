"""/usage: the credits that the caller has used and has left."""

from litestar import Controller, get
from litestar.di import NamedDependency, Provide

from api.dependencies import provide_usage
from api.envelope import Envelope, ok, page
from api.errors import errors
from api.parameters import CursorParameter, LimitParameter, TimeZoneParameter
from libs.app_config.runtime import LIMITS
from libs.services.billing.usage import DayView, UsageService
from libs.services.billing.views import EntryView, UsageView


class UsageController(Controller):
    """The caller's credits."""

    path = "/usage"
    tags = ["Account"]
    dependencies = {"usage": Provide(provide_usage, sync_to_thread=False)}

    @get("/days", operation_id="getUsageByDay", responses=errors(400, 401, 422, 429, 503))
    async def days(
        self, usage: NamedDependency[UsageService], time_zone: TimeZoneParameter = "UTC"
    ) -> Envelope[list[DayView]]:
        """Credits of each day of this period."""
        return ok(await usage.by_day(time_zone))

    @get("/entries", operation_id="listUsageEntries", responses=errors(400, 401, 422, 429, 503))
    async def entries(
        self,
        usage: NamedDependency[UsageService],
        cursor: CursorParameter = None,
        limit: LimitParameter = LIMITS.page_size,
    ) -> Envelope[list[EntryView]]:
        """Every debit, refund and grant with its reason, latest first."""
        return page(await usage.entries(cursor, limit))

    @get("/", operation_id="getUsage", responses=errors(401, 429, 503))
    async def usage(self, usage: NamedDependency[UsageService]) -> Envelope[UsageView]:
        """Credits used, held and left in this period."""
        return ok(await usage.find())
