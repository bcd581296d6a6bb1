"""The life of `./maquette up` with the real parts: what it prints answers, what dies comes back, nothing is left."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import psutil
import psycopg
import pytest

from local.cli.client import DOCUMENT
from local.cli.parts import postgres_url
from local.cli.state import State
from local.database.catalogue import read_catalogue
from local.machine import is_free
from local.postgres.server import Postgres
from local.secrets import LocalSecrets, load_or_create
from tests.support.clients import http_client
from tests.support.processes.launcher import Launcher
from tests.support.waiting import SECONDS, wait_until

EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"

FOREIGN_KEY = "sb_secret_of_another_deployment"


@pytest.fixture(scope="module")
def maquette(tmp_path_factory: pytest.TempPathFactory) -> Launcher:
    state = tmp_path_factory.mktemp("up")
    # The community's sets are the e2e tests' matter, and take seconds.
    (state / "community.seeded").touch()
    return Launcher.on_free_ports(state)


@pytest.fixture(scope="module")
def running(maquette: Launcher) -> Iterator[subprocess.Popen[bytes]]:
    """A stack somebody has an account on, started from a shell with a key of something else."""
    with maquette.up(SUPABASE_SECRET_KEY=FOREIGN_KEY) as up:
        maquette.seconds_until_ready(up)
        maquette.auth("signup", EMAIL, PASSWORD).raise_for_status()
        yield up


def account_is_kept(maquette: Launcher) -> bool:
    """Whether the account made at first can sign in and is served."""
    try:
        session = maquette.auth("token?grant_type=password", EMAIL, PASSWORD)
        bearer = {"Authorization": f"Bearer {session.raise_for_status().json()['access_token']}"}
        return http_client.get(f"{maquette.ports.app_url}/api/v1/me", headers=bearer).is_success
    except httpx.HTTPError:
        return False


def listener(port: int) -> psutil.Process:
    (process_id,) = {
        connection.pid
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
    }
    return psutil.Process(process_id)


def parts_of(up: subprocess.Popen[bytes]) -> list[psutil.Process]:
    parts = psutil.Process(up.pid).children(recursive=True)
    assert len(parts) >= 7, "nothing to be left behind"
    return parts


# What each part is given, of the keys in secrets.json. Python parts are known by their module.
KEYS = {
    "local.inbox": set[str](),
    "local.replicate": {"replicate_api_token", "replicate_webhook_secret"},
    "local.stripe": {"stripe_secret_key", "stripe_webhook_secret"},
    "api.reconcile": {"supabase_publishable_key", "api_proof_secret", "replicate_api_token", "stripe_secret_key"},
    "supabase.mjs": {"postgres_password", "supabase_publishable_key", "supabase_secret_key", "supabase_jwt_secret"},
    "postgres": set[str](),
    "api": set(msgspec.structs.asdict(LocalSecrets())) - {"postgres_password"},
}


def name_of(part: psutil.Process) -> str:
    words = part.cmdline()
    return next(name for name in KEYS if any(word == name or word.endswith(f"/{name}") for word in words))


def test_J3_each_process_holds_only_its_own_keys(maquette: Launcher, running: subprocess.Popen[bytes]) -> None:
    keys = msgspec.structs.asdict(load_or_create(maquette.state))
    held: dict[str, set[str]] = {}
    for part in psutil.Process(running.pid).children():
        try:
            environment = "\0".join(part.environ().values())
        except psutil.AccessDenied:
            # The API hides its environment from everybody but root (test_f4_worker.py).
            assert name_of(part) == "api"
            continue
        assert FOREIGN_KEY not in environment
        held[name_of(part)] = {name for name, key in keys.items() if key in environment}
    assert held == {name: keys for name, keys in KEYS.items() if name in held}
    assert held.keys() >= KEYS.keys() - {"api"}


def assert_nothing_is_left(maquette: Launcher, parts: list[psutil.Process]) -> None:
    assert [part for part in parts if part.is_running() and part.status() != psutil.STATUS_ZOMBIE] == []
    assert [port for port in msgspec.structs.astuple(maquette.ports) if not is_free(port)] == []
    # Neither did one start that `parts` does not know: its command line or environment names the folder.
    assert [process for process in psutil.process_iter() if names(process, str(maquette.state))] == []


def connected(maquette: Launcher) -> psycopg.Connection:
    """A superuser's connection that commits each statement."""
    url = postgres_url(State(maquette.state), maquette.ports, load_or_create(maquette.state))
    return psycopg.connect(url, autocommit=True)


def names(process: psutil.Process, folder: str) -> bool:
    try:
        return any(folder in word for word in [*process.cmdline(), *process.environ().values()])
    except psutil.Error:
        return False


def test_addresses_that_are_printed_answer(maquette: Launcher, running: subprocess.Popen[bytes]) -> None:
    pages = {
        name: http_client.get(maquette.address(name), follow_redirects=True) for name in ("App", "Inbox", "Studio")
    }
    assert {name: page.status_code for name, page in pages.items()} == dict.fromkeys(pages, 200)
    assert "· Maquette</title>" in pages["App"].text
    assert all("text/html" in page.headers["content-type"] for page in pages.values())


def test_second_up_says_where_the_first_runs(maquette: Launcher, running: subprocess.Popen[bytes]) -> None:
    second = maquette.run("up")
    sentence = f"The local stack already runs on {maquette.ports.app_url}. Stop it with Ctrl-C in its terminal first.\n"
    assert (second.returncode, second.stderr) == (1, sentence)


def test_busy_port_is_named_with_what_to_do(
    maquette: Launcher, running: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    other = Launcher.on_free_ports(tmp_path).run("up", MAQUETTE_PORT=str(maquette.ports.app))
    sentence = (
        f"Port {maquette.ports.app} is used by another program. Stop that program, or choose another port with "
        "--port or MAQUETTE_PORT.\n"
    )
    assert (other.returncode, other.stderr) == (1, sentence)


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["db", "apply"], "The database is up to date.\n"),
        (["db", "review", "--check"], "Drift: none\n"),
        (["db", "orphans"], "Every file has its row and every row its files.\n"),
        (["openapi"], DOCUMENT.read_text()),
    ],
    ids=["db apply", "db review", "db orphans", "openapi"],
)
def test_command_does_its_work_on_the_running_stack(
    arguments: list[str], printed: str, maquette: Launcher, running: subprocess.Popen[bytes]
) -> None:
    done = maquette.run(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, printed, "")


def test_review_of_a_database_that_is_up_to_date_has_no_migration(
    maquette: Launcher, running: subprocess.Popen[bytes]
) -> None:
    done = maquette.run("db", "review")
    assert (done.returncode, done.stderr) == (0, "")
    assert "-- Pending migrations: none" in done.stdout
    assert "supabase/migrations/" not in done.stdout


def test_K3_check_ends_with_1_while_there_is_drift(maquette: Launcher, running: subprocess.Popen[bytes]) -> None:
    with connected(maquette) as connection:
        connection.execute("alter table public.renders add column note text")
        found = maquette.run("db", "review", "--check")
        script = maquette.run("db", "review")
        connection.execute("alter table public.renders drop column note")
    assert (found.returncode, found.stdout) == (1, "column public.renders.note comes from no migration\n")
    assert script.returncode == 0
    assert "-- - column public.renders.note comes from no migration\n" in script.stdout


def test_reconcile_asks_once_and_ends(maquette: Launcher, running: subprocess.Popen[bytes]) -> None:
    done = maquette.run("reconcile")
    assert done.returncode == 0, done.stderr
    assert '"reconciled"' in done.stdout


def test_H2_parts_that_are_killed_come_back_with_the_data(maquette: Launcher, running: subprocess.Popen[bytes]) -> None:
    ports = {"postgres": maquette.ports.postgres, "supabase": maquette.ports.supabase, "api": maquette.ports.app}
    for port in ports.values():
        listener(port).kill()
    for part in ports:
        wait_until(lambda sign=f"{part} is back": sign in maquette.log.read_text())
    wait_until(lambda: account_is_kept(maquette))


def test_H1_killed_up_leaves_data_and_ctrl_c_leaves_nothing(
    maquette: Launcher, running: subprocess.Popen[bytes]
) -> None:
    running.kill()
    running.wait()

    with maquette.up() as up:
        assert maquette.seconds_until_ready(up) > 0
        assert account_is_kept(maquette)
        parts = parts_of(up)
        os.killpg(up.pid, signal.SIGINT)  # as a terminal does
        assert up.wait(SECONDS) == 0
    assert "Stopping." in maquette.log.read_text()
    assert_nothing_is_left(maquette, parts)

    # Nor does it when nothing is ready yet, and only the launcher is told.
    with maquette.up() as up:
        wait_until(lambda: "Starting ..." in maquette.log.read_text())
        wait_until(lambda: len(psutil.Process(up.pid).children(recursive=True)) >= 7)
        parts = parts_of(up)
        up.send_signal(signal.SIGINT)
        assert up.wait(SECONDS) == 0
    assert "Ready" not in maquette.log.read_text()
    assert_nothing_is_left(maquette, parts)

    assert maquette.run("db", "orphans").stderr.startswith("The local stack does not run.")
    assert maquette.run("reset", "--yes").stdout == "The local data is gone.\n"
    assert [path.name for path in maquette.state.iterdir()] == ["up.lock"]


def test_up_on_data_of_an_older_baseline_names_reset_and_changes_nothing(maquette: Launcher) -> None:
    (maquette.state / "community.seeded").touch()
    with maquette.up() as up:
        maquette.seconds_until_ready(up)
        with connected(maquette) as connection:
            connection.execute("insert into supabase_migrations.schema_migrations (version) values ('20250101000000')")
            before = read_catalogue(connection)
        up.send_signal(signal.SIGINT)
        assert up.wait(SECONDS) == 0
    with maquette.up() as up:
        assert up.wait(SECONDS) == 1
    assert maquette.log.read_text().endswith(
        "\npostgres: the data are of an older version (migration 20250101000000 was applied, but has no file): "
        "run `./maquette reset`, which deletes them\n"
    )
    secrets = load_or_create(maquette.state)
    server = Postgres(State(maquette.state).postgres, maquette.ports.postgres, secrets.postgres_password)
    process = server.start(maquette.state / "postgres.log")
    try:
        with psycopg.connect(server.url, autocommit=True) as connection:
            assert read_catalogue(connection) == before
    finally:
        server.stop(process)
