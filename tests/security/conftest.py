"""One stack for all attacks; people are made per test, except the two of the grids."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec
import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from local.database import script
from tests.security.catalog import content, tables
from tests.support.clients.database_client import PRESET, Actor, Api, Render, Row, sign_up, stranger
from tests.support.clients.database_client import webhooks as webhook_handlers
from tests.support.processes.postgres_gateway import Stack, running_stack

# A published set with one item; again is once.
COMMUNITY = """
with curated as (
  insert into community_collections (slug, title, description, tags, published_at)
  values ('published', 'Published', '', '{interior}', now()) on conflict do nothing returning id
)
insert into community_items
  (collection_id, title, credit, preset_id, prompt, settings, seed, path, thumbnail_path, width, height, placeholder)
select id, 'Item', 'Maquette', 'one-credit', 'Oak', '{}', 1, 'item.webp', 'item.thumb.webp', 64, 48, 'AA==' from curated
"""

OLDER_DEFAULTS = (Path(script.__file__).parent / "older_hosted_defaults.sql").read_text()


class Database(msgspec.Struct, frozen=True):
    """The superuser's view: what really happened, and what only an operator could arrange."""

    connection: psycopg.Connection[DictRow]

    def rows(self, query: str, *parameters: object) -> list[Row]:
        """The rows of a query."""
        return self.connection.execute(query.encode(), parameters).fetchall()

    def value(self, query: str, *parameters: object) -> object:
        """The one value of a query."""
        (row,) = self.rows(query, *parameters)
        (value,) = row.values()
        return value

    def run(self, statement: str, *parameters: object) -> None:
        """A statement."""
        self.connection.execute(statement.encode(), parameters)

    def grant_cap(self, person: Actor, cap: int) -> None:
        """Put a person on a plan of `cap` credits a month."""
        plan = f"test-{cap}"
        self.run("insert into plans values (%s, %s, 4) on conflict do nothing", plan, cap)
        self.run("insert into plan_prices values (%s, %s) on conflict do nothing", plan, plan)
        self.run("update profiles set price_id = %s where id = %s", plan, person.id)

    def net_debit(self, job_id: str) -> object:
        """The credits that a job took in the end."""
        return self.value("select coalesce(-sum(amount), 0)::integer from usage_ledger where job_id = %s", job_id)


class Victim(msgspec.Struct, frozen=True, kw_only=True):
    """A person with a row in every table. `rows` has one of theirs by table."""

    actor: Actor
    render: Render
    rows: dict[str, Row]


@pytest.fixture(scope="session")
def database(stack: Stack) -> Iterator[Database]:
    with psycopg.connect(stack.gateway.database_url, autocommit=True, row_factory=dict_row) as connection:
        opened = Database(connection)
        opened.run("insert into presets values (%s, 'concept', 1, 4, 'optional', true)", PRESET)
        yield opened


@pytest.fixture(scope="session")
def older_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The same schema on a project whose default privileges give every new object to the API's roles."""
    with (
        running_stack(tmp_path_factory.mktemp("older"), before_migrations=OLDER_DEFAULTS) as older,
        psycopg.connect(older.gateway.database_url, autocommit=True, row_factory=dict_row) as connection,
    ):
        yield Database(connection)


@pytest.fixture
def stack_connection(stack: Stack) -> Iterator[psycopg.Connection]:
    """A superuser's connection of a test's own, for transactions that are rolled back."""
    with stack.connect() as connection:
        yield connection


@pytest.fixture(scope="session")
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    # No TLS is spoken here, and building a context for it takes longer than a test.
    async with httpx.AsyncClient(base_url=stack.url, verify=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def api(stack: Stack, database: Database, http: httpx.AsyncClient) -> Api:
    return Api(stack=stack, http=http)


@pytest.fixture(scope="session")
def anon(stack: Stack, http: httpx.AsyncClient) -> Actor:
    return stranger(stack, http)


@pytest.fixture(scope="session")
def webhooks(stack: Stack, http: httpx.AsyncClient) -> Actor:
    return webhook_handlers(stack, http)


@pytest.fixture
async def alice(stack: Stack, http: httpx.AsyncClient, api: Api) -> Actor:
    return await sign_up(stack, http, "alice")


@pytest.fixture
async def bob(stack: Stack, http: httpx.AsyncClient, api: Api) -> Actor:
    return await sign_up(stack, http, "bob")


@pytest.fixture(scope="session")
async def intruder(stack: Stack, http: httpx.AsyncClient, api: Api) -> Actor:
    """Somebody of the grids: an account like any other, with nothing in it."""
    return await sign_up(stack, http, "intruder")


@pytest.fixture(scope="session")
async def victim(stack: Stack, http: httpx.AsyncClient, api: Api, database: Database) -> Victim:
    """Whom the grids attack."""
    return await make_victim(await sign_up(stack, http, "victim"), api, database)


@pytest.fixture
async def fresh_victim(bob: Actor, api: Api, database: Database) -> Victim:
    """A victim whose rows a test may use up."""
    return await make_victim(bob, api, database)


async def make_victim(person: Actor, api: Api, database: Database, variants: int = 1) -> Victim:
    """Give a person a row in every table that has an owner, and every other table one at all."""
    (collection,) = (await person.rest("POST", "collections", {"name": "Ideas"}, prefer="return=representation")).json()
    render = await api.render(person, variants, collection_id=collection["id"])
    database.run("insert into plan_prices values ('price_pro', 'pro') on conflict do nothing")
    database.run("update profiles set stripe_customer_id = 'cus_' || md5(id::text) where id = %s", person.id)
    (await person.rest("POST", "share_links", {"render_id": render.id})).raise_for_status()
    database.run(COMMUNITY)
    rows = {}
    for table in tables(database.connection):
        found = [
            row for row in content(database.connection, table) if _belongs(row, table, person.id, collection["id"])
        ]
        assert found, f"nobody gives the victim a row of {table}"
        rows[table] = found[0]
    return Victim(actor=person, render=render, rows=rows)


def _belongs(row: Row, table: str, owner: str, collection: str) -> bool:
    if table == "collections":
        return row["id"] == collection
    if table == "profiles":
        return row["id"] == owner
    return row.get("owner_id", owner) == owner
