"""House rules of supabase/: what stands where. Each rule is tried on a sample that breaks it."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeAlias

import pytest

from local.cli.steps import ROOT
from local.database.migration import COPY, FOLDERS, changed, changed_in

Files: TypeAlias = Mapping[str, str]
"""SQL by path below supabase/."""

# One definition: from its head to the mark that begins its body.
FUNCTION = re.compile(r"create (?:or replace )?function (?P<name>\w+\.\w+)\s*\((?P<head>.*?)\bas \$", re.DOTALL)


def read(*folders: str) -> Files:
    """The files of these folders. A folder without any is an error: no rule passes because it looked nowhere."""
    found = {
        str(path.relative_to(ROOT / "supabase")): path.read_text()
        for folder in folders
        for path in sorted((ROOT / "supabase" / folder).glob("*.sql"))
    }
    assert {path.partition("/")[0] for path in found} == set(folders)
    return found


def by_hand(migrations: Files) -> Files:
    """The migrations that copy nothing."""
    return {path: sql for path, sql in migrations.items() if not COPY.search(sql)}


def holding(pattern: str) -> Callable[[Files], list[str]]:
    """A rule: the files that have what the pattern says."""
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda files: [path for path, sql in files.items() if compiled.search(sql)]


deleting_stored_files = holding(r"delete\s+from\s+storage\.objects")
making_tables = holding(r"create table|alter table")
making_functions = holding(r"create (or replace )?(function|procedure)|create (or replace )?(constraint )?trigger")
making_policies = holding(r"create policy")


def waiting_without_end(files: Files) -> list[str]:
    """Migrations that may wait for a lock for ever."""
    return [path for path, sql in files.items() if "set local lock_timeout = " not in sql]


def defined_twice(files: Files) -> list[str]:
    """Functions with more than one body."""
    names = Counter(match["name"] for sql in files.values() for match in FUNCTION.finditer(sql))
    assert names
    return [name for name, count in names.items() if count > 1]


def trusting_the_search_path(files: Files) -> list[str]:
    """Functions whose names somebody else may resolve."""
    return [
        match["name"]
        for sql in files.values()
        for match in FUNCTION.finditer(sql)
        if "set search_path = ''" not in match["head"]
    ]


def open_by_default(files: Files) -> list[str]:
    """Functions that the file does not take back from everybody before it grants them."""
    return [
        match["name"]
        for sql in files.values()
        for match in FUNCTION.finditer(sql)
        if not re.search(
            rf"revoke execute on function[^;]*\b{re.escape(match['name'])}\b[^;]*"
            r"from public, anon, authenticated, service_role;",
            sql,
        )
    ]


def test_no_sql_deletes_stored_files() -> None:
    assert deleting_stored_files(read("migrations", "policies", "routines", "rows")) == []


def test_migrations_by_hand_hold_no_policy_and_no_function() -> None:
    migrations = by_hand(read("migrations"))
    assert migrations
    assert making_policies(migrations) == []
    assert making_functions(migrations) == []


def test_each_folder_holds_what_its_name_says() -> None:
    assert making_tables(read("policies", "routines", "rows")) == []
    assert making_functions(read("policies", "rows")) == []
    assert making_policies(read("routines", "rows")) == []


def test_every_migration_bounds_its_wait_for_locks() -> None:
    assert waiting_without_end(read("migrations")) == []


def test_every_function_is_defined_once() -> None:
    routines = read("routines")
    heads = sum(len(re.findall(r"create (?:or replace )?function", sql)) for sql in routines.values())
    assert heads == sum(len(FUNCTION.findall(sql)) for sql in routines.values()), "a function that the rules do not see"
    assert defined_twice(routines) == []


def test_every_function_sets_its_search_path() -> None:
    assert trusting_the_search_path(read("routines")) == []


def test_every_function_is_taken_back_from_everybody_where_it_is_defined() -> None:
    assert open_by_default(read("routines")) == []


def test_the_newest_copies_are_the_files() -> None:
    assert read(*FOLDERS)
    assert changed_in(ROOT / "supabase") == {}


ONE = "create function private.one(a int) returns int\nlanguage sql set search_path = ''\nas $$ select 1 $$;\n"


@pytest.mark.parametrize(
    ("rule", "sql"),
    [
        (deleting_stored_files, "DELETE\n  from storage.objects where true;"),
        (making_tables, "create table public.things (id int);"),
        (making_tables, "alter table public.things add column x int;"),
        (making_functions, ONE),
        (making_functions, ONE.replace("create", "create or replace")),
        (making_functions, "create or replace trigger a before insert on public.b for each row"),
        (making_policies, 'create policy "open" on public.things for select using (true);'),
        (waiting_without_end, "create table public.things (id int);"),
        (defined_twice, ONE + ONE.replace("create", "create or replace").replace("a int", "b text")),
        (trusting_the_search_path, ONE.replace(" set search_path = ''", "")),
        (trusting_the_search_path, ONE.replace("= ''", "= public")),
        (open_by_default, ONE + "grant execute on function private.one(int) to anon;"),
        (open_by_default, ONE + "revoke execute on function private.one from public;"),
        (
            open_by_default,
            ONE + "revoke execute on function private.one_more from public, anon, authenticated, service_role;",
        ),
    ],
)
def test_each_rule_catches_a_sample(rule: Callable[[Files], list[str]], sql: str) -> None:
    assert rule({"routines/sample.sql": sql}) != []


def test_a_copy_that_is_old_is_seen() -> None:
    old = "-- ==== supabase/routines/a.sql\nold\n\n-- ==== supabase/routines/b.sql\nsame\n"
    newer = "-- ==== supabase/routines/a.sql\nnew\n"
    files = {"routines/a.sql": "new\n", "routines/b.sql": "same\n"}
    assert changed(files, [old]) == {"routines/a.sql": "new\n"}
    assert changed(files, [old, newer]) == {}
    assert changed(files, [newer, old]) == {"routines/a.sql": "new\n"}
    assert changed({"routines/a.sql": "new\n"}, [old, newer]) == {"routines/b.sql": ""}
    assert changed({"routines/a.sql": "new\n"}, [old, newer, "-- ==== supabase/routines/b.sql\n"]) == {}
    assert changed({**files, "rows/c.sql": "missing\n"}, [old, newer]) == {"rows/c.sql": "missing\n"}


def test_a_copy_is_not_by_hand() -> None:
    assert by_hand({"1": "-- ==== supabase/routines/a.sql\n", "2": "create table public.things (id int);"}).keys() == {
        "2"
    }
