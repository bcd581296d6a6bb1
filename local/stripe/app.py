"""The application: services, routes, errors and the renewal of subscriptions."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from local.faults import FaultQueue
from local.serving import health
from local.stripe import objects
from local.stripe.account import AccountController
from local.stripe.api import ApiController
from local.stripe.billing import Billing
from local.stripe.controls import ControlController
from local.stripe.events import EventSender
from local.stripe.pages import CheckoutController, PortalController
from local.stripe.problems import StripeProblem
from local.stripe.services import Services
from local.stripe.settings import SoldPrice, StripeSettings
from local.stripe.store import Store

FIRST_ENDPOINT: Final = "we_local"


def create_app(settings: StripeSettings, prices: Sequence[SoldPrice]) -> Litestar:
    """Build the server; renewals that became due while it was off happen when it starts."""

    @contextlib.asynccontextmanager
    async def running(app: Litestar) -> AsyncGenerator[None]:
        store, faults = Store(settings.data), FaultQueue()
        _add_first_endpoint(settings, store)
        events = EventSender(settings, store, faults)
        billing = Billing(settings, prices, store, events)
        app.state.services = Services(settings, store, faults, events, billing)
        renewals = asyncio.create_task(billing.renew_for_ever())
        try:
            yield
        finally:
            renewals.cancel()
            await events.close()

    return Litestar(
        route_handlers=[
            ApiController,
            AccountController,
            ControlController,
            CheckoutController,
            PortalController,
            health,
        ],
        dependencies={"services": Provide(_provide_services, sync_to_thread=False)},
        exception_handlers={StripeProblem: _answer_problem, HTTPException: _answer_http_error},
        lifespan=[running],
        openapi_config=None,
    )


def _add_first_endpoint(settings: StripeSettings, store: Store) -> None:
    """The API's own endpoint; it may listen on another port than last time."""
    first = store.state.objects.get(FIRST_ENDPOINT) or objects.webhook_endpoint(int(time.time()), "", ["*"])
    store.state.endpoint_secrets[FIRST_ENDPOINT] = settings.webhook_secret
    store.put({**first, "id": FIRST_ENDPOINT, "url": settings.webhook_url})


def _provide_services(state: State) -> Services:
    return state.services


def _answer_problem(_: Request[Any, Any, State], problem: StripeProblem) -> Response[dict[str, Any]]:
    return Response(problem.body, status_code=problem.status)


def _answer_http_error(_: Request[Any, Any, State], error: HTTPException) -> Response[dict[str, Any]]:
    """Litestar's own refusals in Stripe's shape."""
    return Response(
        {"error": {"type": "invalid_request_error", "message": error.detail}}, status_code=error.status_code
    )
