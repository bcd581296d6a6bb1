"""A Postgres and a Supabase gateway of their own for tests: free ports, a temporary folder, our schema applied."""

import contextlib
import os
import subprocess
from collections.abc import Generator, Mapping
from itertools import islice
from pathlib import Path
from random import SystemRandom
from uuid import uuid4

import httpx
import msgspec
import psycopg

from local.database.deployment import LOCAL_PRICES, deployment_rows, plan_of_price
from local.database.script import apply
from local.database.sources import Sources
from local.machine import is_free
from local.postgres.server import Postgres
from local.supabase.gateway import FOLDER, Gateway
from tests.support.accounts import PASSWORD, Account
from tests.support.clients import http_client
from tests.support.processes.readiness import wait_until_ready

# Below those that the kernel gives to whoever connects somewhere (ip_local_port_range): one of those could be taken
# between its choice and its use. And above the last one that Chromium refuses to open (10080).
PORTS = range(11_000, 32_000)
# Of the gateway: a hash takes a thousandth of a second instead of a tenth, and nearly every test signs somebody up.
CHEAP_PASSWORDS = {"LITE_AUTH_BCRYPT_COST": "4"}


class SupabaseStack(msgspec.Struct, frozen=True, kw_only=True):
    """A running Supabase: its gateway's settings, the gateway's process and the key of the API's proofs."""

    gateway: Gateway
    process_id: int
    proof_secret: str

    @property
    def url(self) -> str:
        """The project URL."""
        return self.gateway.url

    def connect(self) -> psycopg.Connection:
        """A superuser's connection that commits each statement, to look at what really happened."""
        return psycopg.connect(self.gateway.database_url, autocommit=True)

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """Plain HTTP with an account's token, or with the publishable key alone."""
        return http_client.AsyncClient(base_url=self.url, headers=self.headers(token))

    def headers(self, token: str | None = None) -> dict[str, str]:
        """What `client` sends along, for the official clients."""
        key = {"apikey": self.gateway.publishable_key}
        return {**key, "Authorization": f"Bearer {token}"} if token else key

    async def sign_up(
        self, name: str = "person", metadata: Mapping[str, object] | None = None, *, email: str | None = None
    ) -> Account:
        """A new account through Auth; without an `email` the address is unique however often `name` is used."""
        email = email or f"{name}-{uuid4().hex[:12]}@example.com"
        async with self.client() as client:
            body = {"email": email, "password": PASSWORD, "data": dict(metadata or {})}
            answer = await client.post("/auth/v1/signup", json=body)
        answer.raise_for_status()
        session = answer.json()
        return Account(id=session["user"]["id"], email=email, token=session["access_token"])


@contextlib.contextmanager
def running_supabase(
    folder: Path,
    *,
    inbox_smtp_port: int = 1,
    sources: Sources | None = None,
    before_migrations: str = "",
) -> Generator[SupabaseStack]:
    """Start Supabase in `folder`, apply `sources` (the product's own by default) and stop it at the end.

    `before_migrations` is SQL for the empty project, such as `older_hosted_defaults.sql`. Without `inbox_smtp_port`
    mail goes nowhere.
    """
    # Tests kill servers, never the machine: nothing has to wait for the disk.
    postgres = Postgres(folder / "postgres", free_port(), "test-superuser", durable=False)
    gateway = Gateway(
        database_url=postgres.url,
        port=free_port(),
        studio_port=free_port(),
        inbox_smtp_port=inbox_smtp_port,
        storage=folder / "storage",
        site_url="http://127.0.0.1:8000",
        publishable_key="sb_publishable_local_test",
        secret_key="sb_secret_local_test",
        jwt_secret="jwt_local_test_0123456789012345678901234567",
    )
    # Node needs a second before it wants the database: both start at once.
    with running_gateway(gateway, folder / "gateway.log") as process:
        database = postgres.start(folder / "postgres.log")
        try:
            wait_until_ready(process, gateway.is_ready, folder / "gateway.log")
            supabase = SupabaseStack(
                gateway=gateway, process_id=process.pid, proof_secret="proof_local_test_" + "0" * 32
            )
            with supabase.connect() as connection:
                connection.execute(before_migrations.encode())
                apply(
                    connection,
                    deployment_rows(connection, supabase.proof_secret, plan_of_price(LOCAL_PRICES))
                    if sources is None
                    else "",
                    sources,
                )
            yield supabase
        finally:
            postgres.stop(database)


@contextlib.contextmanager
def running_gateway(
    gateway: Gateway, log: Path, script: Path = FOLDER / "supabase.mjs"
) -> Generator[subprocess.Popen[bytes]]:
    """The gateway's process, which may not be ready yet."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            gateway.command(script),
            env={**os.environ, **CHEAP_PASSWORDS, **gateway.environment()},
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """A port that nobody listens on now."""
    (port,) = free_ports(1)
    return port


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on now."""
    chosen = SystemRandom().sample(PORTS, len(PORTS))
    return list(islice(filter(is_free, chosen), count))
