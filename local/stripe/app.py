"""The application: services, routes, errors and the clock that renews subscriptions."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from local.stripe import api, controls, pages
from local.stripe.billing import Billing
from local.stripe.events import EventSender
from local.stripe.problems import StripeProblem
from local.stripe.services import Services
from local.stripe.settings import StripeSettings
from local.stripe.store import Store


def create_app(settings: StripeSettings) -> Litestar:
    """Build the server; what became due while it was off is caught up when it starts."""

    @contextlib.asynccontextmanager
    async def running(app: Litestar) -> AsyncGenerator[None]:
        store = Store(settings.data)
        events = EventSender(settings)
        billing = Billing(settings, store, events)
        app.state.services = Services(settings, store, events, billing)
        clock = asyncio.create_task(billing.keep_time())
        try:
            yield
        finally:
            clock.cancel()
            await events.close()

    return Litestar(
        route_handlers=[*api.HANDLERS, *controls.HANDLERS, *pages.HANDLERS],
        exception_handlers={StripeProblem: _answer_problem, HTTPException: _answer_http_error},
        lifespan=[running],
        openapi_config=None,
    )


def _answer_problem(_: Request[Any, Any, State], problem: StripeProblem) -> Response[dict[str, Any]]:
    return Response(problem.body, status_code=problem.status)


def _answer_http_error(_: Request[Any, Any, State], error: HTTPException) -> Response[dict[str, Any]]:
    """Litestar's own refusals in Stripe's shape."""
    return Response(
        {"error": {"type": "invalid_request_error", "message": error.detail}}, status_code=error.status_code
    )
