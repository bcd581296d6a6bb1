"""What tests share: Supabase with the product's own schema, plans and presets, the API in front of it, two accounts."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.support.checks.openapi import Document
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, signed_in
from tests.support.processes.api import ApiProcess, running_api
from tests.support.processes.replicate import running_replicate
from tests.support.processes.supabase_stack import SupabaseStack, running_supabase
from tests.support.tls import share_tls_context

share_tls_context()


@pytest.fixture(scope="session")
def supabase(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SupabaseStack]:
    with running_supabase(tmp_path_factory.mktemp("supabase")) as running:
        yield running


@pytest.fixture(scope="session")
def api(supabase: SupabaseStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiProcess]:
    # A picture takes the tenth of a second at this speed.
    with (
        running_replicate(speed=50) as replicate,
        running_api(tmp_path_factory.mktemp("api"), supabase, replicate) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def document(api: ApiProcess) -> Document:
    return Document(http_client.get(f"{api.url}/api/v1/openapi.json").raise_for_status().json())


@pytest.fixture
async def alice(api: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(api, "alice") as user:
        yield user


@pytest.fixture
async def bob(api: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(api, "bob") as user:
        yield user


@pytest.fixture
async def anonymous(api: ApiProcess) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client() as client:
        yield client
