"""The service role. It passes RLS, so it exists here only, and nothing outside of `webhooks` may import this module.

What the webhook handlers need of it is composed here, made when the process starts, and handed to them alone.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import httpx
from httpx_aiohttp import AiohttpTransport, HttpxAiohttpClient
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from libs.app_config.settings import ServiceRole, Settings
from libs.repositories.billing import BillingSyncRepository
from libs.repositories.storage import Storage
from libs.repositories.webhook_jobs import WebhookJobRepository
from libs.services.billing.subscriptions import BillingSync
from libs.services.external.output_fetcher import OutputFetcher
from libs.services.external.stripe_client import StripeClient
from libs.services.generation.ingest import WebhookIngest
from supabase import AsyncClient, AsyncClientOptions, acreate_client

TIMEOUT: Final = httpx.Timeout(15, connect=3)

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def handed_to(
    handler: HTTPRouteHandler, name: str, opening: Callable[[], AbstractAsyncContextManager[object]]
) -> tuple[Router, Lifespan]:
    """The handler's route, and what opens its dependency `name` while the process serves.

    Only this route is given it: it lies in no state that another handler can look into.
    """
    opened: object = None

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        nonlocal opened
        async with opening() as opened:
            yield

    def provide() -> object:
        return opened

    return Router("/", route_handlers=[handler], dependencies={name: Provide(provide, sync_to_thread=False)}), lifespan


@asynccontextmanager
async def webhook_ingest(settings: Settings, service_role: ServiceRole) -> AsyncGenerator[WebhookIngest]:
    """What applies Replicate's verified deliveries, for the life of the process."""
    async with _client(settings, service_role) as client:
        fetcher = OutputFetcher.for_provider(settings.replicate_api_url)
        try:
            # These files are stored and removed, never shown from here: no signed URL to remember.
            yield WebhookIngest(WebhookJobRepository(client), Storage(client.storage, {}), fetcher)
        finally:
            await fetcher.aclose()


@asynccontextmanager
async def billing_sync(settings: Settings, service_role: ServiceRole) -> AsyncGenerator[BillingSync]:
    """What applies Stripe's verified events, for the life of the process."""
    async with _client(settings, service_role) as client:
        stripe = StripeClient(settings.stripe_secret_key, settings.stripe_api_url, settings.price_ids.values())
        try:
            yield BillingSync(BillingSyncRepository(client), stripe)
        finally:
            await stripe.aclose()


@asynccontextmanager
async def _client(settings: Settings, service_role: ServiceRole) -> AsyncGenerator[AsyncClient]:
    pool = HttpxAiohttpClient(transport=AiohttpTransport(), timeout=TIMEOUT)
    options = AsyncClientOptions(auto_refresh_token=False, persist_session=False, httpx_client=pool)
    try:
        yield await acreate_client(settings.supabase_url, service_role.key, options)
    finally:
        await pool.aclose()
