"""The one way schema reaches a database: one reviewable SQL script, in one transaction.

`review` writes it, to be pasted into a hosted project's SQL editor; `apply` runs the very same text on the local
database.
"""

from ipaddress import ip_address
from typing import TYPE_CHECKING, cast

import psycopg

from local.database.drift import foreign_history
from local.database.sources import Migration, Sources, read_history, read_sources

if TYPE_CHECKING:
    from typing import LiteralString

# As the Supabase CLI keeps it, so that its `migration list` and `db push` agree with us.
_HISTORY = """\
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text primary key,
  statements text[],
  name text
);
"""
# The text stands in the script once: it is recorded, and what is recorded is run. No `on conflict`: a script reviewed
# before somebody else migrated fails as a whole instead of repeating a part.
_MIGRATION = """\
insert into supabase_migrations.schema_migrations (version, name, statements) values
  ('{version}', '{name}', array[${tag}$
{sql}${tag}$]);
do $$ begin
  execute (select statements[1] from supabase_migrations.schema_migrations where version = '{version}');
end $$;
"""
_PART = "-- ==== "


class RemoteDatabaseError(Exception):
    """The script was not run: the target is not this machine's database."""


class ScriptError(Exception):
    """The script failed and left nothing behind. The message names the file at fault."""


def review(
    connection: psycopg.Connection, drift: list[str], deployment: str = "", sources: Sources | None = None
) -> str:
    """The script that brings the target up to date, with its drift as comments. Reads only.

    `deployment` is SQL for the rows that differ between deployments, see `local.database.deployment`.
    """
    pending = _pending(connection, sources or read_sources())
    return "\n".join([_header(pending, drift), *_parts(pending, deployment)])


def apply(connection: psycopg.Connection, deployment: str = "", sources: Sources | None = None) -> None:
    """Run the script that `review` prints.

    Raises RemoteDatabaseError unless the database is on this machine, ScriptError when it has seen other migrations.
    """
    if not ip_address(connection.info.hostaddr).is_loopback:
        raise RemoteDatabaseError(
            f"{connection.info.host} is not this machine: paste the output of `db review` into its SQL editor instead"
        )
    sources = sources or read_sources()
    if foreign := list(foreign_history(sources, read_history(connection))):
        raise ScriptError(
            f"the data are of an older version ({foreign[0]}): run `./maquette reset`, which deletes them"
        )
    # Sent part by part, so that an error can name its file; the script's own begin and commit make it one transaction.
    for part in _parts(_pending(connection, sources), deployment):
        try:
            connection.execute(cast("LiteralString", part))
        except psycopg.Error as error:
            connection.rollback()
            title = part.partition("\n")[0].removeprefix(_PART)
            raise ScriptError(f"{title}: {error.diag.message_primary or error}") from error


def _pending(connection: psycopg.Connection, sources: Sources) -> list[Migration]:
    history = read_history(connection)
    return [migration for migration in sources.migrations if migration.version not in history]


def _header(pending: list[Migration], drift: list[str]) -> str:
    lines = [
        "Maquette: brings this database up to date, in one transaction. Read it, then run it once.",
        "",
        f"Pending migrations: {', '.join(migration.file.path for migration in pending) or 'none'}",
        "",
        *(["Drift of this database from supabase/:", *(f"- {line}" for line in drift)] if drift else ["Drift: none"]),
    ]
    return "".join(f"-- {line}".rstrip() + "\n" for line in lines)


def _parts(pending: list[Migration], deployment: str) -> list[str]:
    return [
        "begin;\nset local lock_timeout = '5s';\n",
        *([f"{_PART}history\n{_HISTORY}"] if pending else []),
        *(_run_and_recorded(migration) for migration in pending),
        *([f"{_PART}rows of this deployment\n{deployment}"] if deployment else []),
        f"{_PART}end\nnotify pgrst, 'reload schema';\ncommit;\n",
    ]


def _run_and_recorded(migration: Migration) -> str:
    tag = "migration"
    while f"${tag}$" in migration.file.sql:
        tag += "_"
    statements = _MIGRATION.format(tag=tag, version=migration.version, name=migration.name, sql=migration.file.sql)
    return f"{_PART}{migration.file.path}\n{statements}"
