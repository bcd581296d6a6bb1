"""The migrations of supabase/, everything that is applied to a database, and those that a database has seen."""

import re
from pathlib import Path

import msgspec
import psycopg

ROOT = Path(__file__).parents[2] / "supabase"

_MIGRATION_NAME = re.compile(r"(?P<version>\d{14})_(?P<name>[a-z0-9_]+)\.sql")
_TRANSACTION_CONTROL = re.compile(r"^\s*(begin|commit|rollback)\s*;", re.IGNORECASE | re.MULTILINE)


class SourceError(Exception):
    """A file under supabase/ cannot be part of the script; the message names it."""


class SqlFile(msgspec.Struct, frozen=True):
    """One file; `path` is relative to the project, as people know it."""

    path: str
    sql: str


class Migration(msgspec.Struct, frozen=True):
    """One step of history. `version` is its UTC timestamp, `YYYYMMDDhhmmss`."""

    version: str
    name: str
    file: SqlFile


class Sources(msgspec.Struct, frozen=True):
    """Everything in the order in which it is applied."""

    migrations: list[Migration]


def read_sources(root: Path = ROOT) -> Sources:
    """Read `root`. Raises SourceError for a name that is no migration's or a file that ends the common transaction."""
    migrations = [_migration(path, root) for path in sorted((root / "migrations").glob("*.sql"))]
    versions = [migration.version for migration in migrations]
    if repeated := {version for version in versions if versions.count(version) > 1}:
        raise SourceError(f"two migrations share the version {', '.join(sorted(repeated))}")
    return Sources(migrations=migrations)


def read_history(connection: psycopg.Connection) -> dict[str, list[str]]:
    """The statements of each migration that was applied, by version, oldest first, as the Supabase CLI records them."""
    known = connection.execute("select to_regclass('supabase_migrations.schema_migrations')").fetchone()
    if known == (None,):
        return {}
    rows = connection.execute("select version, statements from supabase_migrations.schema_migrations order by version")
    return {version: statements or [] for version, statements in rows}


def _migration(path: Path, root: Path) -> Migration:
    match = _MIGRATION_NAME.fullmatch(path.name)
    if match is None:
        raise SourceError(f"{path.name} must be named <YYYYMMDDhhmmss>_<verb_object>.sql")
    return Migration(version=match["version"], name=match["name"], file=_read(path, root))


def _read(path: Path, root: Path) -> SqlFile:
    sql = path.read_text(encoding="utf-8").strip() + "\n"
    if found := _TRANSACTION_CONTROL.search(sql):
        raise SourceError(f"{path.name} has `{found[0].strip()}`: the whole script is one transaction")
    return SqlFile(path=str(path.relative_to(root.parent)), sql=sql)
