"""A5: a function is callable by those who were decided in functions.txt, under both defaults of hosted projects."""

import pytest

from tests.security.decisions import ROLES, read_decisions
from tests.support.clients.superuser import Superuser

_FUNCTIONS = """
select p.oid::regprocedure::text as signature, n.nspname as schema, p.prosecdef as definer, p.proconfig as settings
from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
where n.nspname in ('public', 'private')
order by n.nspname, p.oid::regprocedure::text
"""


@pytest.fixture(params=["superuser", "older_superuser"], ids=["new project", "older project"])
def project(request: pytest.FixtureRequest) -> Superuser:
    """A project of either kind; every function is named with its schema."""
    found: Superuser = request.getfixturevalue(request.param)
    return found


def callable_by(project: Superuser) -> list[str]:
    """The grants of a database in the form of functions.txt."""
    lines: list[str] = []
    with project.connection.transaction():
        project.run("set local search_path = ''")
        for function in project.rows(_FUNCTIONS):
            query = "select has_function_privilege(%s, %s, 'EXECUTE')"
            roles = [role for role in ROLES if project.value(query, role, function["signature"])]
            lines.append(f"{function['signature']}: {', '.join(roles) or 'nobody'}")
    return lines


def test_A5_functions_are_callable_by_those_who_were_decided(project: Superuser) -> None:
    assert callable_by(project) == read_decisions("functions.txt")


def test_A5_no_function_trusts_the_search_path(project: Superuser) -> None:
    loose = [row["signature"] for row in project.rows(_FUNCTIONS) if 'search_path=""' not in (row["settings"] or [])]
    assert loose == []


def test_A5_functions_with_their_owners_rights_are_in_the_schema_that_is_not_exposed(project: Superuser) -> None:
    functions = project.rows(_FUNCTIONS)
    assert [row["signature"] for row in functions if row["definer"] and row["schema"] == "public"] == []
    assert [row["signature"] for row in functions if row["definer"]] != []


def test_A5_nobody_creates_objects_beside_ours(project: Superuser) -> None:
    creators = [
        (role, schema)
        for role in ROLES
        for schema in ("public", "private")
        if project.value("select has_schema_privilege(%s, %s, 'CREATE')", role, schema)
    ]
    assert creators == []


def test_A5_no_role_reads_a_table_of_the_private_schema(project: Superuser) -> None:
    query = """
        select c.relname, role from pg_class as c, unnest(%s::text[]) as role
        where c.relnamespace = 'private'::regnamespace and c.relkind in ('r', 'v', 'm')
          and has_any_column_privilege(role, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
    """
    assert project.rows(query, list(ROLES)) == []
    assert project.value("select count(*) from private.proof_key") == 1
