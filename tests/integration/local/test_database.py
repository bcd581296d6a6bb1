"""Schema reaches a database by one script: reviewed, applied as reviewed, repeatable (K1)."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import psycopg
import pytest
from psycopg.rows import TupleRow

from local.database import script
from local.database.catalogue import Catalogue, Key, read_catalogue
from local.database.deployment import deployment_rows
from local.database.drift import find_drift
from local.database.script import RemoteDatabaseError, ScriptError, apply, review
from local.database.shadow import Shadow
from local.database.sources import Migration, SourceError, Sources, SqlFile, read_sources
from tests.integration.local.conftest import NewProject

OLDER_DEFAULTS = (Path(script.__file__).parent / "older_hosted_defaults.sql").read_text()
# What its editor takes: `new Blob([sql]).size > 0.98 * MB` is refused.
STUDIO_BYTES = 980_000


def dump(connection: psycopg.Connection) -> tuple[Catalogue, list[TupleRow]]:
    """Everything that is defined, and the history."""
    catalogue = read_catalogue(connection)
    if connection.execute("select to_regclass('supabase_migrations.schema_migrations')").fetchone() == (None,):
        return catalogue, []
    return catalogue, connection.execute("select * from supabase_migrations.schema_migrations").fetchall()


def with_migration(sources: Sources, version: str, sql: str) -> Sources:
    added = Migration(
        version=version, name="added", file=SqlFile(path=f"supabase/migrations/{version}_added.sql", sql=sql)
    )
    return msgspec.structs.replace(sources, migrations=sorted([*sources.migrations, added], key=lambda m: m.version))


@pytest.mark.parametrize("before", ["", OLDER_DEFAULTS], ids=["newer hosted defaults", "older hosted defaults"])
def test_K1_the_product_applied_twice_changes_nothing_and_has_no_drift(
    database: psycopg.Connection, shadow: Shadow, before: str
) -> None:
    sources, rows = read_sources(), deployment_rows(database, "k" * 32, {})
    database.execute(before.encode())
    apply(database, rows, sources)
    once = dump(database)
    apply(database, rows, sources)
    assert dump(database) == once
    assert Key("table", "public.renders") in once[0]
    assert find_drift(database, sources, shadow) == []


def test_K1_a_failing_script_leaves_nothing_and_names_its_file(database: psycopg.Connection, project: Sources) -> None:
    before = dump(database)
    broken = with_migration(project, "20270101000000", "create table public.half (id int);\nselect 1 / 0;\n")
    with pytest.raises(ScriptError, match=r"^supabase/migrations/20270101000000_added\.sql: division by zero$"):
        apply(database, sources=broken)
    assert dump(database) == before
    apply(database, sources=with_migration(project, "20270101000000", "create table public.half (id int);\n"))
    assert database.execute("select to_regclass('public.half')").fetchone() == ("half",)


def test_K1_a_later_migration_meets_old_data(database: psycopg.Connection, project: Sources) -> None:
    apply(database, sources=project)
    database.execute("insert into public.notes (owner_id, body) values (gen_random_uuid(), 'kept')")
    later = "alter table public.notes add column pinned boolean not null default false;\n"
    apply(database, sources=with_migration(project, "20270101000000", later))
    assert database.execute("select body, pinned from public.notes").fetchall() == [("kept", False)]


def test_the_reviewed_text_pasted_by_hand_does_what_apply_does(new_project: NewProject) -> None:
    with new_project() as pasted, new_project() as applied:
        text = review(pasted, []).encode()
        assert len(text) < 0.3 * STUDIO_BYTES
        pasted.execute(text)  # as one text, as Studio's editor sends it
        apply(applied)
        assert dump(pasted) == dump(applied)


def test_migrations_are_recorded_as_the_supabase_cli_does(database: psycopg.Connection, project: Sources) -> None:
    apply(database, sources=project)
    recorded = database.execute(
        "select version, name, statements from supabase_migrations.schema_migrations"
    ).fetchall()
    assert recorded == [
        ("20260101000000", "create_notes", ["\n" + project.migrations[0].file.sql]),
        ("20260101000100", "apply_policies", ["\n" + project.migrations[1].file.sql]),
    ]


def test_a_script_reviewed_before_somebody_else_migrated_fails_whole(
    database: psycopg.Connection, project: Sources
) -> None:
    apply(database, sources=project)
    pending = with_migration(project, "20270101000000", "create table if not exists public.late (id int);\n")
    reviewed = review(database, [], sources=pending)
    apply(database, sources=pending)
    after = dump(database)
    with pytest.raises(psycopg.errors.UniqueViolation):
        database.execute(reviewed.encode())
    database.rollback()
    assert dump(database) == after


def test_apply_refuses_a_database_elsewhere() -> None:
    hosted = SimpleNamespace(info=SimpleNamespace(host="db.example.supabase.co", hostaddr="192.0.2.7"))
    with pytest.raises(RemoteDatabaseError, match=r"db\.example\.supabase\.co is not this machine"):
        apply(cast("psycopg.Connection", hosted))


def test_review_changes_nothing(database: psycopg.Connection, shadow: Shadow, project: Sources) -> None:
    before = dump(database)
    database.execute("set default_transaction_read_only = on")
    assert "create table public.notes" in review(database, find_drift(database, project, shadow), sources=project)
    assert dump(database) == before


def test_data_of_an_older_baseline_are_left_alone_and_the_way_out_is_named(
    database: psycopg.Connection, project: Sources
) -> None:
    apply(database, sources=project)
    before = dump(database)
    folded = msgspec.structs.replace(project, migrations=project.migrations[1:])
    edited = msgspec.structs.replace(project.migrations[0], file=SqlFile(path="a.sql", sql="select 1;\n"))
    for sources, cause in (
        (folded, "migration 20260101000000 was applied, but has no file"),
        (msgspec.structs.replace(project, migrations=[edited]), "a.sql was edited after it was applied"),
    ):
        later = with_migration(sources, "20270101000000", "create table public.late (id int);\n")
        with pytest.raises(ScriptError) as refused:
            apply(database, sources=later)
        assert (
            str(refused.value)
            == f"the data are of an older version ({cause}): run `./maquette reset`, which deletes them"
        )
    assert dump(database) == before


def test_K2_a_table_whose_policies_were_forgotten_denies_everybody(
    database: psycopg.Connection, project: Sources
) -> None:
    database.execute(OLDER_DEFAULTS.encode())
    apply(database, sources=msgspec.structs.replace(project, migrations=project.migrations[:1]))
    database.execute("insert into public.notes (owner_id, body) values (gen_random_uuid(), 'private')")
    for role, rows in (("authenticated", 0), ("anon", 0), ("postgres", 1)):
        with database.transaction():
            database.execute(f"set local role {role}".encode())
            assert database.execute("select count(*) from public.notes").fetchone() == (rows,)


@pytest.mark.parametrize(
    ("name", "sql", "message"),
    [
        ("create_things.sql", "select 1;", "must be named"),
        ("20260101000000_things.sql", "select 1;\ncommit;", "one transaction"),
        ("20260101000000_things.sql", "select 1;\n  BEGIN;", "one transaction"),
    ],
)
def test_a_file_that_cannot_be_part_of_the_script_is_named(tmp_path: Path, name: str, sql: str, message: str) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / name).write_text(sql)
    with pytest.raises(SourceError, match=f"{name}.*{message}"):
        read_sources(tmp_path)


def test_two_migrations_of_one_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    for name in ("a", "b"):
        (tmp_path / "migrations" / f"20260101000000_{name}.sql").write_text("select 1;")
    with pytest.raises(SourceError, match="20260101000000"):
        read_sources(tmp_path)
