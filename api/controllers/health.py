"""/healthz and /readyz: is the process up, and can it do its work."""

from litestar import Request, get
from litestar.datastructures import State
from msgspec import Struct

from api.auth import PUBLIC
from api.envelope import Envelope, ok
from api.errors import errors
from api.services import Services


class HealthView(Struct, frozen=True):
    """`ok`; anything else is an error answer."""

    status: str


@get(
    "/healthz",
    operation_id="getHealth",
    tags=["Health"],
    opt={"exclude_from_auth": True, "unlimited": True},
    security=PUBLIC,
    responses=errors(),
    sync_to_thread=False,
)
def health() -> Envelope[HealthView]:
    """The process answers."""
    return ok(HealthView("ok"))


@get(
    "/readyz",
    operation_id="getReadiness",
    tags=["Health"],
    opt={"exclude_from_auth": True, "unlimited": True},
    security=PUBLIC,
    responses=errors(503),
)
async def ready(request: Request[None, None, State]) -> Envelope[HealthView]:
    """The database answers too, as of a second ago."""
    services: Services = request.app.state.services
    await services.readiness.check()
    return ok(HealthView("ok"))
