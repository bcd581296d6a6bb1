"""The one way schema reaches a database: one reviewable SQL script, in one transaction.

`review` prints it, to be pasted into a hosted project's SQL editor; `apply` runs the very same text on the local
database.
"""

from ipaddress import ip_address
from typing import TYPE_CHECKING, cast

import psycopg

from local.database.drift import find_drift
from local.database.history import read_history
from local.database.sources import Migration, Sources, SqlFile, read_sources

if TYPE_CHECKING:
    from typing import LiteralString

# As the Supabase CLI keeps it, so that its `migration list` and `db push` agree with us.
_HISTORY_TABLE = """\
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text primary key,
  statements text[],
  name text
);
"""
_PART = "-- ==== "


class RemoteDatabaseError(Exception):
    """The script was not run: the target is not this machine's database."""


class ScriptError(Exception):
    """The script failed and left nothing behind. The message names the file at fault."""


def review(connection: psycopg.Connection, deployment: str = "", sources: Sources | None = None) -> str:
    """The script that brings the target up to date, with its drift as comments. Reads only.

    `deployment` is SQL for the rows that differ between deployments, see `local.database.deployment`.
    """
    return "\n".join(_parts(connection, deployment, sources or read_sources()))


def apply(connection: psycopg.Connection, deployment: str = "", sources: Sources | None = None) -> None:
    """Run the script that `review` prints. Raises RemoteDatabaseError unless the database is on this machine."""
    if not ip_address(connection.info.hostaddr).is_loopback:
        raise RemoteDatabaseError(
            f"{connection.info.host} is not this machine: paste the output of `db review` into its SQL editor instead"
        )
    # Sent part by part, so that an error can name its file; the script's own begin and commit make it one transaction.
    for part in _parts(connection, deployment, sources or read_sources()):
        try:
            connection.execute(cast("LiteralString", part))
        except psycopg.Error as error:
            connection.rollback()
            title = part.partition("\n")[0].removeprefix(_PART)
            raise ScriptError(f"{title}: {error.diag.message_primary or error}") from error


def _parts(connection: psycopg.Connection, deployment: str, sources: Sources) -> list[str]:
    with connection.transaction():
        history = read_history(connection)
        drift = find_drift(connection, sources, history)
    pending = [migration for migration in sources.migrations if migration.version not in history]
    return [
        _header(pending, drift) + "\nbegin;\nset local lock_timeout = '5s';\n",
        *(_part(migration.file) for migration in pending),
        *([f"{_PART}rows of this deployment\n{deployment}"] if deployment else []),
        *([_recorded(pending)] if pending else []),
        f"{_PART}end\nnotify pgrst, 'reload schema';\ncommit;\n",
    ]


def _header(pending: list[Migration], drift: list[str]) -> str:
    lines = [
        "Maquette: brings this database up to date, in one transaction. Read it, then run it once.",
        "",
        f"Pending migrations: {', '.join(migration.file.path for migration in pending) or 'none'}",
        "",
        *(["Drift of this database from supabase/:", *(f"- {line}" for line in drift)] if drift else ["Drift: none"]),
    ]
    return "".join(f"-- {line}".rstrip() + "\n" for line in lines)


def _part(file: SqlFile) -> str:
    return f"{_PART}{file.path}\n{file.sql}"


def _recorded(pending: list[Migration]) -> str:
    # No `on conflict`: a script reviewed before somebody else migrated fails as a whole instead of repeating a part.
    rows = [
        "insert into supabase_migrations.schema_migrations (version, name, statements) values\n"
        f"  ('{migration.version}', '{migration.name}', array[{_dollar_quoted(migration.file.sql)}]);\n"
        for migration in pending
    ]
    return f"{_PART}history\n{_HISTORY_TABLE}" + "".join(rows)


def _dollar_quoted(text: str) -> str:
    tag = "migration"
    while f"${tag}$" in text:
        tag += "_"
    return f"${tag}$\n{text}${tag}$"
