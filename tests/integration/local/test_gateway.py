"""The gateway as a process, and Auth by mail as the SPA uses it."""

import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import msgspec
import psutil
import pytest

from local.postgres.server import Postgres
from local.supabase.gateway import FOLDER, POSTGRES_DRIVER, Gateway, node
from tests.integration.local.conftest import Mails
from tests.support.clients import http_client
from tests.support.processes.readiness import wait_until_ready
from tests.support.processes.supabase_stack import SupabaseStack, free_port, running_gateway

FLOWS = Path(__file__).with_name("auth_flows.mjs")
RESERVED_CONNECTION = Path(__file__).with_name("reserved_connection.mjs")


def run_flow(supabase: SupabaseStack, mailbox: Mails, flow: str, email: str) -> str:
    """Run one flow of supabase-js, handing it the six digits of each mail it waits for; returns its last word."""
    command = [
        str(node()),
        str(FLOWS),
        str(FOLDER / "package.json"),
        supabase.url,
        supabase.gateway.publishable_key,
        flow,
        email,
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in process.stdout:
            word, _, value = line.strip().partition(" ")
            if word == "done":
                return value
            process.stdin.write(f"{mailbox.to(value)[-1].codes[0]}\n")
            process.stdin.flush()
    raise AssertionError(f"{flow} ended with {process.returncode}")


@pytest.mark.parametrize(
    ("flow", "result"),
    [
        ("code", "{email}"),
        ("reset", "{email}"),
        ("email_change", "new-{email}"),
        ("refresh", "{email}"),
        ("wrong_code", "otp_expired"),
        ("anonymous", "anonymous_provider_disabled"),
    ],
)
async def test_auth_works_with_supabase_js(supabase: SupabaseStack, mailbox: Mails, flow: str, result: str) -> None:
    alice = await supabase.sign_up("alice")
    assert run_flow(supabase, mailbox, flow, alice.email) == result.format(email=alice.email)


def test_a_mailed_code_makes_an_account(supabase: SupabaseStack, mailbox: Mails) -> None:
    email = f"new-{uuid4().hex[:12]}@example.com"
    assert run_flow(supabase, mailbox, "code_of_a_new_person", email) == email


@pytest.mark.parametrize("body", ["", "{", "null", "[]", '"text"', '{"paths": 1}'])
@pytest.mark.parametrize(
    "path", ["/auth/v1/verify", "/storage/v1/object/sign/files", "/storage/v1/object/sign/files/a.png"]
)
async def test_a_body_that_makes_no_sense_is_the_client_s_fault(supabase: SupabaseStack, path: str, body: str) -> None:
    alice = await supabase.sign_up("alice")
    async with supabase.client(alice.token) as client:
        answer = await client.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()


@pytest.fixture
def own_database(tmp_path: Path) -> Postgres:
    return Postgres(tmp_path / "postgres", free_port(), "test-superuser")


@pytest.fixture
def own_gateway(supabase: SupabaseStack, own_database: Postgres, tmp_path: Path) -> Gateway:
    return msgspec.structs.replace(
        supabase.gateway,
        database_url=own_database.url,
        port=free_port(),
        studio_port=free_port(),
        storage=tmp_path / "storage",
    )


def test_H2_recovers_by_itself_when_postgres_comes_back(
    own_database: Postgres, own_gateway: Gateway, tmp_path: Path
) -> None:
    log = tmp_path / "gateway.log"
    database = own_database.start(tmp_path / "postgres.log")
    try:
        with running_gateway(own_gateway, log) as process:
            wait_until_ready(process, own_gateway.is_ready, log)
            sign_in = {"email": "nobody@example.com", "password": "wrong password"}
            headers = {"apikey": own_gateway.publishable_key}

            def ask() -> int:
                url = f"{own_gateway.url}/auth/v1/token?grant_type=password"
                return http_client.post(url, json=sign_in, headers=headers, timeout=10).status_code

            assert ask() == 400
            database.kill()
            database.wait()
            assert ask() == 500
            database = own_database.start(tmp_path / "postgres.log")
            assert ask() == 400
            assert process.poll() is None
    finally:
        own_database.stop(database)


def test_H2_the_driver_outlives_a_connection_that_ended_under_its_holder(supabase: SupabaseStack) -> None:
    def run(*options: str) -> subprocess.CompletedProcess[str]:
        driver = FOLDER / "node_modules" / "postgres" / "src" / "index.js"
        command = [str(node()), *options, str(RESERVED_CONNECTION), str(driver), supabase.gateway.database_url]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    repaired = run("--import", str(POSTGRES_DRIVER))
    assert repaired.stdout.split() == ["CONNECTION_CLOSED"] * 2 + ["1"] * 3, repaired.stderr
    # No repair is there without need.
    assert "Cannot read properties of null" in run().stderr


def test_ends_on_sigterm_while_a_client_stays_connected(
    own_database: Postgres, own_gateway: Gateway, tmp_path: Path
) -> None:
    log = tmp_path / "gateway.log"
    database = own_database.start(tmp_path / "postgres.log")
    try:
        with running_gateway(own_gateway, log) as process, http_client.Client() as client:
            wait_until_ready(process, own_gateway.is_ready, log)
            client.get(own_gateway.url)
            process.terminate()
            assert process.wait(5) == 0
    finally:
        own_database.stop(database)


def test_ends_with_its_parent(own_database: Postgres, own_gateway: Gateway, tmp_path: Path) -> None:
    database = own_database.start(tmp_path / "postgres.log")
    parent = (
        "import json, subprocess, sys; command, environment = json.loads(sys.argv[1])\n"
        "process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)\n"
        "print(process.pid, flush=True)\n"
        "[print('ready', flush=True) for line in process.stdout if 'ready' in line]\n"
    )
    start = msgspec.json.encode([own_gateway.command(), own_gateway.environment()]).decode()
    try:
        with subprocess.Popen([sys.executable, "-c", parent, start], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            gateway = psutil.Process(int(process.stdout.readline()))
            assert process.stdout.readline() == "ready\n"
            assert own_gateway.is_ready()
            process.send_signal(signal.SIGKILL)
            gateway.wait(10)
    finally:
        own_database.stop(database)


def test_a_busy_port_ends_it_with_the_reason(own_database: Postgres, own_gateway: Gateway, tmp_path: Path) -> None:
    database = own_database.start(tmp_path / "postgres.log")
    taken = msgspec.structs.replace(own_gateway, port=own_database.port)
    try:
        with running_gateway(taken, tmp_path / "gateway.log") as process:
            assert process.wait(30) == 1
        assert f"EADDRINUSE: address already in use 127.0.0.1:{taken.port}" in (tmp_path / "gateway.log").read_text()
    finally:
        own_database.stop(database)


def test_missing_settings_are_named(own_gateway: Gateway) -> None:
    environment = {**own_gateway.environment(), "SUPABASE_JWT_SECRET": ""}
    done = subprocess.run(
        own_gateway.command(), env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr) == (2, "missing in the environment: SUPABASE_JWT_SECRET\n")
