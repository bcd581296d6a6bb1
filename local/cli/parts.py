"""The parts of the local stack: their commands, environments and signs of readiness."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

import httpx
import psycopg

from local.cli.state import Ports, State
from local.database.deployment import LOCAL_PRICES, deployment_rows, plan_of_price
from local.database.script import ScriptError, apply
from local.database.sources import SourceError
from local.machine import HOST
from local.postgres.programs import PostgresError
from local.postgres.server import Postgres
from local.secrets import LocalSecrets
from local.supabase.gateway import Gateway
from local.supervisor import Part, PartError

RECONCILE_SECONDS = 120


@dataclass(frozen=True)
class Parts:
    """All parts."""

    postgres: Part
    supabase: Part
    inbox: Part
    replicate: Part
    stripe: Part
    api: Part
    reconcile: Part


def build_parts(
    state: State, ports: Ports, secrets: LocalSecrets, http: httpx.AsyncClient, *, confirm_email: bool
) -> Parts:
    """Describe the stack. `http` asks the parts whether they are ready; close it after they have ended.

    `confirm_email` is that of the gateway.
    """
    server = _server(state, ports, secrets)
    gateway = Gateway(
        database_url=server.url,
        port=ports.supabase,
        studio_port=ports.studio,
        inbox_smtp_port=ports.smtp,
        storage=state.supabase,
        site_url=ports.app_url,
        publishable_key=secrets.supabase_publishable_key,
        secret_key=secrets.supabase_secret_key,
        jwt_secret=secrets.supabase_jwt_secret,
        confirm_email=confirm_email,
    )

    def postgres_command() -> list[str]:
        with _part_errors():
            server.prepare()
            return server.command()

    async def postgres_is_ready() -> bool:
        with _part_errors():
            return await asyncio.to_thread(server.is_ready)

    def python(module: str, *options: str) -> Callable[[], list[str]]:
        return lambda: [sys.executable, "-m", module, *options]

    def web_part(name: str, command: Callable[[], list[str]], environment: Mapping[str, str], ready_url: str) -> Part:
        async def is_ready() -> bool:
            with contextlib.suppress(httpx.TransportError):
                return (await http.get(ready_url)).is_success
            return False

        return Part(name=name, command=command, environment=environment, is_ready=is_ready)

    api = api_environment(ports, secrets)
    return Parts(
        postgres=Part(
            name="postgres",
            command=postgres_command,
            is_ready=postgres_is_ready,
            stop_signal=signal.SIGINT,
        ),
        supabase=Part(
            name="supabase",
            command=gateway.command,
            environment=gateway.environment(),
            is_ready=lambda: asyncio.to_thread(gateway.is_ready),
        ),
        inbox=web_part(
            "inbox",
            python("local.inbox"),
            {"INBOX_PORT": str(ports.inbox), "INBOX_SMTP_PORT": str(ports.smtp)},
            f"{ports.inbox_url}/messages",
        ),
        replicate=web_part(
            "replicate",
            python("local.replicate"),
            {
                "LOCAL_REPLICATE_PORT": str(ports.replicate),
                "LOCAL_REPLICATE_DATA": str(state.replicate),
                "REPLICATE_API_TOKEN": secrets.replicate_api_token,
                "REPLICATE_WEBHOOK_SECRET": secrets.replicate_webhook_secret,
            },
            f"{ports.replicate_url}/_local/health",
        ),
        stripe=web_part(
            "stripe",
            python("local.stripe"),
            {
                "LOCAL_STRIPE_PORT": str(ports.stripe),
                "LOCAL_STRIPE_DATA": str(state.stripe),
                "LOCAL_STRIPE_WEBHOOK_URL": f"{ports.app_url}/api/v1/webhooks/stripe",
                "STRIPE_SECRET_KEY": secrets.stripe_secret_key,
                "STRIPE_WEBHOOK_SECRET": secrets.stripe_webhook_secret,
                **LOCAL_PRICES,
            },
            f"{ports.stripe_url}/_local/health",
        ),
        api=web_part("api", python("api"), api, f"{ports.app_url}/readyz"),
        # It listens on no port: it counts as ready when the API is.
        reconcile=web_part(
            "reconcile",
            python("api.reconcile", "--every", str(RECONCILE_SECONDS)),
            reconcile_environment(ports, secrets),
            f"{ports.app_url}/readyz",
        ),
    )


def migrate(state: State, ports: Ports, secrets: LocalSecrets) -> None:
    """Apply migrations and this stack's own rows to its database. Raises PartError."""
    with (
        _part_errors(),
        psycopg.connect(postgres_url(state, ports, secrets), autocommit=True) as connection,
    ):
        apply(connection, deployment_rows(connection, secrets.api_proof_secret, plan_of_price(LOCAL_PRICES)))


def reconcile_environment(ports: Ports, secrets: LocalSecrets) -> dict[str, str]:
    """The environment of reconciliation beside the local stack."""
    return {
        "PUBLIC_URL": ports.app_url,
        "SUPABASE_URL": ports.supabase_url,
        "SUPABASE_PUBLISHABLE_KEY": secrets.supabase_publishable_key,
        "API_PROOF_SECRET": secrets.api_proof_secret,
        "REPLICATE_API_URL": ports.replicate_url,
        "REPLICATE_API_TOKEN": secrets.replicate_api_token,
        "STRIPE_API_URL": ports.stripe_url,
        "STRIPE_SECRET_KEY": secrets.stripe_secret_key,
        # A proxy that the environment names is for the internet, not for parts on this machine.
        "NO_PROXY": ",".join(filter(None, (HOST, os.environ.get("NO_PROXY")))),
    }


def api_environment(ports: Ports, secrets: LocalSecrets) -> dict[str, str]:
    """The environment of the API beside the local stack."""
    return {
        **reconcile_environment(ports, secrets),
        "HOST": HOST,
        "PORT": str(ports.app),
        "SUPABASE_SECRET_KEY": secrets.supabase_secret_key,
        "SUPABASE_JWT_SECRET": secrets.supabase_jwt_secret,
        "REPLICATE_WEBHOOK_SECRET": secrets.replicate_webhook_secret,
        "STRIPE_WEBHOOK_SECRET": secrets.stripe_webhook_secret,
        **LOCAL_PRICES,
    }


def postgres_url(state: State, ports: Ports, secrets: LocalSecrets) -> str:
    """Where the superuser reaches the stack's database."""
    return _server(state, ports, secrets).url


def _server(state: State, ports: Ports, secrets: LocalSecrets) -> Postgres:
    return Postgres(state.postgres, ports.postgres, secrets.postgres_password)


@contextlib.contextmanager
def _part_errors() -> Generator[None]:
    try:
        yield
    except (PostgresError, ScriptError, SourceError, psycopg.Error) as error:
        raise PartError(f"postgres: {error}") from error
