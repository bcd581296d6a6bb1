"""/webhooks/replicate: Replicate's word on a prediction, believed only with its signature over the raw body."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final
from uuid import UUID

import structlog
from litestar import Litestar, Request, post
from litestar.datastructures import State
from litestar.params import QueryParameter
from msgspec import MsgspecError, Struct
from prometheus_client import Counter
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from api.auth import PUBLIC
from api.controllers.webhooks.service_role import webhook_ingest
from api.envelope import Envelope, ok
from api.errors import errors
from libs.errors import ErrorCode, MaquetteError
from libs.services.external.output_fetcher import OutputUnavailable
from libs.services.webhook_ingest import WebhookIngest, decode_prediction

# The body repeats input and logs; Replicate's own bound on a prediction's data is far below this.
MAX_BODY_BYTES: Final = 4 * 1024 * 1024

DELIVERIES = Counter("maquette_replicate_deliveries_total", "Verified deliveries by outcome", ["outcome"])

log = structlog.get_logger()


class DeliveryView(Struct, frozen=True):
    """What came of a delivery."""

    outcome: str


@asynccontextmanager
async def replicate_webhook_lifespan(app: Litestar) -> AsyncGenerator[None]:
    """Open what the handler needs, once."""
    settings = app.state.settings
    app.state.replicate_verifier = Webhook(settings.replicate_webhook_secret)
    async with webhook_ingest(settings) as ingest:
        app.state.replicate_ingest = ingest
        yield


@post(
    "/webhooks/replicate",
    operation_id="receiveReplicateWebhook",
    tags=["Webhooks"],
    status_code=200,
    request_max_body_size=MAX_BODY_BYTES,
    opt={"exclude_from_auth": True, "unlimited": True},
    security=PUBLIC,
    responses=errors(400, 401, 413, 503),
)
async def receive_replicate_webhook(
    request: Request[None, None, State], job: Annotated[UUID | None, QueryParameter(name="job")] = None
) -> Envelope[DeliveryView]:
    """A prediction moved. Anything but 2xx makes Replicate deliver the final event again.

    Without a job it is our own process asking for the removal of files whose rows were deleted.
    """
    body = await request.body()
    event_id = _verified(request, body)
    ingest: WebhookIngest = request.app.state.replicate_ingest
    if job is None:
        await ingest.remove_files()
        return ok(DeliveryView("files_removed"))
    try:
        prediction = decode_prediction(body)
    except MsgspecError as error:
        raise MaquetteError(ErrorCode.MALFORMED_REQUEST) from error
    try:
        outcome = await ingest.apply(event_id, job, prediction)
    except OutputUnavailable as error:
        raise MaquetteError(ErrorCode.DATABASE_UNAVAILABLE, retry_after=5) from error
    DELIVERIES.labels(outcome).inc()
    return ok(DeliveryView(outcome))


def _verified(request: Request[Any, Any, State], body: bytes) -> str:
    """The event's id. Raises not_authenticated unless one signature is good and the stamp is within five minutes."""
    verifier: Webhook = request.app.state.replicate_verifier
    try:
        verifier.verify(body, dict(request.headers), json_parse=False)
    # The library lets ValueError out for signatures of the wrong form and bodies that are no UTF-8.
    except (WebhookVerificationError, ValueError) as error:
        DELIVERIES.labels("unsigned").inc()
        raise MaquetteError(ErrorCode.NOT_AUTHENTICATED) from error
    return request.headers["webhook-id"]
