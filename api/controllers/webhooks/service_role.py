"""The service-role client. It passes RLS, so it exists here only, and nothing outside of `webhooks` may import it."""

import httpx
from httpx_aiohttp import AiohttpTransport, HttpxAiohttpClient

from libs.app_config.settings import Settings
from supabase import AsyncClient, AsyncClientOptions, acreate_client

TIMEOUT = httpx.Timeout(30, connect=3)


async def connect(settings: Settings) -> AsyncClient:
    """One client for the life of the process."""
    options = AsyncClientOptions(
        auto_refresh_token=False,
        persist_session=False,
        httpx_client=HttpxAiohttpClient(transport=AiohttpTransport(), timeout=TIMEOUT),
    )
    return await acreate_client(settings.supabase_url, settings.supabase_secret_key, options)
