"""What our own migrations say a database holds: policies, grants and buckets.

Read by patterns, because the files have one fixed form. A test applies them to an empty database and finds no drift, so
a statement that these patterns miss cannot stay unnoticed.
"""

import re
from collections.abc import Iterator

import msgspec

from local.database.sources import Sources

_IGNORED = re.compile(r"--[^\n]*|\$\$.*?\$\$", re.DOTALL)
"""Comments and the bodies of functions."""

_NEXT_FUNCTION = re.compile(r",\s*(?=(?:public|private)\.\w+\()")
_POLICY = re.compile(r'create policy "(?P<name>[^"]+)"\s+on (?P<table>\w+\.\w+)', re.IGNORECASE)
_GRANT = re.compile(
    r"grant (?P<privileges>[^;]+?) on (?P<kind>function|schema|table)?\s*(?P<object>[^;]+?) to (?P<roles>[^;]+);",
    re.IGNORECASE,
)
_PRIVILEGE = re.compile(r"(?P<privilege>\w+)\s*(?:\((?P<columns>[^)]+)\))?")
_BUCKETS = re.compile(
    r"insert into storage\.buckets \([^)]+\)\s*values(?P<rows>.+?)on conflict", re.IGNORECASE | re.DOTALL
)
_BUCKET = re.compile(
    r"\('(?P<id>[^']+)', '[^']+', (?P<public>true|false), (?P<bytes>\d+|null), (?:array\[(?P<types>[^\]]*)\]|null)\)"
)


class Policy(msgspec.Struct, frozen=True):
    """A row level security policy; `table` with its schema."""

    table: str
    name: str

    def __str__(self) -> str:
        return f'policy "{self.name}" on {self.table}'


class Grant(msgspec.Struct, frozen=True):
    """One privilege of one role on a table, a `table.column`, a function with its argument types, or a schema."""

    privilege: str
    kind: str
    target: str
    role: str

    def __str__(self) -> str:
        return f"{self.privilege} on {self.kind} {self.target} to {self.role}"


class Bucket(msgspec.Struct, frozen=True):
    """The flags of a storage bucket; `file_size_limit` in bytes."""

    public: bool
    file_size_limit: int | None
    allowed_mime_types: frozenset[str] | None

    def __str__(self) -> str:
        types = "any type" if self.allowed_mime_types is None else ", ".join(sorted(self.allowed_mime_types))
        size = "any size" if self.file_size_limit is None else f"{self.file_size_limit} bytes"
        return f"{'public' if self.public else 'private'}, {size}, {types}"


def expected_policies(sources: Sources) -> set[Policy]:
    """The policies that the migrations create."""
    return {Policy(table=m["table"], name=m["name"]) for sql in _migration_sql(sources) for m in _POLICY.finditer(sql)}


def expected_grants(sources: Sources) -> set[Grant]:
    """The privileges that the migrations grant, one by one."""
    return {grant for sql in _migration_sql(sources) for match in _GRANT.finditer(sql) for grant in _grants(match)}


def expected_buckets(sources: Sources) -> dict[str, Bucket]:
    """The buckets by id; a later migration overrules an earlier one."""
    return {
        row["id"]: Bucket(
            public=row["public"] == "true",
            file_size_limit=None if row["bytes"] == "null" else int(row["bytes"]),
            allowed_mime_types=None if row["types"] is None else frozenset(re.findall(r"'([^']+)'", row["types"])),
        )
        for migration in sources.migrations
        for insert in _BUCKETS.finditer(migration.file.sql)
        for row in _BUCKET.finditer(insert["rows"])
    }


def _migration_sql(sources: Sources) -> Iterator[str]:
    return (_IGNORED.sub("", migration.file.sql) for migration in sources.migrations)


def _grants(match: re.Match[str]) -> Iterator[Grant]:
    kind = (match["kind"] or "table").lower()
    targets = _NEXT_FUNCTION.split(match["object"]) if kind == "function" else match["object"].split(",")
    for role in match["roles"].split(","):
        for target in targets:
            for part in _PRIVILEGE.finditer(match["privileges"]):
                name = target.strip().replace(", ", ",")
                columns = (
                    [f"{name}.{column.strip()}" for column in part["columns"].split(",")] if part["columns"] else [name]
                )
                for column in columns:
                    yield Grant(
                        privilege=part["privilege"].upper(),
                        kind="column" if part["columns"] else kind,
                        target=column,
                        role=role.strip().lower(),
                    )
