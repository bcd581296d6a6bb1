"""How a database differs from what the migrations in its history make. Reads only."""

import re
from collections.abc import Iterator

import psycopg

from local.database.catalogue import Catalogue, Key, read_catalogue
from local.database.shadow import Shadow
from local.database.sources import Sources, read_history

# A longer definition is not repeated in the sentence.
_SHORT = 200
_CONSEQUENCES = {"publication": ": Realtime would send deleted rows past row level security"}


def find_drift(connection: psycopg.Connection, sources: Sources, shadow: Shadow) -> list[str]:
    """One sentence for each difference. Raises ShadowError when the applied migrations fail on an empty project."""
    history = read_history(connection)
    applied = [migration for migration in sources.migrations if migration.version in history]
    newest = max(history, default="")
    return [
        *foreign_history(sources, history),
        *(
            f"{migration.file.path} is older than {newest}, which was applied already"
            for migration in sources.migrations
            if migration not in applied and migration.version < newest
        ),
        *catalogue_drift(read_catalogue(connection), shadow.catalogue(migration.file for migration in applied)),
    ]


def foreign_history(sources: Sources, history: dict[str, list[str]]) -> Iterator[str]:
    """Which migrations, by their version, a database has seen that are not those of the files."""
    known = {migration.version: migration.file for migration in sources.migrations}
    for version, statements in history.items():
        if version not in known:
            yield f"migration {version} was applied, but has no file"
        elif _tokens("".join(statements)) != _tokens(known[version].sql):
            yield f"{known[version].path} was edited after it was applied"


def catalogue_drift(found: Catalogue, expected: Catalogue) -> Iterator[str]:
    """How a catalogue differs from that of the shadow."""
    for key in sorted(found.keys() | expected.keys()):
        here, there = found.get(key), expected.get(key)
        table = Key("table", (found.get(key) or expected[key]).part_of or "")
        if here and key.kind == "row level security" and here.definition == "off":
            yield f"table {key.name} has no row level security: everybody with a grant reaches every row"
        elif (table in found) is not (table in expected):
            continue  # the sentence about the table says it
        elif here is None:
            yield f"{key} is missing"
        elif there is None:
            yield f"{key} comes from no migration{_CONSEQUENCES.get(key.kind, '')}"
        elif key.kind == "column order" and sorted(here.definition.split(", ")) != sorted(there.definition.split(", ")):
            continue  # the sentence about the column says it
        elif here.definition != there.definition:
            yield f"{key} {_compared(here.definition, there.definition)}"


def _compared(here: str, there: str) -> str:
    if "\n" in here + there or len(here) + len(there) > _SHORT:
        return "is not as the migrations make it"
    return f"is `{here}`; the migrations make it `{there}`"


def _tokens(sql: str) -> str:
    """The text without what the Supabase CLI drops when it splits a migration into statements."""
    return re.sub(r"[\s;]+", "", sql)
