"""What pg_catalog says that there is."""

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.sql import SQL, Composable, Identifier, Literal

from tests.support.clients.database_user import Row

_TABLES = """
select relname as name from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') order by relname
"""
_COLUMNS = """
select attname as name from pg_attribute
where attrelid = ('public.' || quote_ident(%s))::regclass and attnum > 0 and not attisdropped order by attname
"""
_KEYS = """
select array_agg(attname::text order by attname) as columns
from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)
where indrelid = ('public.' || quote_ident(%s))::regclass and indisprimary
"""


def tables(superuser: Connection[DictRow]) -> list[str]:
    """Everything in the schema public that can be selected from."""
    return [row["name"] for row in superuser.execute(_TABLES)]


def columns(superuser: Connection[DictRow], table: str) -> list[str]:
    """The columns of a table."""
    return [row["name"] for row in superuser.execute(_COLUMNS, (table,))]


def primary_key(superuser: Connection[DictRow], table: str) -> list[str]:
    """The columns of a table's primary key."""
    row = superuser.execute(_KEYS, (table,)).fetchone()
    assert row is not None
    return row["columns"]


def content(superuser: Connection[DictRow], table: str) -> list[Row]:
    """Every row of a table as JSON."""
    query = SQL("select to_jsonb(t) as row from public.{} as t order by to_jsonb(t)::text").format(Identifier(table))
    return [row["row"] for row in superuser.execute(query)]


def everything(superuser: Connection[DictRow]) -> dict[str, str | None]:
    """A digest of each table, and of the files' rows: equal before and after means that nothing was changed."""
    digest = SQL("select {} as table, md5(string_agg(t::text, '' order by t::text)) as digest from {} as t")
    sources: dict[str, Composable] = {name: SQL("public.{}").format(Identifier(name)) for name in tables(superuser)}
    sources["files"] = SQL("(select to_jsonb(o) - 'last_accessed_at' from storage.objects as o)")
    query = SQL(" union all ").join(digest.format(Literal(name), source) for name, source in sources.items())
    return {row["table"]: row["digest"] for row in superuser.execute(query)}
