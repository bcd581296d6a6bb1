"""What the database and the buckets hold, to show that a refusal wrote nothing."""

from tests.stack import Stack

TABLES = """
select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'public'
union all values ('storage.objects')
"""


def snapshot(stack: Stack) -> dict[str, str | None]:
    """A digest of each table of ours and of the list of stored files: of two, the unequal entries tell what changed."""
    with stack.connect() as connection:
        tables = [name for (name,) in connection.execute(TABLES)]
        digests: dict[str, str | None] = {}
        for table in tables:
            query = f"select md5(string_agg(row::text, '|' order by row::text)) from {table} as row"
            (found,) = connection.execute(query.encode()).fetchall()
            (digests[table],) = found
    return digests
