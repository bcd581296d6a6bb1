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
from tests.integration.local.auth_shims import AUTH_SHIMS
from tests.integration.local.conftest import Mails
from tests.integration.local.shims import SHIMS
from tests.integration.local.world import Shim, World
from tests.support.processes.readiness import wait_until_ready
from tests.support.processes.supabase_stack import SupabaseStack, free_port, running_gateway

BY_NAME = pytest.mark.parametrize("shim", [*SHIMS, *AUTH_SHIMS], ids=lambda shim: shim.check.__name__)


@BY_NAME
async def test_answers_as_upstream(
    shim: Shim, supabase: SupabaseStack, confirming: SupabaseStack, mailbox: Mails
) -> None:
    await shim.check(World(confirming if shim.confirms else supabase, mailbox))


@BY_NAME
async def test_does_not_without_the_shim(
    shim: Shim, supabase: SupabaseStack, mailbox: Mails, project: Sources, tmp_path: Path
) -> None:
    for file in ("supabase.mjs", "auth.mjs", "mails.mjs", "platform.sql"):
        shutil.copy(FOLDER / file, tmp_path)
    source = (FOLDER / shim.file).read_text()
    assert source.count(shim.cut) == 1
    (tmp_path / shim.file).write_text(source.replace(shim.cut, shim.instead))
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
        confirm_email=shim.confirms,
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
