"""What lite does differently from upstream is put right by a shim, and no shim is there without need."""

import shutil
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
import pytest
from postgrest.exceptions import APIError
from storage3.exceptions import StorageApiError

from local.database.script import apply
from local.database.sources import Sources
from local.supabase.gateway import FOLDER
from tests.integration.local.conftest import Mailbox
from tests.integration.local.shims import SHIMS, Shim, World
from tests.support.processes.readiness import wait_until_ready
from tests.support.processes.supabase_stack import SupabaseStack, free_port, running_gateway

BY_NAME = pytest.mark.parametrize("shim", SHIMS, ids=lambda shim: shim.check.__name__)


@BY_NAME
async def test_answers_as_upstream(shim: Shim, supabase: SupabaseStack, mailbox: Mailbox) -> None:
    await shim.check(World(supabase, mailbox))


@BY_NAME
async def test_does_not_without_the_shim(
    shim: Shim, supabase: SupabaseStack, mailbox: Mailbox, project: Sources, tmp_path: Path
) -> None:
    source = (FOLDER / "supabase.mjs").read_text()
    assert source.count(shim.cut) == 1
    (tmp_path / "supabase.mjs").write_text(source.replace(shim.cut, shim.instead))
    shutil.copy(FOLDER / "platform.sql", tmp_path)
    (tmp_path / "node_modules").symlink_to(FOLDER / "node_modules")

    # A database of its own: what a gateway without its shim breaks stays broken.
    name = f"without_{uuid4().hex}"
    with supabase.connect() as connection:
        connection.execute(f"create database {name}".encode())
    gateway = msgspec.structs.replace(
        supabase.gateway,
        database_url=supabase.gateway.database_url.removesuffix("postgres") + name,
        port=free_port(),
        studio_port=free_port(),
        storage=tmp_path / "storage",
    )
    log = tmp_path / "gateway.log"
    with running_gateway(gateway, log, tmp_path / "supabase.mjs") as process:
        wait_until_ready(process, gateway.is_ready, log)
        without = msgspec.structs.replace(supabase, gateway=gateway, process_id=process.pid)
        with without.connect() as connection:
            apply(connection, sources=project)
        failures = (AssertionError, httpx.HTTPError, APIError, StorageApiError, pytest.fail.Exception)
        with pytest.raises(failures):
            await shim.check(World(without, mailbox, seconds=3))
