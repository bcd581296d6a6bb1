"""Schema reaches a database by one script: reviewed, applied as reviewed, repeatable; drift is named (K1, K2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import uuid4

import msgspec
import psycopg
import pytest

from local.database import script
from local.database.catalogue import Catalogue, Key, read_catalogue
from local.database.deployment import deployment_rows
from local.database.script import RemoteDatabaseError, ScriptError, apply, review
from local.database.sources import Migration, SourceError, Sources, SqlFile, read_sources
from tests.support.processes.supabase_stack import SupabaseStack, free_port, running_gateway, wait_until_ready

OLDER_DEFAULTS = (Path(script.__file__).parent / "older_hosted_defaults.sql").read_text()
DENIES_EVERYBODY = "has no policies: it denies everybody"
FILES = "1048576 bytes, image/png, text/plain"
CREATE_NOTES = "project/migrations/20260101000000_create_notes.sql"


@pytest.fixture(scope="session")
def platform(supabase: SupabaseStack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database as a new project has it: auth, storage and the roles, nothing of ours."""
    name = f"platform_{uuid4().hex}"
    with supabase.connect() as connection:
        connection.execute(f"create database {name}")
    database_url = supabase.gateway.database_url.removesuffix("postgres") + name
    gateway = msgspec.structs.replace(
        supabase.gateway, database_url=database_url, port=free_port(), studio_port=free_port()
    )
    log = tmp_path_factory.mktemp("platform") / "gateway.log"
    with running_gateway(gateway, log) as process:
        wait_until_ready(gateway, process, log)
    return name


@pytest.fixture
def database(supabase: SupabaseStack, platform: str) -> Iterator[psycopg.Connection]:
    """A new project's database."""
    with _new_project(supabase, platform) as connection:
        yield connection


@contextmanager
def _new_project(supabase: SupabaseStack, platform: str) -> Iterator[psycopg.Connection]:
    name = f"project_{uuid4().hex}"
    with supabase.connect() as owner:
        owner.execute(f"create database {name} template {platform}")
        with psycopg.connect(
            supabase.gateway.database_url.removesuffix("postgres") + name, autocommit=True
        ) as connection:
            yield connection
        owner.execute(f"drop database {name} with (force)")


def dump(connection: psycopg.Connection) -> tuple[Catalogue, list[psycopg.rows.TupleRow]]:
    """Everything that is defined, and the history."""
    catalogue = read_catalogue(connection)
    if connection.execute("select to_regclass('supabase_migrations.schema_migrations')").fetchone() == (None,):
        return catalogue, []
    return catalogue, connection.execute("select * from supabase_migrations.schema_migrations").fetchall()


def drift_of(connection: psycopg.Connection, sources: Sources) -> list[str]:
    header = review(connection, sources=sources).partition("begin;")[0]
    return [line.removeprefix("-- - ") for line in header.splitlines() if line.startswith("-- - ")]


def with_migration(sources: Sources, version: str, sql: str) -> Sources:
    added = Migration(
        version=version, name="added", file=SqlFile(path=f"supabase/migrations/{version}_added.sql", sql=sql)
    )
    return msgspec.structs.replace(sources, migrations=sorted([*sources.migrations, added], key=lambda m: m.version))


@pytest.mark.parametrize("before", ["", OLDER_DEFAULTS], ids=["newer hosted defaults", "older hosted defaults"])
def test_K1_the_product_applied_twice_changes_nothing_and_has_no_drift(
    database: psycopg.Connection, before: str
) -> None:
    sources, rows = read_sources(), deployment_rows("k" * 32, {})
    database.execute(before.encode())
    apply(database, rows, sources)
    once = dump(database)
    apply(database, rows, sources)
    assert dump(database) == once
    assert Key("table", "public.renders") in once[0]
    assert [line for line in drift_of(database, sources) if DENIES_EVERYBODY not in line] == []


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


def test_the_reviewed_text_pasted_by_hand_does_what_apply_does(supabase: SupabaseStack, platform: str) -> None:
    with _new_project(supabase, platform) as pasted, _new_project(supabase, platform) as applied:
        sources = read_sources()
        pasted.execute(review(pasted, "", sources).encode())  # as one text, as Studio's editor sends it
        apply(applied, "", sources)
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
    reviewed = review(database, sources=pending)
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


def test_review_changes_nothing(database: psycopg.Connection, project: Sources) -> None:
    before = dump(database)
    database.execute("set default_transaction_read_only = on")
    assert "create table public.notes" in review(database, sources=project)
    assert dump(database) == before


DRIFT = {
    "table without row level security": (
        "alter table public.notes disable row level security",
        "table public.notes has no row level security: everybody with a grant reaches every row",
    ),
    "table without policies": (
        "create table public.bare (id int); alter table public.bare enable row level security",
        f"table public.bare {DENIES_EVERYBODY}",
    ),
    "stray policy": (
        'create policy "open" on public.notes for select to anon using (true)',
        'stray policy "open" on public.notes: no migration creates it',
    ),
    "stray policy on storage": (
        'create policy "open" on storage.objects for select to anon using (true)',
        'stray policy "open" on storage.objects: no migration creates it',
    ),
    "stray table grant": (
        "grant delete on public.notes to authenticated",
        "stray grant of DELETE on table public.notes to authenticated",
    ),
    "stray column grant": (
        "grant update (owner_id) on public.notes to authenticated",
        "stray grant of UPDATE on column public.notes.owner_id to authenticated",
    ),
    "function granted to anon": (
        "grant execute on function public.echo(jsonb) to anon",
        "stray grant of EXECUTE on function public.echo(jsonb) to anon",
    ),
    "new function, open to everybody by default": (
        "create function public.fresh() returns int language sql as 'select 1'",
        "stray grant of EXECUTE on function public.fresh() to public",
    ),
    "objects may be made": (
        "grant create on schema public to authenticated",
        "stray grant of CREATE on schema public to authenticated",
    ),
    "public bucket": (
        "update storage.buckets set public = true where id = 'files'",
        f"bucket files is public, {FILES}; it should be private, {FILES}",
    ),
    "bucket for any size and type": (
        "update storage.buckets set file_size_limit = null, allowed_mime_types = null where id = 'files'",
        f"bucket files is private, any size, any type; it should be private, {FILES}",
    ),
    "stray bucket": (
        "insert into storage.buckets (id, name, public) values ('open', 'open', true)",
        "stray bucket open: public, any size, any type",
    ),
    "missing bucket": (
        "set storage.allow_delete_query = 'true'; delete from storage.buckets",
        "bucket files is missing",
    ),
    "published table": (
        "create publication supabase_realtime for table public.notes",
        "public.notes in publication supabase_realtime: Realtime would send deleted rows past row level security",
    ),
    "all tables published": (
        "create publication everything for all tables",
        "publication everything (all tables): Realtime would send deleted rows past row level security",
    ),
    "migration without a file": (
        "insert into supabase_migrations.schema_migrations (version) values ('20250101000000')",
        "migration 20250101000000 was applied, but has no file",
    ),
    "migration edited after it was applied": (
        "update supabase_migrations.schema_migrations set statements = array['select 1'] where name = 'create_notes'",
        f"{CREATE_NOTES} was edited after it was applied: write a new migration instead",
    ),
}


@pytest.mark.parametrize(("change", "sentence"), DRIFT.values(), ids=DRIFT)
def test_K2_drift_is_named(database: psycopg.Connection, project: Sources, change: str, sentence: str) -> None:
    apply(database, sources=project)
    assert drift_of(database, project) == []
    database.execute(change.encode())
    assert sentence in drift_of(database, project)


def test_K2_a_migration_older_than_what_was_applied_is_named(database: psycopg.Connection, project: Sources) -> None:
    apply(database, sources=project)
    late = with_migration(project, "20250101000000", "select 1;\n")
    sentence = "supabase/migrations/20250101000000_added.sql is older than 20260101000100, which was applied already"
    assert drift_of(database, late) == [sentence]


def test_K2_a_table_whose_policies_were_forgotten_denies_everybody(
    database: psycopg.Connection, project: Sources
) -> None:
    database.execute(OLDER_DEFAULTS.encode())
    apply(database, sources=msgspec.structs.replace(project, migrations=project.migrations[:1]))
    database.execute("insert into public.notes (owner_id, body) values (gen_random_uuid(), 'private')")
    for role, rows in (("authenticated", 0), ("anon", 0), ("postgres", 1)):
        with database.transaction():
            database.execute(f"set local role {role}")
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
