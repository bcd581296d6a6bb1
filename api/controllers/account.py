"""/me and /usage: who is signed in and what they have left."""

from uuid import UUID

from litestar import Controller, Request, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from msgspec import Struct

from api.auth import Caller
from api.envelope import Envelope, ok
from api.errors import errors
from api.services import provide_usage
from libs.services.usage import UsageService, UsageView


class MeView(Struct, frozen=True):
    """The signed-in person."""

    id: UUID
    usage: UsageView


class AccountController(Controller):
    """The caller's own account."""

    tags = ["Account"]
    dependencies = {"usage": Provide(provide_usage, sync_to_thread=False)}

    @get("/me", operation_id="getMe", responses=errors(401, 429, 503))
    async def me(self, request: Request[Caller, None, State], usage: NamedDependency[UsageService]) -> Envelope[MeView]:
        """Who is signed in, on which plan."""
        return ok(MeView(request.user.subject, await usage.find()))

    @get("/usage", operation_id="getUsage", responses=errors(401, 429, 503))
    async def usage(self, usage: NamedDependency[UsageService]) -> Envelope[UsageView]:
        """Credits used, held and left in this period."""
        return ok(await usage.find())
