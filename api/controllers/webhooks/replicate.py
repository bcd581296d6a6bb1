"""/webhooks/replicate: what Replicate delivers about predictions; and below it what our own processes ask for.

A request is authenticated by its signature over the raw body (Standard Webhooks) and by nothing else. The paths below
have a secret of their own: Replicate's is refused there, and theirs is refused here.
"""

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
from api.controllers.webhooks.service_role import Lifespan, privileged_routes, replicate_services
from api.envelope import Envelope, ok
from api.errors import TransportCode, TransportError, errors
from libs.app_config.settings import ServiceRole, Settings
from libs.errors import ErrorCode, MaquetteError
from libs.services.external.output_fetcher import OutputUnavailable
from libs.services.generation.ingest import WebhookIngest, decode_prediction
from libs.services.media.file_changes import FileChanger

# The body repeats input and logs; Replicate's own bound on a prediction's data is far below this.
MAX_BODY_BYTES: Final = 4 * 1024 * 1024
OPEN: Final = {"exclude_from_auth": True, "unlimited": True}

DELIVERIES = Counter("maquette_replicate_deliveries_total", "Verified deliveries by outcome", ["outcome"])

JobParameter = Annotated[UUID, QueryParameter(name="job")]


class DeliveryView(Struct, frozen=True):
    """The outcome of a delivery."""

    outcome: str


class FileChangesView(Struct, frozen=True):
    """How many names left the queue."""

    changed: int


@post(
    "/webhooks/replicate",
    operation_id="receiveReplicateWebhook",
    tags=["Webhooks"],
    status_code=200,
    request_max_body_size=MAX_BODY_BYTES,
    opt=OPEN,
    security=PUBLIC,
    responses=errors(400, 401, 408, 413, 415, 422, 503),
)
async def receive_replicate_webhook(
    request: Request[None, None, State], ingest: NamedDependency[WebhookIngest], job: JobParameter
) -> Envelope[DeliveryView]:
    """A prediction of a job changed. Anything but 2xx makes Replicate deliver the final event again."""
    settings: Settings = request.app.state.settings
    body = await request.body()
    return await _applied(ingest, _verified(request, body, settings.replicate_webhook_secret), job, body)


@post(
    "/webhooks/replicate/redeliveries",
    status_code=200,
    request_max_body_size=MAX_BODY_BYTES,
    opt=OPEN,
    include_in_schema=False,
)
async def receive_redelivery(
    request: Request[None, None, State], ingest: NamedDependency[WebhookIngest], job: JobParameter
) -> Envelope[DeliveryView]:
    """Reconciliation asked Replicate: its response is applied as a delivery is."""
    settings: Settings = request.app.state.settings
    body = await request.body()
    return await _applied(ingest, _verified(request, body, settings.internal_webhook_secret), job, body)


@post("/webhooks/replicate/file-changes", status_code=200, opt=OPEN, include_in_schema=False)
async def change_files(
    request: Request[None, None, State], file_changer: NamedDependency[FileChanger]
) -> Envelope[FileChangesView]:
    """Remove or move a batch of the files that are due in the queue."""
    settings: Settings = request.app.state.settings
    _verified(request, await request.body(), settings.internal_webhook_secret)
    return ok(FileChangesView(await file_changer.change_files()))


def replicate_webhook(settings: Settings, service_role: ServiceRole) -> tuple[Router, Lifespan]:
    """The routes, and what they need while the process serves."""
    return privileged_routes(
        [receive_replicate_webhook, receive_redelivery, change_files],
        ["ingest", "file_changer"],
        lambda: replicate_services(settings, service_role),
    )


async def _applied(ingest: WebhookIngest, event_id: str, job: UUID, body: bytes) -> Envelope[DeliveryView]:
    try:
        prediction = decode_prediction(body)
    except MsgspecError as error:
        raise TransportError(TransportCode.MALFORMED_REQUEST) from error
    try:
        outcome = await ingest.apply(event_id, job, prediction)
    except OutputUnavailable as error:
        raise MaquetteError(ErrorCode.OUTPUTS_UNAVAILABLE, retry_after=5) from error
    DELIVERIES.labels(outcome).inc()
    return ok(DeliveryView(outcome))


def _verified(request: Request[Any, Any, State], body: bytes, secret: str) -> str:
    """The event's id. Raises not_authenticated unless one signature is good and made within five minutes."""
    try:
        Webhook(secret).verify(body, dict(request.headers), json_parse=False)
    # The library raises ValueError for signatures of the wrong form and bodies that are not UTF-8.
    except (WebhookVerificationError, ValueError) as error:
        DELIVERIES.labels("unsigned").inc()
        raise TransportError(TransportCode.NOT_AUTHENTICATED) from error
    return request.headers["webhook-id"]
