"""The service role. It passes RLS, so it exists here only, and nothing outside of `webhooks` may import this module.

The services that need it are made here when the process starts, and given to the webhook handlers alone.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import httpx
from httpx_aiohttp import AiohttpTransport, HttpxAiohttpClient
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from libs.app_config.settings import ServiceRole, Settings
from libs.repositories.billing import BillingSyncRepository
from libs.repositories.file_changes import FileChangeRepository
from libs.repositories.service_role import ServiceRoleDatabase
from libs.repositories.signed_urls import SignedUrls
from libs.repositories.storage import Storage
from libs.repositories.webhook_jobs import WebhookJobRepository
from libs.services.billing.sync import BillingSync
from libs.services.external.output_fetcher import OutputFetcher
from libs.services.external.stripe_client import StripeClient
from libs.services.generation.ingest import WebhookIngest
from libs.services.media.file_changes import FileChanger
from supabase import AsyncClient, AsyncClientOptions, acreate_client

TIMEOUT: Final = httpx.Timeout(15, connect=3)

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


def privileged_routes(
    handlers: Sequence[HTTPRouteHandler],
    names: Sequence[str],
    opening: Callable[[], AbstractAsyncContextManager[Mapping[str, object]]],
) -> tuple[Router, Lifespan]:
    """The routes of these handlers, and what opens their dependencies `names` while the process serves.

    The dependencies are held by this closure and by no state of the application, so no other handler can get them.
    """
    opened: Mapping[str, object] = {}

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        nonlocal opened
        async with opening() as opened:
            yield

    def provider_of(name: str) -> Provide:
        def provide() -> object:
            return opened[name]

        return Provide(provide, sync_to_thread=False)

    dependencies = {name: provider_of(name) for name in names}
    return Router("/", route_handlers=list(handlers), dependencies=dependencies), lifespan


@asynccontextmanager
async def replicate_services(settings: Settings, service_role: ServiceRole) -> AsyncGenerator[Mapping[str, object]]:
    """`ingest` and `file_changer`, for the life of the process."""
    async with _client(settings, service_role) as client:
        db = ServiceRoleDatabase(client)
        # These files are stored and removed, and never shown from here: no signed URL to remember.
        storage = Storage(lambda: client.storage, SignedUrls(0, 0))
        fetcher = OutputFetcher.for_provider(settings.replicate_api_url)
        try:
            yield {
                "ingest": WebhookIngest(WebhookJobRepository(db), storage, fetcher),
                "file_changer": FileChanger(FileChangeRepository(db), storage),
            }
        finally:
            await fetcher.aclose()


@asynccontextmanager
async def stripe_services(settings: Settings, service_role: ServiceRole) -> AsyncGenerator[Mapping[str, object]]:
    """`sync`, for the life of the process."""
    async with _client(settings, service_role) as client:
        stripe = StripeClient(settings.stripe_secret_key, settings.stripe_api_url, settings.price_ids.values())
        try:
            yield {"sync": BillingSync(BillingSyncRepository(ServiceRoleDatabase(client)), stripe)}
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
