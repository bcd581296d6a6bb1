"""What differs from the migrations is named, whatever it is, and nothing else (K2, K3)."""

import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest

from local.cli.node import install_postgres
from local.database.catalogue import Catalogue, read_catalogue
from local.database.drift import catalogue_drift, find_drift
from local.database.script import apply, review
from local.database.shadow import Shadow, ShadowError, running_shadow
from local.database.sources import Migration, Sources, SqlFile, read_sources
from local.postgres.programs import MAJOR, majors
from local.supabase.gateway import PROJECT
from tests.integration.local.conftest import NewProject
from tests.integration.local.studio_changes import CHANGES, differs

PRODUCT = read_sources()
CREATE_TABLES, COPIES = PRODUCT.migrations[:2]


@pytest.fixture(scope="module")
def expected(shadow: Shadow) -> Catalogue:
    return shadow.catalogue(migration.file for migration in PRODUCT.migrations)


@pytest.fixture(scope="module")
def product(new_project: NewProject) -> Iterator[psycopg.Connection]:
    """A database with the product's schema, for changes that are rolled back."""
    with new_project() as connection:
        apply(connection)
        yield connection


@pytest.mark.parametrize(("change", "sentences"), CHANGES.values(), ids=CHANGES)
def test_K2_K3_a_change_in_studio_is_named_and_nothing_else(
    product: psycopg.Connection, expected: Catalogue, change: str, sentences: list[str]
) -> None:
    assert list(catalogue_drift(read_catalogue(product), expected)) == []
    with product.transaction(force_rollback=True):
        product.execute(change.encode())
        assert list(catalogue_drift(read_catalogue(product), expected)) == sentences


def test_K2_the_buckets_of_config_toml_are_those_of_the_migrations(expected: Catalogue) -> None:
    def described(bucket: dict[str, Any]) -> str:
        size = int(bucket["file_size_limit"].removesuffix("MiB")) * 1024**2
        types = ", ".join(sorted(bucket["allowed_mime_types"]))
        return f"{'public' if bucket['public'] else 'private'}, {size} bytes, {types}"

    buckets = tomllib.loads(PROJECT.read_text())["storage"]["buckets"]
    assert {name: described(bucket) for name, bucket in buckets.items()} == {
        key.name: value.definition for key, value in expected.items() if key.kind == "bucket"
    }


def test_K2_columns_in_another_order_are_named(database: psycopg.Connection, project: Sources, shadow: Shadow) -> None:
    apply(database, sources=project)
    database.execute(
        """alter table public.notes rename secret to hidden;
        alter table public.notes add column secret text not null default 'hidden';
        alter table public.notes drop column hidden"""
    )
    assert find_drift(database, project, shadow) == [
        differs(
            "column order public.notes",
            "id, owner_id, body, created_at, secret",
            "id, owner_id, body, secret, created_at",
        )
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            "insert into supabase_migrations.schema_migrations (version) values ('20250101000000')",
            "migration 20250101000000 was applied, but has no file",
        ),
        (
            f"""update supabase_migrations.schema_migrations set statements = array['select 1']
            where version = '{CREATE_TABLES.version}'""",
            f"{CREATE_TABLES.file.path} was edited after it was applied",
        ),
    ],
    ids=["without a file", "edited"],
)
def test_K2_a_history_that_is_not_that_of_the_files_is_named(
    product: psycopg.Connection, shadow: Shadow, change: str, sentence: str
) -> None:
    with product.transaction(force_rollback=True):
        product.execute(change.encode())
        assert find_drift(product, PRODUCT, shadow) == [sentence]


def test_K2_a_migration_older_than_what_was_applied_is_named(product: psycopg.Connection, shadow: Shadow) -> None:
    file = SqlFile(path="supabase/migrations/20250101000000_late.sql", sql="select 1;\n")
    late = Migration(version="20250101000000", name="late", file=file)
    assert find_drift(product, msgspec.structs.replace(PRODUCT, migrations=[late, *PRODUCT.migrations]), shadow) == [
        f"supabase/migrations/20250101000000_late.sql is older than {COPIES.version}, which was applied already"
    ]


def test_K2_only_migrations_that_were_applied_are_expected(
    database: psycopg.Connection, project: Sources, shadow: Shadow
) -> None:
    assert find_drift(database, project, shadow) == []
    apply(database, sources=msgspec.structs.replace(project, migrations=project.migrations[:1]))
    assert find_drift(database, project, shadow) == []


@pytest.mark.parametrize("major", [major for major in majors() if major != MAJOR])
def test_each_version_of_postgres_makes_the_same_of_the_migrations(expected: Catalogue, major: int) -> None:
    install_postgres(major)
    with running_shadow(major) as other:
        catalogue = other.catalogue(migration.file for migration in PRODUCT.migrations)
    assert list(catalogue_drift(catalogue, expected)) == []


def test_a_migration_that_fails_on_an_empty_project_is_named(shadow: Shadow) -> None:
    with pytest.raises(ShadowError) as failed:
        shadow.catalogue([SqlFile(path="supabase/migrations/a.sql", sql="select 1 / 0;")])
    assert str(failed.value) == "supabase/migrations/a.sql cannot be applied to an empty project: division by zero"


def test_drift_is_told_at_the_top_of_the_script(database: psycopg.Connection, project: Sources) -> None:
    apply(database, sources=project)
    top, _, _ = review(database, ["table public.bare comes from no migration"], sources=project).partition("begin;")
    assert "-- Drift of this database from supabase/:\n-- - table public.bare comes from no migration\n" in top
