"""`./maquette db`: the script of local/database, on the database of the running stack or on a named one."""

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

import psycopg

from local.cli.node import install_postgres
from local.cli.parts import postgres_url
from local.cli.state import StackError, State
from local.cli.steps import ROOT
from local.community.check import problems
from local.database import migration, script
from local.database.deployment import LOCAL_PRICES, deployment_rows, plan_of_price
from local.database.drift import find_drift
from local.database.orphans import orphans
from local.database.shadow import Shadow, ShadowError, running_shadow
from local.database.sources import ROOT as SUPABASE
from local.database.sources import read_sources
from local.postgres.programs import MAJOR, PostgresError
from local.secrets import load_or_create


def review_script(state: State, url: str | None) -> tuple[str, list[str]]:
    """The SQL that brings the database up to date, and its drift, one sentence each. Raises StackError or StepError."""
    with _connected(state, url) as (connection, deployment):
        with _shadow(connection.info.server_version // 10_000) as shadow:
            drift = find_drift(connection, read_sources(), shadow)
        return script.review(connection, drift, deployment), drift


def apply_script(state: State, url: str | None) -> None:
    """Run it, on this machine only. Raises StackError."""
    with _connected(state, url) as (connection, deployment):
        script.apply(connection, deployment)


def write_migration(what: str) -> str:
    """Write a migration of the files that changed; the sentence says what was done. Raises StackError or StepError."""
    if not migration.changed_in(SUPABASE):
        return "The migrations have every file as it is: nothing was written."
    with _shadow() as shadow:
        return f"Wrote {migration.new_migration(SUPABASE, shadow, what).relative_to(ROOT)}."


def fold_migrations() -> str:
    """Write all files into the first migration of copies; the sentence says so. Raises StackError or StepError."""
    tags = subprocess.run(["git", "tag"], cwd=ROOT, capture_output=True, check=False).stdout
    if tags:
        raise StackError("A version is tagged, so its migrations stay as they are: write a new one.")
    with _shadow() as shadow:
        return f"Wrote {migration.fold(SUPABASE, shadow).relative_to(ROOT)}."


def find_orphans(state: State, url: str | None) -> list[str]:
    """Files and rows that do not fit together, one sentence each. Raises StackError."""
    with _connected(state, url) as (connection, _):
        return list(orphans(connection))


def check_community(state: State, url: str | None) -> list[str]:
    """Community items that cannot be made now, one sentence each. Raises StackError."""
    with _connected(state, url) as (connection, _):
        return list(problems(connection))


@contextmanager
def _shadow(major: int = MAJOR) -> Generator[Shadow]:
    install_postgres(major)
    try:
        with running_shadow(major) as shadow:
            yield shadow
    except (psycopg.Error, PostgresError, ShadowError, migration.MigrationError) as error:
        raise StackError(f"{error}.") from error


@contextmanager
def _connected(state: State, url: str | None) -> Generator[tuple[psycopg.Connection, str]]:
    """A connection, and the rows of that deployment."""
    if url is None:
        ports, secrets = state.running_ports(), load_or_create(state.folder)
        url, proof_secret = postgres_url(state, ports, secrets), secrets.api_proof_secret
        prices = plan_of_price(LOCAL_PRICES)
    else:
        proof_secret = os.environ.get("API_PROOF_SECRET", "")
        prices = plan_of_price(os.environ)
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            yield connection, deployment_rows(connection, proof_secret, prices)
    except (psycopg.Error, script.RemoteDatabaseError, script.ScriptError) as error:
        raise StackError(str(error)) from error
