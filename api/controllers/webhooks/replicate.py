"""/webhooks/replicate: Replicate's word on a prediction, believed only with its signature over the raw body."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Router, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import MsgspecError, Struct
from prometheus_client import Counter
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from api.auth import PUBLIC
from api.controllers.webhooks.service_role import Lifespan, handed_to, webhook_ingest
from api.envelope import Envelope, ok
from api.errors import TransportCode, TransportError, errors
from libs.app_config.settings import ServiceRole, Settings
from libs.errors import ErrorCode, MaquetteError
from libs.services.external.output_fetcher import OutputUnavailable
from libs.services.generation.ingest import WebhookIngest, decode_prediction

# The body repeats input and logs; Replicate's own bound on a prediction's data is far below this.
MAX_BODY_BYTES: Final = 4 * 1024 * 1024

DELIVERIES = Counter("maquette_replicate_deliveries_total", "Verified deliveries by outcome", ["outcome"])


class DeliveryView(Struct, frozen=True):
    """What came of a delivery."""

    outcome: str


@post(
    "/webhooks/replicate",
    operation_id="receiveReplicateWebhook",
    tags=["Webhooks"],
    status_code=200,
    request_max_body_size=MAX_BODY_BYTES,
    opt={"exclude_from_auth": True, "unlimited": True},
    security=PUBLIC,
    responses=errors(400, 401, 408, 413, 415, 422, 503),
)
async def receive_replicate_webhook(
    request: Request[None, None, State],
    ingest: NamedDependency[WebhookIngest],
    job: Annotated[UUID | None, QueryParameter(name="job")] = None,
) -> Envelope[DeliveryView]:
    """A prediction moved. Anything but 2xx makes Replicate deliver the final event again.

    Without a job it is our own process asking for the removal of files whose rows were deleted.
    """
    body = await request.body()
    event_id = _verified(request, body)
    if job is None:
        await ingest.remove_files()
        return ok(DeliveryView("files_removed"))
    try:
        prediction = decode_prediction(body)
    except MsgspecError as error:
        raise TransportError(TransportCode.MALFORMED_REQUEST) from error
    try:
        outcome = await ingest.apply(event_id, job, prediction)
    except OutputUnavailable as error:
        raise MaquetteError(ErrorCode.DATABASE_UNAVAILABLE, retry_after=5) from error
    DELIVERIES.labels(outcome).inc()
    return ok(DeliveryView(outcome))


def replicate_webhook(settings: Settings, service_role: ServiceRole) -> tuple[Router, Lifespan]:
    """The route, and what it needs while the process serves."""
    return handed_to(receive_replicate_webhook, "ingest", lambda: webhook_ingest(settings, service_role))


def _verified(request: Request[Any, Any, State], body: bytes) -> str:
    """The event's id. Raises not_authenticated unless one signature is good and the stamp is within five minutes."""
    settings: Settings = request.app.state.settings
    try:
        Webhook(settings.replicate_webhook_secret).verify(body, dict(request.headers), json_parse=False)
    # The library lets ValueError out for signatures of the wrong form and bodies that are no UTF-8.
    except (WebhookVerificationError, ValueError) as error:
        DELIVERIES.labels("unsigned").inc()
        raise TransportError(TransportCode.NOT_AUTHENTICATED) from error
    return request.headers["webhook-id"]
