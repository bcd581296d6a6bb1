"""A2: nobody writes a column that they were not given. The grants are held against tables.txt, under both defaults of
hosted projects, and then tried one column at a time."""

import psycopg
import pytest

from tests.security.catalog import columns, everything, primary_key, tables
from tests.security.decisions import ROLES, Access, decided_access, read_decisions
from tests.security.victims import Victim
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser, Row
from tests.support.clients.superuser import Superuser

TABLE_PRIVILEGES = ("DELETE", "TRUNCATE", "TRIGGER", "MAINTAIN")
COLUMN_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "REFERENCES")

_FAVORITES = "select id, name, is_favorites from collections where owner_id = %s and is_favorites"


def granted(superuser: Superuser) -> list[str]:
    """The grants of a database in the form of tables.txt."""
    lines: list[str] = []
    for table in tables(superuser.connection):
        lines.append(table)
        for role in ROLES:
            privileges = [*_column_privileges(superuser, role, table), *_table_privileges(superuser, role, table)]
            if privileges:
                lines.append(f"{table} {role} {'; '.join(privileges)}")
    return lines


def _column_privileges(superuser: Superuser, role: str, table: str) -> list[str]:
    names = columns(superuser.connection, table)
    found: list[str] = []
    for privilege in COLUMN_PRIVILEGES:
        query = "select has_column_privilege(%s, ('public.' || quote_ident(%s))::regclass, %s, %s)"
        allowed = [name for name in names if superuser.value(query, role, table, name, privilege)]
        if allowed == names:
            found.append(privilege.lower())
        elif allowed:
            found.append(f"{privilege.lower()} ({', '.join(allowed)})")
    return found


def _table_privileges(superuser: Superuser, role: str, table: str) -> list[str]:
    query = "select has_table_privilege(%s, ('public.' || quote_ident(%s))::regclass, %s)"
    return [privilege.lower() for privilege in TABLE_PRIVILEGES if superuser.value(query, role, table, privilege)]


def test_A2_grants_are_those_that_were_decided(superuser: Superuser) -> None:
    assert granted(superuser) == read_decisions("tables.txt")


def test_A2_grants_are_the_same_on_an_older_hosted_project(older_superuser: Superuser) -> None:
    assert older_superuser.value("select count(*) from pg_default_acl where defaclnamespace = 'public'::regnamespace")
    assert granted(older_superuser) == read_decisions("tables.txt")


@pytest.mark.parametrize(
    "access", [a for a in decided_access() if a.role == "authenticated"], ids=lambda access: access.table
)
async def test_A2_a_person_patches_only_the_granted_columns_of_their_own_row(
    access: Access, victim: Victim, superuser: Superuser
) -> None:
    row, person = victim.rows[access.table], victim.user
    names = columns(superuser.connection, access.table)
    here = "&".join(f"{name}=eq.{row[name]}" for name in primary_key(superuser.connection, access.table))
    before = everything(superuser.connection)

    # Each column to the value that it has: whoever may, changes nothing.
    answers = {name: await person.rest("PATCH", f"{access.table}?{here}", {name: row[name]}) for name in names}

    patched = {name for name, answer in answers.items() if answer.is_success}
    assert patched == access.columns("update")
    assert {answers[name].json()["code"] for name in names if name not in patched} <= {"42501"}
    assert everything(superuser.connection) == before


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("profiles", {"price_id": "price_pro"}),
        ("profiles", {"stripe_customer_id": "cus_of_somebody"}),
        ("generation_jobs", {"status": "failed"}),
        ("generation_jobs", {"prediction_id": "theirs"}),
        ("generation_jobs", {"credits": 1, "deadline_at": "2000-01-01T00:00:00Z"}),
        ("usage_ledger", {"amount": 1_000_000}),
        ("usage_ledger", {"effective_at": "2000-01-01T00:00:00Z"}),
        ("renders", {"title": "Fine", "owner_id": "00000000-0000-0000-0000-000000000000"}),
        ("renders", {"input_path": "inputs/somebody/else.jpg"}),
        ("render_variants", {"path": "somebody/else.png"}),
        ("collections", {"is_favorites": True}),
        ("collection_items", {"owner_id": "00000000-0000-0000-0000-000000000000"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
async def test_A2_what_is_worth_money_or_privacy_cannot_be_patched(
    table: str, changes: Row, victim: Victim, superuser: Superuser
) -> None:
    before = everything(superuser.connection)

    answer = await victim.user.rest("PATCH", f"{table}?select=*", changes, prefer="return=representation")

    assert (answer.status_code, answer.json()["code"]) == (403, "42501")
    assert everything(superuser.connection) == before


async def test_A2_a_person_retitles_their_render(fresh_victim: Victim, superuser: Superuser) -> None:
    address = f"renders?id=eq.{fresh_victim.render.id}"

    answer = await fresh_victim.user.rest("PATCH", address, {"title": "Winter light"})

    assert answer.is_success
    assert superuser.value("select title from renders where id = %s", fresh_victim.render.id) == "Winter light"


async def test_A2_nobody_writes_a_second_favorites(alice: DatabaseUser, superuser: Superuser) -> None:
    refused = await alice.rest("POST", "collections", {"name": "Mine", "is_favorites": True})
    allowed = await alice.rest("POST", "collections", {"name": "Mine"})

    assert (refused.status_code, refused.json()["code"]) == (403, "42501")
    assert allowed.status_code == 201
    names = superuser.rows("select name from collections where owner_id = %s and is_favorites", alice.id)
    assert names == [{"name": "My Favorites"}]


@pytest.mark.parametrize("verb", ["PATCH", "DELETE"])
async def test_A2_favorites_are_neither_renamed_nor_deleted(
    verb: str, alice: DatabaseUser, superuser: Superuser
) -> None:
    await alice.rest("POST", "collections", {"name": "Other"})
    change = {"name": "Gone"} if verb == "PATCH" else None
    names = "select name from collections where owner_id = %s order by is_favorites"

    # Without a filter it reaches every row that the policies leave.
    answer = await alice.rest(verb, "collections?id=not.is.null", change)

    assert (answer.status_code, answer.json()["message"]) == (409, "favorites_fixed")
    assert [row["name"] for row in superuser.rows(names, alice.id)] == ["Other", "My Favorites"]
    assert (await alice.rest(verb, "collections?is_favorites=is.false", change)).is_success
    left = superuser.rows(names, alice.id)
    assert [row["name"] for row in left] == ([] if verb == "DELETE" else ["Gone"]) + ["My Favorites"]


@pytest.mark.parametrize(
    "statement",
    [
        "delete from collections where owner_id = %s",
        "update collections set is_favorites = false where owner_id = %s",
        "update collections set name = 'Mine' where owner_id = %s",
        "insert into collections (owner_id, name, is_favorites) values (%s, 'My Favorites', true)",
    ],
)
async def test_A2_an_operator_leaves_favorites_as_they_are_while_there_is_an_owner(
    statement: str, alice: DatabaseUser, superuser: Superuser, superuser_connection: psycopg.Connection
) -> None:
    before = superuser.rows(_FAVORITES, alice.id)
    with pytest.raises(psycopg.Error, match=r"favorites_fixed|collections_one_favorites_idx"):
        superuser_connection.execute(statement.encode(), (alice.id,))
    assert superuser.rows(_FAVORITES, alice.id) == before


async def test_A2_favorites_go_with_the_account(alice: DatabaseUser, superuser: Superuser) -> None:
    assert len(superuser.rows(_FAVORITES, alice.id)) == 1
    superuser.run("delete from auth.users where id = %s", alice.id)
    assert superuser.rows("select from collections where owner_id = %s", alice.id) == []


@pytest.mark.parametrize("title", ["", "   ", "x" * 121, " " * 200 + "x", "x\u0000"])
async def test_A2_a_title_is_short_and_not_blank(
    title: str, api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    render = await api_rpc.render(alice)

    answer = await alice.rest("PATCH", f"renders?id=eq.{render.id}", {"title": title})

    assert answer.status_code == 400
    assert superuser.value("select title from renders where id = %s", render.id) == "Living room"
    assert (await alice.rest("PATCH", f"renders?id=eq.{render.id}", {"title": "x" * 120})).is_success


@pytest.mark.parametrize("position", ["NaN", "Infinity", "-Infinity"])
async def test_A2_a_position_is_a_number_that_json_can_hold(
    position: str, fresh_victim: Victim, superuser: Superuser
) -> None:
    address = f"collection_items?render_id=eq.{fresh_victim.render.id}"

    answer = await fresh_victim.user.rest("PATCH", address, {"position": position})

    assert (answer.status_code, answer.json()["code"]) == (400, "23514")
    assert (await fresh_victim.user.rest("PATCH", address, {"position": 1.5})).is_success
    assert superuser.value("select position from collection_items where render_id = %s", fresh_victim.render.id) == 1.5
