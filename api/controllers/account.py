"""/me and /usage: who is signed in and what they have left."""

from uuid import UUID

from litestar import Controller, Request, delete, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.response import Stream
from msgspec import Struct

from api.auth import Caller
from api.dependencies import provide_account, provide_exports, provide_usage
from api.envelope import Envelope, ok, page
from api.errors import errors
from api.parameters import CursorParameter, LimitParameter
from libs.app_config.runtime import LIMITS
from libs.services.account.account import AccountService
from libs.services.account.export import ExportService
from libs.services.billing.usage import DayView, UsageService
from libs.services.billing.views import EntryView, UsageView


class MeView(Struct, frozen=True):
    """The signed-in person."""

    id: UUID
    usage: UsageView


class AccountController(Controller):
    """The caller's own account."""

    tags = ["Account"]
    dependencies = {
        "usage": Provide(provide_usage, sync_to_thread=False),
        "account": Provide(provide_account, sync_to_thread=False),
        "exports": Provide(provide_exports, sync_to_thread=False),
    }

    @get("/me", operation_id="getMe", responses=errors(401, 429, 503))
    async def me(self, request: Request[Caller, None, State], usage: NamedDependency[UsageService]) -> Envelope[MeView]:
        """Who is signed in, on which plan."""
        return ok(MeView(request.user.subject, await usage.find()))

    @delete("/me", operation_id="deleteAccount", responses=errors(401, 429, 502, 503))
    async def close(self, account: NamedDependency[AccountService]) -> None:
        """End the subscription and delete the account with everything in it, for ever."""
        await account.close()

    @get(
        "/me/export",
        operation_id="exportAccount",
        media_type="application/zip",
        opt={"compressed": True},
        responses=errors(401, 429, 503),
    )
    async def export(self, exports: NamedDependency[ExportService]) -> Stream:
        """Everything the caller has, as a ZIP that is made while it is sent."""
        headers = {"Content-Disposition": 'attachment; filename="maquette-export.zip"'}
        return Stream(await exports.archive(), media_type="application/zip", headers=headers)

    @get("/usage/days", operation_id="getUsageByDay", responses=errors(401, 429, 503))
    async def days(self, usage: NamedDependency[UsageService]) -> Envelope[list[DayView]]:
        """Credits of each day of this period."""
        return ok(await usage.by_day())

    @get("/usage/entries", operation_id="listUsageEntries", responses=errors(400, 401, 422, 429, 503))
    async def entries(
        self,
        usage: NamedDependency[UsageService],
        cursor: CursorParameter = None,
        limit: LimitParameter = LIMITS.page_size,
    ) -> Envelope[list[EntryView]]:
        """Every debit, refund and grant with its reason, latest first."""
        return page(await usage.entries(cursor, limit))

    @get("/usage", operation_id="getUsage", responses=errors(401, 429, 503))
    async def usage(self, usage: NamedDependency[UsageService]) -> Envelope[UsageView]:
        """Credits used, held and left in this period."""
        return ok(await usage.find())
