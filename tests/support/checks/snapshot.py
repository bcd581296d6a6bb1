"""What the database and the buckets hold of some people, to show that a refusal wrote nothing."""

from tests.support.processes.supabase_stack import SupabaseStack

TABLES = """
select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'public'
union all values ('storage.objects')
"""


def snapshot(supabase: SupabaseStack, *people: str) -> dict[str, str | None]:
    """A digest per table of the rows that name one of these people: where two snapshots differ, something was written.

    Rows of others are left out: deliveries for them may still come.
    """
    with supabase.connect() as connection:
        tables = [name for (name,) in connection.execute(TABLES)]
        digests: dict[str, str | None] = {}
        for table in tables:
            rows = f"select row::text as row from {table} as row where row::text ~ %s"
            query = f"select md5(string_agg(row, '|' order by row)) from ({rows})"
            (found,) = connection.execute(query.encode(), ["|".join(people)]).fetchall()
            (digests[table],) = found
    return digests
