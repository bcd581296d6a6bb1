"""/me: who is signed in, their export and the end of their account."""

from uuid import UUID

from litestar import Controller, Request, delete, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.response import Stream
from msgspec import Struct

from api.auth import Caller
from api.dependencies import provide_account, provide_exports, provide_usage
from api.envelope import Envelope, ok
from api.errors import errors
from api.limits import EXPORTS_PER_HOUR
from libs.errors import ErrorCode
from libs.services.account.account import AccountService, ClosedAccountView
from libs.services.account.export import ExportService
from libs.services.billing.usage import UsageService
from libs.services.billing.views import UsageView


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

    @delete("/me", operation_id="deleteAccount", status_code=202, responses=errors(401, 429, 503))
    async def close(self, account: NamedDependency[AccountService]) -> Envelope[ClosedAccountView]:
        """Close the account, for ever. It is refused everywhere from now on.

        Its subscription ends and everything in it is deleted soon; then the e-mail address is free again.
        """
        return ok(await account.close())

    @get(
        "/me/export",
        operation_id="exportAccount",
        media_type="application/zip",
        opt={"compressed": True, "rate": EXPORTS_PER_HOUR, "rate_code": ErrorCode.TOO_MANY_EXPORTS},
        responses=errors(401, 429, 503),
    )
    async def export(self, exports: NamedDependency[ExportService]) -> Stream:
        """Everything the caller has, as a ZIP that is made while it is sent."""
        headers = {"Content-Disposition": 'attachment; filename="maquette-export.zip"'}
        return Stream(await exports.archive(), media_type="application/zip", headers=headers)
