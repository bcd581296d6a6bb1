"""A4: no embed, count, order or filter tells of a row or a column that one may not read."""

import re

import pytest

from tests.security.catalog import columns
from tests.security.decisions import PUBLIC_TABLES, Access, decided_access
from tests.security.victims import Victim
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser

_REFERENCES = """
select conname as name, conrelid::regclass::text as child, confrelid::regclass::text as parent
from pg_constraint
where contype = 'f' and connamespace = 'public'::regnamespace
  and (select relnamespace from pg_class where oid = confrelid) = 'public'::regnamespace
order by conname
"""
READERS = [access for access in decided_access() if access.role in {"anon", "authenticated"}]


def embeds(superuser: Superuser) -> list[str]:
    """Every foreign key from both of its ends."""
    return [
        f"{near}?select=*,{far}!{reference['name']}(*)"
        for reference in superuser.rows(_REFERENCES)
        for near, far in (
            (reference["child"], reference["parent"]),
            (reference["parent"], reference["child"]),
        )
    ]


def secrets_of(victim: Victim) -> set[str]:
    """What identifies the victim's rows wherever it turns up."""
    owned = {table: row for table, row in victim.rows.items() if table not in PUBLIC_TABLES}
    return {
        value
        for row in owned.values()
        for value in map(str, row.values())
        if re.fullmatch(r"[0-9a-f-]{36}", value) or value.startswith(("event-", "prediction-"))
    }


@pytest.mark.parametrize("role", ["anon", "authenticated"])
async def test_A4_embeds_show_nothing_of_somebody_else(
    role: str, anonymous: DatabaseUser, intruder: DatabaseUser, victim: Victim, superuser: Superuser
) -> None:
    reader, secrets = (anonymous if role == "anon" else intruder), secrets_of(victim)
    paths = embeds(superuser)
    assert len(paths) > 20

    for path in paths:
        answer = await reader.rest("GET", path)
        # An ambiguous or unknown embed would be refused for that alone.
        assert answer.is_success or answer.json()["code"] == "42501", (path, answer.text)
        assert not [secret for secret in secrets if secret in answer.text], path


async def test_A4_embeds_show_ones_own_rows(victim: Victim, superuser: Superuser) -> None:
    found = [path for path in embeds(superuser) if victim.render.id in (await victim.user.rest("GET", path)).text]
    assert len(found) >= 10


@pytest.mark.parametrize(
    "access", [access for access in READERS if not access.allows("select")], ids=lambda a: f"{a.role}-{a.table}"
)
async def test_A4_hidden_tables_answer_no_question(
    access: Access, anonymous: DatabaseUser, intruder: DatabaseUser, superuser: Superuser
) -> None:
    reader = anonymous if access.role == "anon" else intruder
    name = columns(superuser.connection, access.table)[0]

    for query in (f"select={name}", f"{name}=is.null", f"order={name}", f"or=({name}.is.null)", "select=count()"):
        answer = await reader.rest("GET", f"{access.table}?{query}")
        refusal = "PGRST123" if query == "select=count()" else "42501"  # aggregates are off, whatever the table
        assert answer.json()["code"] == refusal, query
    head = await reader.rest("HEAD", access.table, prefer="count=exact")
    assert head.is_client_error
    assert "content-range" not in head.headers


async def test_A4_columns_of_hidden_tables_neither_order_nor_filter(
    anonymous: DatabaseUser, intruder: DatabaseUser
) -> None:
    for reader in (anonymous, intruder):
        for query in (
            "select=id,preset_timings(runs)&preset_timings.runs=gt.0",
            "select=id,preset_timings(runs)&order=preset_timings(runs)",
            "select=id,preset_timings!inner()&preset_timings.runs=gt.0",
        ):
            answer = await reader.rest("GET", f"presets?{query}")
            assert answer.json()["code"] == "42501", query
        assert len((await reader.rest("GET", "presets?select=id&order=credits")).json()) > 1


async def test_A4_a_thousand_rows_of_somebody_else_count_for_nothing(
    alice: DatabaseUser, bob: DatabaseUser, superuser: Superuser
) -> None:
    async def count(person: DatabaseUser) -> str:
        return (await person.rest("HEAD", "collections?select=id", prefer="count=exact")).headers["content-range"]

    before = await count(alice)
    superuser.run(
        "insert into collections (owner_id, name) select %s, 'Idea ' || n from generate_series(1, 1000) as n", bob.id
    )

    assert await count(alice) == before == "0-0/1"
    assert (await count(bob)).endswith("/1001")
    assert (await alice.rest("GET", f"collections?or=(owner_id.eq.{bob.id},name.like.Idea*)")).json() == []
    superuser.run("delete from auth.users where id = %s", bob.id)


def test_A4_no_view_reads_with_its_owners_rights(superuser: Superuser) -> None:
    """A view without `security_invoker` and any materialized view ignore row level security."""
    query = """
        select oid::regclass::text from pg_class
        where relnamespace = 'public'::regnamespace and (
          relkind in ('m', 'f')
          or relkind = 'v' and not coalesce('security_invoker=true' = any (reloptions), false)
        )
    """
    assert superuser.rows(query) == []


async def test_A4_schemas_that_are_not_exposed_are_refused(intruder: DatabaseUser) -> None:
    for schema, table in (("private", "proof_key"), ("auth", "users"), ("storage", "objects")):
        answer = await intruder.rest("GET", table, accept_profile=schema)
        assert (answer.status_code, answer.json()["code"]) == (406, "PGRST106")
    assert (await intruder.rest("GET", "plans", accept_profile="public")).is_success
