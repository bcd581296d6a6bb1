"""A1: every table, every verb, every role of the API against somebody else's rows. What was not granted is refused;
what was granted reaches one's own rows only."""

from typing import Any, cast

import pytest

from tests.security.catalog import everything, primary_key
from tests.security.decisions import PUBLIC_TABLES, Access, decided_access
from tests.security.victims import Victim
from tests.support.clients.database_user import DatabaseUser, Row
from tests.support.clients.superuser import Superuser

GRID = [access for access in decided_access() if access.role in {"anon", "authenticated"}]
VERBS = {"insert": "POST", "update": "PATCH", "delete": "DELETE", "select": "GET"}


def cells(*, granted: bool) -> list[object]:
    """Every table × verb × role that is, or is not, granted."""
    return [
        pytest.param(access, verb, id=f"{access.role}-{verb}-{access.table}")
        for access in GRID
        for verb in VERBS
        if access.allows(verb) == granted
    ]


def attacker(access: Access, anonymous: DatabaseUser, intruder: DatabaseUser) -> DatabaseUser:
    """Who has the role of a cell and owns nothing."""
    return anonymous if access.role == "anon" else intruder


def address(superuser: Superuser, table: str, row: Row) -> str:
    """The path of one row, by its primary key."""
    key = primary_key(superuser.connection, table)
    return f"{table}?" + "&".join(f"{name}=eq.{row[name]}" for name in key)


async def attack(user: DatabaseUser, verb: str, path: str, body: Row | None) -> tuple[int, object]:
    """Status, and the error's code or what came back."""
    answer = await user.rest(VERBS[verb], path, body, prefer="return=representation")
    found: Any = answer.json()
    return answer.status_code, cast("Row", found)["code"] if isinstance(found, dict) else found


async def test_A1_the_attackers_of_the_grid_are_served(anonymous: DatabaseUser, intruder: DatabaseUser) -> None:
    assert (await anonymous.rest("GET", "plans?id=eq.free")).json() != []
    assert [row["id"] for row in (await intruder.rest("GET", "profiles")).json()] == [intruder.id]


@pytest.mark.parametrize(("access", "verb"), cells(granted=False))
async def test_A1_a_verb_that_was_not_granted_is_refused(
    access: Access, verb: str, anonymous: DatabaseUser, intruder: DatabaseUser, victim: Victim, superuser: Superuser
) -> None:
    user, row = attacker(access, anonymous, intruder), victim.rows[access.table]
    path = access.table if verb == "insert" else address(superuser, access.table, row)
    before = everything(superuser.connection)

    answer = await attack(user, verb, path, row if verb in {"insert", "update"} else None)

    assert answer == (401 if access.role == "anon" else 403, "42501")
    assert everything(superuser.connection) == before


@pytest.mark.parametrize("access", GRID, ids=lambda access: f"{access.role}-{access.table}")
@pytest.mark.parametrize("resolution", ["merge-duplicates", "ignore-duplicates"])
async def test_A1_an_upsert_onto_somebodys_row_is_refused(
    access: Access,
    resolution: str,
    anonymous: DatabaseUser,
    intruder: DatabaseUser,
    victim: Victim,
    superuser: Superuser,
) -> None:
    user, row = attacker(access, anonymous, intruder), victim.rows[access.table]
    key = ",".join(primary_key(superuser.connection, access.table))
    before = everything(superuser.connection)

    answer = await user.rest(
        "POST", f"{access.table}?on_conflict={key}", row, prefer=f"resolution={resolution},return=representation"
    )

    assert (answer.status_code, answer.json()["code"]) == (401 if access.role == "anon" else 403, "42501")
    assert everything(superuser.connection) == before


async def test_A1_an_upsert_of_granted_columns_does_not_take_over_an_item(
    intruder: DatabaseUser, victim: Victim, superuser: Superuser
) -> None:
    item = {name: victim.rows["collection_items"][name] for name in ("collection_id", "render_id")} | {"position": 9}
    before = everything(superuser.connection)

    for resolution in ("merge-duplicates", "ignore-duplicates"):
        answer = await intruder.rest(
            "POST",
            "collection_items?on_conflict=collection_id,render_id",
            item,
            prefer=f"resolution={resolution},return=representation",
        )
        assert answer.is_client_error or answer.json() == []

    assert everything(superuser.connection) == before


def owned(verb: str) -> list[object]:
    """The granted cells of tables whose rows belong to somebody."""
    return [
        pytest.param(access, id=f"{access.role}-{access.table}")
        for access in GRID
        if access.allows(verb) and access.table not in PUBLIC_TABLES
    ]


@pytest.mark.parametrize("access", owned("select"))
async def test_A1_reading_finds_ones_own_rows_only(
    access: Access, anonymous: DatabaseUser, intruder: DatabaseUser, victim: Victim, superuser: Superuser
) -> None:
    path = address(superuser, access.table, victim.rows[access.table])

    assert (await attacker(access, anonymous, intruder).rest("GET", path)).json() == []
    assert len((await victim.user.rest("GET", path)).json()) == 1


@pytest.mark.parametrize("access", owned("update"))
async def test_A1_an_update_reaches_ones_own_rows_only(
    access: Access, intruder: DatabaseUser, fresh_victim: Victim, superuser: Superuser
) -> None:
    path = address(superuser, access.table, fresh_victim.rows[access.table])
    changes = {
        "collections": {"name": "Taken"},
        "collection_items": {"position": 7},
        "renders": {"title": "Taken"},
        # The timestamp is the database's own; what it does is in test_g5_shares.py.
        "share_links": {"revoked_at": None},
    }
    before = everything(superuser.connection)

    assert await attack(intruder, "update", path, changes[access.table]) == (200, [])
    assert await attack(intruder, "update", f"{access.table}?owner_id=neq.{intruder.id}", changes[access.table]) == (
        200,
        [],
    )
    assert everything(superuser.connection) == before

    _, changed = await attack(fresh_victim.user, "update", path, changes[access.table])
    assert isinstance(changed, list)
    assert changes[access.table].items() <= changed[0].items()


@pytest.mark.parametrize("access", owned("delete"))
async def test_A1_a_delete_reaches_ones_own_rows_only(
    access: Access, intruder: DatabaseUser, fresh_victim: Victim, superuser: Superuser
) -> None:
    path = address(superuser, access.table, fresh_victim.rows[access.table])
    before = everything(superuser.connection)

    assert await attack(intruder, "delete", path, None) == (200, [])
    assert await attack(intruder, "delete", f"{access.table}?owner_id=neq.{intruder.id}", None) == (200, [])
    assert everything(superuser.connection) == before

    _, deleted = await attack(fresh_victim.user, "delete", path, None)
    assert deleted == [fresh_victim.rows[access.table]]


@pytest.mark.parametrize("access", owned("insert"))
async def test_A1_a_row_for_somebody_else_is_refused(
    access: Access, intruder: DatabaseUser, victim: Victim, superuser: Superuser
) -> None:
    row = {name: victim.rows[access.table][name] for name in access.columns("insert")}
    before = everything(superuser.connection)

    answer = await attack(intruder, "insert", access.table, row | {"owner_id": victim.user.id})

    assert answer == (403, "42501")
    assert everything(superuser.connection) == before


async def test_A1_what_one_makes_is_ones_own(alice: DatabaseUser, superuser: Superuser) -> None:
    answer = await alice.rest("POST", "collections", {"name": "Mine"}, prefer="return=representation")

    assert answer.status_code == 201
    assert answer.json()[0]["owner_id"] == alice.id


def test_A1_every_table_with_an_owner_is_guarded_by_policies_for_each_granted_verb(superuser: Superuser) -> None:
    """One policy per verb and never a broad `for all`; what is written is checked as well as what is found."""
    policies = superuser.rows(
        "select tablename, cmd, qual, with_check, roles from pg_policies where schemaname = 'public'"
    )
    assert {policy["cmd"] for policy in policies} <= {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert [p for p in policies if p["cmd"] in {"INSERT", "UPDATE"} and p["with_check"] is None] == []
    for access in GRID:
        verbs = {p["cmd"].lower() for p in policies if p["tablename"] == access.table and access.role in p["roles"]}
        assert verbs == {verb for verb in VERBS if access.allows(verb)}, access


def test_A1_row_level_security_is_on_everywhere(superuser: Superuser) -> None:
    query = """
        select oid::regclass::text as name from pg_class
        where relnamespace in ('public'::regnamespace, 'private'::regnamespace) and relkind in ('r', 'p')
          and not relrowsecurity
    """
    assert superuser.rows(query) == []
