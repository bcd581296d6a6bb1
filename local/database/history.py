"""Which migrations a database has seen, as the Supabase CLI records them."""

import psycopg


def read_history(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Statements by version, oldest first; empty for a database without history."""
    known = connection.execute("select to_regclass('supabase_migrations.schema_migrations') is not null").fetchone()
    if known is None or not known[0]:
        return {}
    rows = connection.execute("select version, statements from supabase_migrations.schema_migrations order by version")
    return {version: statements or [] for version, statements in rows}
