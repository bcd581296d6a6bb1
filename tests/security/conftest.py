"""One Supabase for all attacks. `alice` and `bob` call it past our API, `api_alice` and `api_bob` through it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from local.database import script
from tests.security.victims import Victim, make_victim
from tests.support.clients import http_client
from tests.support.clients.api_rpc import PRESET, ApiRpc
from tests.support.clients.api_user import ApiUser, signed_in
from tests.support.clients.database_user import DatabaseUser, anonymous_user, service_role_user, sign_up
from tests.support.clients.superuser import Superuser
from tests.support.processes.api import ApiProcess, running_api
from tests.support.processes.supabase_stack import SupabaseStack, running_supabase

OLDER_DEFAULTS = (Path(script.__file__).parent / "older_hosted_defaults.sql").read_text()


def named_rows(supabase: SupabaseStack) -> psycopg.Connection[DictRow]:
    """A superuser's connection, of which each row is a dict."""
    return psycopg.Connection[DictRow].connect(supabase.gateway.database_url, autocommit=True, row_factory=dict_row)


@pytest.fixture(scope="session")
def superuser(supabase: SupabaseStack) -> Iterator[Superuser]:
    with named_rows(supabase) as connection:
        opened = Superuser(connection)
        opened.run("insert into presets values (%s, 1, 4, true)", PRESET)
        opened.run("insert into private.preset_costs values (%s, 0.001)", PRESET)
        yield opened


@pytest.fixture(scope="session")
def older_superuser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superuser]:
    """The same schema on a project whose default privileges give every new object to the API's roles."""
    with (
        running_supabase(tmp_path_factory.mktemp("older"), before_migrations=OLDER_DEFAULTS) as older,
        named_rows(older) as connection,
    ):
        yield Superuser(connection)


@pytest.fixture
def superuser_connection(supabase: SupabaseStack) -> Iterator[psycopg.Connection]:
    """A superuser's connection of a test's own, for transactions that are rolled back."""
    with supabase.connect() as connection:
        yield connection


@pytest.fixture(scope="session")
async def http(supabase: SupabaseStack) -> AsyncIterator[httpx.AsyncClient]:
    # No TLS is spoken here, and building a context for it takes longer than a test.
    async with http_client.AsyncClient(base_url=supabase.url) as client:
        yield client


@pytest.fixture(scope="session")
def api_rpc(supabase: SupabaseStack, superuser: Superuser, http: httpx.AsyncClient) -> ApiRpc:
    return ApiRpc(supabase=supabase, http=http)


@pytest.fixture(scope="session")
def anonymous(supabase: SupabaseStack, http: httpx.AsyncClient) -> DatabaseUser:
    return anonymous_user(supabase, http)


@pytest.fixture(scope="session")
def service_role(supabase: SupabaseStack, http: httpx.AsyncClient) -> DatabaseUser:
    return service_role_user(supabase, http)


@pytest.fixture
async def alice(supabase: SupabaseStack, http: httpx.AsyncClient) -> DatabaseUser:
    return await sign_up(supabase, http, "alice")


@pytest.fixture
async def bob(supabase: SupabaseStack, http: httpx.AsyncClient) -> DatabaseUser:
    return await sign_up(supabase, http, "bob")


@pytest.fixture
async def api_alice(api: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(api, "alice") as user:
        yield user


@pytest.fixture
async def api_bob(api: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(api, "bob") as user:
        yield user


@pytest.fixture(scope="session")
async def intruder(supabase: SupabaseStack, http: httpx.AsyncClient) -> DatabaseUser:
    """Who attacks the victim: an account like any other, with nothing in it."""
    return await sign_up(supabase, http, "intruder")


@pytest.fixture(scope="session")
async def victim(supabase: SupabaseStack, http: httpx.AsyncClient, api_rpc: ApiRpc, superuser: Superuser) -> Victim:
    """Whose rows are attacked."""
    return await make_victim(await sign_up(supabase, http, "victim"), api_rpc, superuser)


@pytest.fixture
async def fresh_victim(bob: DatabaseUser, api_rpc: ApiRpc, superuser: Superuser) -> Victim:
    """A victim whose rows a test may use up."""
    return await make_victim(bob, api_rpc, superuser)


@pytest.fixture
def alone(api: ApiProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiProcess]:
    """An API of its own: what it counts and whom it lets in is forgotten with it."""
    with running_api(tmp_path_factory.mktemp("alone"), api.supabase, api.replicate) as running:
        yield running


@pytest.fixture
async def alone_alice(alone: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(alone, "alice") as user:
        yield user


@pytest.fixture
async def alone_bob(alone: ApiProcess) -> AsyncIterator[ApiUser]:
    async with signed_in(alone, "bob") as user:
        yield user
