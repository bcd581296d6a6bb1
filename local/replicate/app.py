"""The application: services, routes, errors and the removal of old data."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from local.faults import FaultQueue
from local.replicate.catalogue import Catalogue
from local.replicate.contracts import Problem, now
from local.replicate.controls import ControlController
from local.replicate.deliveries import Deliverer
from local.replicate.outputs import output_file
from local.replicate.predictions import PredictionController
from local.replicate.problems import ProblemError
from local.replicate.runner import Runner
from local.replicate.services import Services
from local.replicate.settings import ReplicateSettings
from local.replicate.store import PredictionStore
from local.serving import health


def create_app(settings: ReplicateSettings) -> Litestar:
    """Build the server; predictions on disk that have not ended are resumed when it starts."""
    store = PredictionStore(settings.data)
    faults = FaultQueue()
    catalogue = Catalogue()

    @contextlib.asynccontextmanager
    async def running(app: Litestar) -> AsyncGenerator[None]:
        deliverer = Deliverer(settings, faults, store.save)
        runner = Runner(settings, store, deliverer, catalogue)
        app.state.services = Services(settings, catalogue, store, faults, deliverer, runner)
        runner.resume()
        removal = asyncio.create_task(_remove_old_data(store, settings.retention_seconds))
        try:
            yield
        finally:
            removal.cancel()
            await runner.close()
            await deliverer.close()

    return Litestar(
        route_handlers=[PredictionController, ControlController, health, output_file],
        dependencies={"services": Provide(_provide_services, sync_to_thread=False)},
        exception_handlers={ProblemError: _answer_problem, HTTPException: _answer_http_error},
        lifespan=[running],
        openapi_config=None,
    )


def _provide_services(state: State) -> Services:
    return state.services


def _answer_problem(_: Request[Any, Any, Any], error: ProblemError) -> Response[Problem]:
    problem = error.problem
    headers = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
    return Response(problem, status_code=problem.status, headers=headers)


def _answer_http_error(_: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Litestar's own refusals (no such route, wrong method, body too large) in Replicate's shape."""
    return Response(Problem(type(error).__name__, error.detail, error.status_code), status_code=error.status_code)


async def _remove_old_data(store: PredictionStore, retention_seconds: float) -> None:
    while True:
        store.remove_data_before(now() - timedelta(seconds=retention_seconds))
        await asyncio.sleep(min(60.0, retention_seconds / 4))
