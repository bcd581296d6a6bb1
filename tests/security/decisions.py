"""What was decided: who may do what in the schema public, and who may call which function. Read from the files beside
this one, which the tests hold against pg_catalog."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

ROLES = ("anon", "authenticated", "service_role")
# Readable by everybody, because nothing in them belongs to a person.
PUBLIC_TABLES = frozenset({"community_collections", "community_items", "plans", "presets"})


class Access(msgspec.Struct, frozen=True):
    """What one role may do with one table, `authenticated` and `select, update (title)` for example."""

    table: str
    role: str
    privileges: str

    def allows(self, verb: str) -> bool:
        """Whether `verb` is granted, on all columns or on some."""
        return any(part.split(" (")[0] == verb for part in self.privileges.split("; "))

    def columns(self, verb: str) -> set[str]:
        """The columns that `verb` is granted on by name; empty for a grant on the whole table."""
        for part in self.privileges.split("; "):
            name, _, columns = part.partition(" (")
            if name == verb and columns:
                return set(columns.rstrip(")").split(", "))
        return set()


def read_decisions(name: str) -> list[str]:
    """The lines of a file of decisions, comments left out."""
    text = (Path(__file__).parent / name).read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def decided_access() -> Iterator[Access]:
    """Every table and every role of the API, with what is granted, which may be nothing."""
    granted = {(table, role): privileges for table, role, privileges in map(_parts, read_decisions("tables.txt"))}
    for table in sorted({table for table, _ in granted}):
        for role in ROLES:
            yield Access(table=table, role=role, privileges=granted.get((table, role), ""))


def _parts(line: str) -> tuple[str, str, str]:
    table, _, rest = line.partition(" ")
    role, _, privileges = rest.partition(" ")
    return table, role, privileges
