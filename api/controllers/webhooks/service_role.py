"""The service role. It passes RLS, so it exists here only, and nothing outside of `webhooks` may import this module.

What the webhook handlers need of it is composed here: one client, made when the process starts.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import httpx
from httpx_aiohttp import AiohttpTransport, HttpxAiohttpClient

from libs.app_config.settings import Settings
from libs.repositories.billing import BillingSyncRepository
from libs.repositories.storage import Storage
from libs.repositories.webhook_jobs import WebhookJobRepository
from libs.services.billing import BillingSync
from libs.services.external.output_fetcher import OutputFetcher
from libs.services.external.stripe_adapter import StripeAdapter
from libs.services.webhook_ingest import WebhookIngest
from supabase import AsyncClient, AsyncClientOptions, acreate_client

TIMEOUT: Final = httpx.Timeout(15, connect=3)


@asynccontextmanager
async def webhook_ingest(settings: Settings) -> AsyncGenerator[WebhookIngest]:
    """What applies Replicate's verified deliveries, for the life of the process."""
    async with _service_role(settings) as client:
        fetcher = OutputFetcher.for_provider(settings.replicate_api_url)
        try:
            # These files are stored and removed, never shown from here: no signed URL to remember.
            yield WebhookIngest(WebhookJobRepository(client), Storage(client.storage, {}), fetcher)
        finally:
            await fetcher.aclose()


@asynccontextmanager
async def billing_sync(settings: Settings) -> AsyncGenerator[BillingSync]:
    """What applies Stripe's verified events, for the life of the process."""
    async with _service_role(settings) as client:
        stripe = StripeAdapter(settings.stripe_secret_key, settings.stripe_api_url)
        try:
            yield BillingSync(BillingSyncRepository(client), stripe)
        finally:
            await stripe.aclose()


@asynccontextmanager
async def _service_role(settings: Settings) -> AsyncGenerator[AsyncClient]:
    pool = HttpxAiohttpClient(transport=AiohttpTransport(), timeout=TIMEOUT)
    options = AsyncClientOptions(auto_refresh_token=False, persist_session=False, httpx_client=pool)
    try:
        yield await acreate_client(settings.supabase_url, settings.supabase_secret_key, options)
    finally:
        await pool.aclose()
