"""A migration brings what changed in routines, policies and rows, all of it, and takes away what is gone (K3)."""

from pathlib import Path

import pytest

from local.database.migration import MigrationError, changed_in, fold, new_migration
from local.database.shadow import Shadow, ShadowError, apply_files
from local.database.sources import read_sources
from tests.integration.local.conftest import edit


def add(file: Path, sql: str) -> None:
    file.write_text(f"{file.read_text()}\n\n{sql}")


def drops(migration: Path) -> list[str]:
    """What stands before the copies."""
    above, _, _ = migration.read_text().partition("-- ==== ")
    return [line for line in above.splitlines() if line.startswith(("drop", "revoke"))]


def copies(migration: Path) -> list[str]:
    return [line.removeprefix("-- ==== supabase/") for line in migration.read_text().splitlines() if "-- ====" in line]


def test_the_files_as_they_are_need_no_migration(folder: Path, shadow: Shadow) -> None:
    assert changed_in(folder) == {}
    again = new_migration(folder, shadow, "Nothing")
    assert drops(again) == copies(again) == []


def test_K3_a_migration_holds_the_changed_files_as_they_are(folder: Path, shadow: Shadow) -> None:
    newest = max(migration.version for migration in read_sources(folder).migrations)
    add(folder / "routines" / "20_usage.sql", "-- A comment.\n")
    edit(folder / "rows" / "plans.sql", "('pro', 200, 4, 20)", "('pro', 300, 4, 20)")
    written = new_migration(folder, shadow, "Raise Pro's cap, to 300!")
    assert written.name.endswith("_raise_pro_s_cap_to_300.sql")
    assert newest < written.name.partition("_")[0]
    assert written.read_text() == (
        "-- Raise Pro's cap, to 300!\n"
        "-- Written by `./maquette db migration`. Read and edit the files that are named below, not their copies.\n"
        "set local lock_timeout = '5s';\n"
        f"\n-- ==== supabase/routines/20_usage.sql\n{(folder / 'routines' / '20_usage.sql').read_text()}"
        f"\n-- ==== supabase/rows/plans.sql\n{(folder / 'rows' / 'plans.sql').read_text()}"
    )
    assert changed_in(folder) == {}
    with shadow.project() as connection:
        apply_files(connection, [migration.file for migration in read_sources(folder).migrations])
        assert connection.execute("select monthly_credits from public.plans where id = 'pro'").fetchone() == (300,)


def test_K3_what_a_file_has_no_more_is_dropped(folder: Path, shadow: Shadow) -> None:
    gone = folder / "routines" / "99_gone.sql"
    gone.write_text(
        """create or replace function private.gone(a int, b int default 1) returns int
        language sql set search_path = '' as $$ select a + b $$;
        revoke execute on function private.gone(int, int) from public, anon, authenticated, service_role;
        grant execute on function private.gone(int, int) to service_role;
        create or replace function private.kept() returns int language sql set search_path = '' as $$ select 1 $$;
        create or replace function private.stamp() returns trigger
        language plpgsql set search_path = '' as $$ begin return new; end $$;
        create or replace trigger stamp before update on public.plans for each row execute function private.stamp();
        create or replace view public.viewed as select private.gone(monthly_credits) from public.plans;
        grant select on public.viewed to service_role;
        """
    )
    policy = folder / "policies" / "plans.sql"
    kept = policy.read_text()
    add(policy, 'drop policy if exists "gone" on public.plans;\ncreate policy "gone" on public.plans using (false);\n')
    assert drops(new_migration(folder, shadow, "Add")) == []

    gone.write_text("create or replace function private.kept() returns text\nlanguage sql as $$ select 'x' $$;\n")
    policy.write_text(kept)
    written = new_migration(folder, shadow, "Take away")
    assert drops(written) == [
        "revoke SELECT on table public.viewed from service_role;",
        "drop policy if exists gone on public.plans;",
        "drop trigger if exists stamp on public.plans;",
        "drop view if exists public.viewed;",
        "drop routine if exists private.gone(integer,integer);",
        "drop routine if exists private.kept();",
        "drop routine if exists private.stamp();",
    ]
    assert copies(written) == ["routines/99_gone.sql", "policies/plans.sql"]

    gone.unlink()
    written = new_migration(folder, shadow, "Delete the file")
    assert drops(written) == ["drop routine if exists private.kept();"]
    assert written.read_text().endswith("\n-- ==== supabase/routines/99_gone.sql\n")
    assert changed_in(folder) == {}
    today = shadow.catalogue(migration.file for migration in read_sources().migrations)
    assert shadow.catalogue(migration.file for migration in read_sources(folder).migrations) == today


def test_K3_a_grant_that_only_a_file_took_back_is_taken_back(folder: Path, shadow: Shadow) -> None:
    edit(folder / "policies" / "private_schema.sql", "to anon, authenticated, service_role;", "to authenticated;")
    assert drops(new_migration(folder, shadow, "Close the schema")) == [
        "revoke USAGE on schema private from anon;",
        "revoke USAGE on schema private from service_role;",
    ]


def test_a_file_that_postgres_refuses_is_named_and_nothing_is_written(folder: Path, shadow: Shadow) -> None:
    before = sorted(folder.rglob("*"))
    add(folder / "rows" / "plans.sql", "select 1 / 0;\n")
    with pytest.raises(ShadowError) as refused:
        new_migration(folder, shadow, "Break")
    assert str(refused.value) == "supabase/rows/plans.sql cannot be applied to an empty project: division by zero"
    with pytest.raises(MigrationError, match="say in a few words"):
        new_migration(folder, shadow, "…")
    assert sorted(folder.rglob("*")) == before


def test_K3_folding_makes_one_migration_of_the_files(folder: Path, shadow: Shadow) -> None:
    before = sorted((folder / "migrations").iterdir())
    add(folder / "policies" / "plans.sql", "grant select on public.plans to service_role;\n")
    new_migration(folder, shadow, "Grant")
    add(folder / "policies" / "plans.sql", "grant insert on public.plans to service_role;\n")
    new_migration(folder, shadow, "Grant more")
    wanted = shadow.catalogue(migration.file for migration in read_sources(folder).migrations)
    folded = fold(folder, shadow)
    assert sorted((folder / "migrations").iterdir()) == before
    assert folded in before
    assert changed_in(folder) == {}
    assert shadow.catalogue(migration.file for migration in read_sources(folder).migrations) == wanted
