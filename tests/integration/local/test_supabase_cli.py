"""The official CLI brings to a database what `db apply` brings, at first and after a change (K3)."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from local.cli.node import SUPABASE_CLI
from local.database.catalogue import Catalogue, Key, read_catalogue
from local.database.drift import find_drift
from local.database.migration import new_migration
from local.database.script import apply
from local.database.shadow import Shadow
from local.database.sources import read_sources
from tests.integration.local.conftest import edit

PROGRAM = SUPABASE_CLI / "node_modules" / "@supabase" / "cli-linux-x64" / "bin" / "supabase"
pytestmark = [
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the CLI is locked for Linux on x64 alone"
    ),
    pytest.mark.timeout(300),
]


def supabase(folder: Path, database: psycopg.Connection, *arguments: str) -> str:
    """What the CLI prints for this database."""
    info = database.info
    url = f"--remote=postgres://{info.user}:{info.password}@{info.host}:{info.port}/{info.dbname}"
    done = subprocess.run(
        [PROGRAM, *arguments, url],
        cwd=folder.parent,
        env={"PATH": os.defpath, "HOME": str(folder.parent), "DO_NOT_TRACK": "1", "SUPABASE_TELEMETRY_DISABLED": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "deprecated" not in done.stderr
    return done.stdout + done.stderr


def content(database: psycopg.Connection) -> tuple[Catalogue, object, object]:
    """What is defined, the rows that the migrations bring, and which migrations were applied."""
    plans = database.execute("select * from public.plans order by id").fetchall()
    presets = database.execute("select * from public.presets order by id").fetchall()
    history = database.execute("select version, name from supabase_migrations.schema_migrations order by 1").fetchall()
    return read_catalogue(database), [plans, presets], history


def test_K3_db_push_brings_what_apply_brings_before_and_after_a_change(folder: Path, shadow: Shadow) -> None:
    with shadow.project() as pushed, shadow.project() as applied:
        supabase(folder, pushed, "db", "push", "--yes")
        apply(applied, sources=read_sources(folder))
        before = content(pushed)
        assert before == content(applied)

        policies = folder / "policies" / "renders.sql"
        edit(policies, 'create policy "renders: owner reads"', 'create policy "renders: mine"')
        routines = folder / "routines" / "20_usage.sql"
        edit(routines, "as $$ select private.my_usage() $$;", "as $$ select null::jsonb $$;")
        edit(folder / "rows" / "plans.sql", "('pro', 200, 4, 20)", "('pro', 300, 4, 20)")
        new_migration(folder, shadow, "Change a policy, a function and a cap")
        supabase(folder, pushed, "db", "push", "--yes")
        apply(applied, sources=read_sources(folder))
        after = content(pushed)
        assert after == content(applied)

        changed = {key.name for key in after[0].keys() ^ before[0].keys() if key.kind == "policy"}
        assert changed == {'"renders: mine" on public.renders', '"renders: owner reads" on public.renders'}
        assert "select null::jsonb" in after[0][Key("function", "public.my_usage()")].definition
        assert pushed.execute("select monthly_credits from public.plans where id = 'pro'").fetchone() == (300,)

        # Each takes the other's history for its own.
        assert find_drift(pushed, read_sources(folder), shadow) == []
        assert "Remote database is up to date." in supabase(folder, applied, "db", "push", "--yes")


def test_K3_the_advisors_name_no_issue(folder: Path, shadow: Shadow) -> None:
    with shadow.project() as project:
        apply(project)
        assert "No issues found" in supabase(folder, project, "db", "advisors")
        project.execute("create table public.bare (id int); grant select on public.bare to anon")
        assert "No issues found" not in supabase(folder, project, "db", "advisors")
