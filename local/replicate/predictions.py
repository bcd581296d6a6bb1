"""`/v1`: the part of Replicate's HTTP API that Maquette uses."""

import base64
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from local.replicate.catalogue import Model, validate_request
from local.replicate.contracts import (
    DEFAULT_EVENTS,
    InvalidField,
    Prediction,
    PredictionPage,
    PredictionUrls,
    Record,
    SigningSecret,
    now,
)
from local.replicate.duration import parse_duration
from local.replicate.faults import RunFault
from local.replicate.faulty_answers import answer
from local.replicate.problems import invalid_input, malformed, not_found, unauthenticated
from local.replicate.runner import new_seed
from local.replicate.services import Services

ApiRequest = Request[Any, Any, Any]

PAGE_SIZE = 100
"""Predictions per page of the list (API reference)."""

LONGEST_WAIT = 60.0
"""Seconds that `Prefer: wait` waits when it names none."""

_PREFER = re.compile(r"wait(?:=(60|[1-5]?[0-9]))?")


def require_token(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Refuse a request without the API token, with Replicate's messages."""
    services: Services = connection.app.state.services
    expected = services.settings.api_token.encode()
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if not token:
        raise unauthenticated("You did not pass an authentication token")
    if scheme not in {"Bearer", "Token"} or not secrets.compare_digest(token.encode(), expected):
        raise unauthenticated("You did not pass a valid authentication token")


class PredictionController(Controller):
    """Create, get, list and cancel; the signing secret."""

    path = "/v1"
    guards = (require_token,)

    @post("/models/{owner:str}/{name:str}/predictions")
    async def create_by_model(
        self, request: ApiRequest, owner: str, name: str, services: NamedDependency[Services]
    ) -> Response[Prediction]:
        """Create a prediction of an official model."""

        async def perform() -> Response[Prediction]:
            body = validate_request(await _json(request), by_version=False)
            return await _create(services, services.catalogue.official(owner, name), body, request.headers)

        return await answer(services.faults, "create", perform)

    @post("/predictions")
    async def create_by_version(self, request: ApiRequest, services: NamedDependency[Services]) -> Response[Prediction]:
        """Create a prediction of a model version."""

        async def perform() -> Response[Prediction]:
            body = validate_request(await _json(request), by_version=True)
            return await _create(services, services.catalogue.by_version(body["version"]), body, request.headers)

        return await answer(services.faults, "create", perform)

    @get("/predictions")
    async def list_predictions(
        self, request: ApiRequest, services: NamedDependency[Services]
    ) -> Response[PredictionPage]:
        """All predictions, newest first, a hundred per page."""

        async def perform() -> Response[PredictionPage]:
            return Response(_page(services, request.query_params))

        return await answer(services.faults, "list", perform)

    @get("/predictions/{prediction_id:str}")
    async def get_prediction(self, prediction_id: str, services: NamedDependency[Services]) -> Response[Prediction]:
        """The current state of one prediction."""

        async def perform() -> Response[Prediction]:
            return Response(_find(services, prediction_id).prediction)

        return await answer(services.faults, "get", perform)

    @post("/predictions/{prediction_id:str}/cancel", status_code=200)
    async def cancel_prediction(self, prediction_id: str, services: NamedDependency[Services]) -> Response[Prediction]:
        """Cancel a prediction that has not finished."""

        async def perform() -> Response[Prediction]:
            record = _find(services, prediction_id)
            services.runner.cancel(record)
            return Response(record.prediction)

        return await answer(services.faults, "cancel", perform)

    @get("/webhooks/default/secret")
    async def signing_secret(self, services: NamedDependency[Services]) -> SigningSecret:
        """The key that signs deliveries."""
        return SigningSecret(services.settings.webhook_secret)


async def _json(request: ApiRequest) -> object:
    try:
        return msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise malformed("The request body is not valid JSON.") from error


async def _create(
    services: Services, model: Model, body: dict[str, Any], headers: Mapping[str, str]
) -> Response[Prediction]:
    model.validate(body["input"])
    prefer = _PREFER.fullmatch(headers.get("prefer", "").strip())
    created_at = now()
    prediction_id = _new_id()
    base = services.settings.base_url
    prediction = Prediction(
        id=prediction_id,
        model=model.model,
        version="hidden" if model.official else model.version,
        input=body["input"],
        logs="",
        output=None,
        data_removed=False,
        error=None,
        status="starting",
        source="api",
        created_at=created_at,
        urls=PredictionUrls(
            web=f"{base}/p/{prediction_id}",
            get=f"{base}/v1/predictions/{prediction_id}",
            cancel=f"{base}/v1/predictions/{prediction_id}/cancel",
        ),
    )
    if "cancel-after" in headers:
        try:
            prediction.deadline = created_at + parse_duration(headers["cancel-after"])
        except (ValueError, OverflowError) as error:
            raise invalid_input([InvalidField("format", "Cancel-After", str(error))]) from error
    seed = body["input"].get("seed")
    record = Record(
        prediction=prediction,
        model=model.model,
        seed=new_seed() if seed is None else seed,
        webhook=body.get("webhook"),
        events=tuple(body.get("webhook_events_filter", DEFAULT_EVENTS)),
        fault=services.faults.take(RunFault),
    )
    services.store.save(record)
    services.runner.start(record)
    if prefer is None:
        return Response(prediction, status_code=201)
    await services.runner.wait(prediction_id, float(prefer[1] or LONGEST_WAIT))
    return Response(prediction, status_code=201 if record.finished else 202)


def _find(services: Services, prediction_id: str) -> Record:
    record = services.store.find(prediction_id)
    if record is None:
        raise not_found()
    return record


def _page(services: Services, query: Mapping[str, str]) -> PredictionPage:
    try:
        after, before = _time(query.get("created_after")), _time(query.get("created_before"))
        cursor = base64.urlsafe_b64decode(query["cursor"]).decode() if "cursor" in query else None

        def wanted(prediction: Prediction) -> bool:
            created = prediction.created_at
            return (after is None or created >= after) and (before is None or created < before)

        results, previous, following = services.store.page(wanted, cursor, PAGE_SIZE)
    except ValueError as error:
        raise malformed("A query parameter is not valid.") from error
    filters = {name: query[name] for name in ("created_after", "created_before") if name in query}
    return PredictionPage(_link(services, filters, previous), _link(services, filters, following), results)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a date-time needs its offset")
    return time


def _link(services: Services, filters: dict[str, str], cursor: str | None) -> str | None:
    if cursor is None:
        return None
    opaque = base64.urlsafe_b64encode(cursor.encode()).decode()
    return f"{services.settings.base_url}/v1/predictions?{urlencode({**filters, 'cursor': opaque})}"


def _new_id() -> str:
    """26 letters and digits, as Replicate's; unguessable, since it is also the address of the output files."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
