"""What a database holds that supabase/ does not say, or the other way round. Reads only."""

from collections.abc import Iterable, Iterator

import psycopg

from local.database.expectation import Bucket, Grant, Policy, expected_buckets, expected_grants, expected_policies
from local.database.sources import Sources

_TABLES = """
select c.oid::regclass::text, c.relrowsecurity,
  exists (select from pg_policy as p where p.polrelid = c.oid)
from pg_class as c
where c.relkind in ('r', 'p')
  and c.relnamespace in (select oid from pg_namespace where nspname in ('public', 'private'))
order by 1
"""

_POLICIES = """
select p.polrelid::regclass::text, p.polname
from pg_policy as p join pg_class as c on c.oid = p.polrelid
where c.relnamespace in (select oid from pg_namespace where nspname in ('public', 'private', 'storage'))
order by 1, 2
"""

# Privileges of the API's roles. A null ACL stands for the built-in default: EXECUTE to PUBLIC for functions.
# On the schema public USAGE is the platform's own; anything more is not.
_GRANTS = """
with roles as (
  select oid, rolname::text as name from pg_roles where rolname in ('anon', 'authenticated', 'service_role')
  union all select 0, 'public'
), schemas as (
  select oid, nspname from pg_namespace where nspname in ('public', 'private')
), held as (
  select 'table' as kind, c.oid::regclass::text as target, a.privilege_type, a.grantee
  from pg_class as c join schemas on schemas.oid = c.relnamespace, aclexplode(c.relacl) as a
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'column', c.oid::regclass::text || '.' || t.attname, a.privilege_type, a.grantee
  from pg_class as c join schemas on schemas.oid = c.relnamespace
    join pg_attribute as t on t.attrelid = c.oid, aclexplode(t.attacl) as a
  union all
  select 'function', p.oid::regprocedure::text, a.privilege_type, a.grantee
  from pg_proc as p join schemas on schemas.oid = p.pronamespace,
    aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
  where not exists (select from pg_depend as d where d.objid = p.oid and d.deptype = 'e')
  union all
  select 'schema', n.nspname, a.privilege_type, a.grantee
  from pg_namespace as n join schemas on schemas.oid = n.oid, aclexplode(n.nspacl) as a
  where not (n.nspname = 'public' and a.privilege_type = 'USAGE')
)
select distinct held.privilege_type, held.kind, held.target, roles.name
from held join roles on roles.oid = held.grantee
order by 3, 1, 4
"""

_BUCKETS = """
select id, coalesce(public, false), file_size_limit, allowed_mime_types from storage.buckets order by id
"""

_PUBLICATIONS = """
select pubname || case when puballtables then ' (all tables)' else '' end, null from pg_publication where puballtables
union all
select pubname, schemaname || '.' || tablename from pg_publication_tables
where schemaname in ('public', 'private', 'storage', 'auth')
order by 1, 2
"""


def find_drift(connection: psycopg.Connection, sources: Sources, history: dict[str, list[str]]) -> list[str]:
    """One sentence for each difference."""
    # Names come out with their schema only when no schema is searched.
    connection.execute("set local search_path = ''")
    return [
        *_history(sources, history),
        *_tables(connection),
        *_policies(connection, expected_policies(sources)),
        *_grants(connection, expected_grants(sources)),
        *_buckets(connection, expected_buckets(sources), is_new=not history),
        *_publications(connection),
    ]


def _history(sources: Sources, history: dict[str, list[str]]) -> Iterator[str]:
    known = {migration.version: migration for migration in sources.migrations}
    for version, statements in history.items():
        if version not in known:
            yield f"migration {version} was applied, but has no file"
        # Recorded by us as one statement; the Supabase CLI splits, and then nothing can be compared.
        elif len(statements) == 1 and statements[0].strip() != known[version].file.sql.strip():
            yield f"{known[version].file.path} was edited after it was applied: write a new migration instead"
    newest = max(history, default="")
    for version, migration in known.items():
        if version not in history and version < newest:
            yield f"{migration.file.path} is older than {newest}, which was applied already"


def _tables(connection: psycopg.Connection) -> Iterator[str]:
    for table, secured, has_policies in connection.execute(_TABLES):
        if not secured:
            yield f"table {table} has no row level security: everybody with a grant reaches every row"
        elif not has_policies:
            yield f"table {table} has no policies: it denies everybody"


def _policies(connection: psycopg.Connection, expected: set[Policy]) -> Iterator[str]:
    for table, name in connection.execute(_POLICIES):
        if (policy := Policy(table=table, name=name)) not in expected:
            yield f"stray {policy}: no migration creates it"


def _grants(connection: psycopg.Connection, expected: set[Grant]) -> Iterator[str]:
    for row in connection.execute(_GRANTS):
        if (grant := Grant(*row)) not in expected:
            yield f"stray grant of {grant}"


def _buckets(connection: psycopg.Connection, expected: dict[str, Bucket], *, is_new: bool) -> Iterator[str]:
    found = {row[0]: Bucket(row[1], row[2], None if row[3] is None else frozenset(row[3])) for row in _rows(connection)}
    for name, bucket in found.items():
        if name not in expected:
            yield f"stray bucket {name}: {bucket}"
        elif bucket != expected[name]:
            yield f"bucket {name} is {bucket}; it should be {expected[name]}"
    for name in expected.keys() - found.keys():
        if not is_new:
            yield f"bucket {name} is missing"


def _rows(connection: psycopg.Connection) -> Iterable[tuple[str, bool, int | None, list[str] | None]]:
    return connection.execute(_BUCKETS)


def _publications(connection: psycopg.Connection) -> Iterator[str]:
    for publication, table in connection.execute(_PUBLICATIONS):
        published = f"{table} in publication {publication}" if table else f"publication {publication}"
        yield f"{published}: Realtime would send deleted rows past row level security"
