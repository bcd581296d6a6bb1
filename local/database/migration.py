"""Migrations made of the files that people edit: supabase/routines, supabase/policies and supabase/rows.

A migration holds a verbatim copy of each file that changed. What the files have no more is found by comparing what the
migrations make with what the files make, and is dropped before the copies.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.database.catalogue import Catalogue, Key, Object, read_catalogue
from local.database.drift import catalogue_drift
from local.database.shadow import Shadow, apply_files
from local.database.sources import Migration, SqlFile, read_sources

FOLDERS = ("routines", "policies", "rows")
"""In the order in which their files are applied."""

COPY = re.compile(r"^-- ==== supabase/(\S+\.sql)\n", re.MULTILINE)
"""The line above each copy."""

_HEADER = """\
-- {what}
-- Written by `./maquette db migration`. Read and edit the files that are named below, not their copies.
set local lock_timeout = '5s';
"""
_GONE = "-- What the files have no more.\n"
_VERSION = "%Y%m%d%H%M%S"
# Who depends on another comes first.
_REMOVED_IN_ORDER = ("grant", "policy", "trigger", "table", "function")


class MigrationError(Exception):
    """No migration can be made of the files; the message says why."""


def read_files(root: Path) -> dict[str, str]:
    """The files to copy by their path below `root`, in the order in which they are applied."""
    return {
        str(path.relative_to(root)): path.read_text(encoding="utf-8").strip() + "\n"
        for folder in FOLDERS
        for path in sorted((root / folder).glob("*.sql"))
    }


def changed(files: Mapping[str, str], migrations: Iterable[str]) -> dict[str, str]:
    """The files whose newest copy in the migrations is another text. A file that is gone is there without a text."""
    copies: dict[str, str] = {}
    for sql in migrations:
        _, *parts = COPY.split(sql)
        copies |= zip(parts[::2], parts[1::2], strict=True)
    gone = dict.fromkeys(path for path, copy in copies.items() if path not in files and copy.strip())
    new = {path: sql for path, sql in files.items() if sql.strip() != copies.get(path, "").strip()}
    return {**dict.fromkeys(gone, ""), **new}


def changed_in(root: Path) -> dict[str, str]:
    """The files below `root` that the migrations beside them do not have as they are."""
    return changed(read_files(root), (migration.file.sql for migration in read_sources(root).migrations))


def new_migration(root: Path, shadow: Shadow, what: str) -> Path:
    """Write a migration of what changed.

    Raises MigrationError, or ShadowError for the file that Postgres refuses; then nothing is written.
    """
    migrations = read_sources(root).migrations
    slug = re.sub(r"[^a-z0-9]+", "_", what.lower()).strip("_")
    if not slug:
        raise MigrationError("say in a few words what the migration does")
    before = [migration.file for migration in migrations]
    wanted = _catalogue_of_files(shadow, before, read_files(root))
    text = _text(what, _removals(shadow.catalogue(before), wanted), changed_in(root))
    path = root / "migrations" / f"{_next_version(migrations)}_{slug}.sql"
    _check(shadow, [*before, SqlFile(path=path.name, sql=text)], wanted)
    path.write_text(text, encoding="utf-8")
    return path


def fold(root: Path, shadow: Shadow) -> Path:
    """Write all files into the first migration of copies, and delete the later ones. Raises as `new_migration` does."""
    migrations = read_sources(root).migrations
    first, *later = [migration.file for migration in migrations if COPY.search(migration.file.sql)]
    what = first.sql.partition("\n")[0].removeprefix("-- ")
    folded = SqlFile(path=first.path, sql=_text(what, [], read_files(root)))
    kept = [migration.file for migration in migrations if migration.file not in later]
    wanted = _catalogue_of_files(shadow, [file for file in kept if file is not first], read_files(root))
    _check(shadow, [folded if file is first else file for file in kept], wanted)
    for file in later:
        (root.parent / file.path).unlink()
    path = root.parent / first.path
    path.write_text(folded.sql, encoding="utf-8")
    return path


def _catalogue_of_files(shadow: Shadow, migrations: list[SqlFile], files: Mapping[str, str]) -> Catalogue:
    """What the files make of the migrations' tables: functions, policies and grants come from the files alone."""
    with shadow.project() as connection:
        apply_files(connection, migrations)
        for statement in _removals(read_catalogue(connection), {}):
            connection.execute(f"{statement} cascade".encode())
        apply_files(connection, [SqlFile(path=f"supabase/{path}", sql=sql) for path, sql in files.items()])
        return read_catalogue(connection)


def _removals(current: Catalogue, wanted: Catalogue) -> list[str]:
    """The statements that remove what is not wanted, or cannot be replaced by what is."""
    gone = {
        key: value
        for key, value in current.items()
        if value.removal and (key not in wanted or (key.kind == "function" and _head(value) != _head(wanted[key])))
    }
    return [
        value.removal
        for kind in _REMOVED_IN_ORDER
        for key, value in gone.items()
        # The grants of a function go with it.
        if key.kind == kind and value.removal and Key("function", value.part_of or "") not in gone
    ]


def _head(function: Object) -> str:
    """The names of a function's arguments and its result, which `create or replace` cannot change."""
    return function.definition.partition("\n LANGUAGE ")[0]


def _check(shadow: Shadow, migrations: list[SqlFile], wanted: Catalogue) -> None:
    made = shadow.catalogue(migrations)
    of_files = ({key: value for key, value in catalogue.items() if value.removal} for catalogue in (made, wanted))
    for difference in catalogue_drift(*of_files):
        raise MigrationError(f"the migration would not make what the files say: {difference}")


def _text(what: str, removals: list[str], copies: Mapping[str, str]) -> str:
    return "\n".join(
        [
            _HEADER.format(what=what),
            *([_GONE + "".join(f"{statement};\n" for statement in removals)] if removals else []),
            *(f"-- ==== supabase/{path}\n{sql}" for path, sql in copies.items()),
        ]
    )


def _next_version(migrations: list[Migration]) -> str:
    """The time now, or a second after the newest migration where that is later."""
    newest = max(datetime.strptime(migration.version, _VERSION).replace(tzinfo=UTC) for migration in migrations)
    return max(datetime.now(UTC), newest + timedelta(seconds=1)).strftime(_VERSION)
