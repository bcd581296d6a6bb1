"""The local Postgres: data survives every way of ending, and each refusal to start says why."""

import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from local.postgres.programs import PostgresError, link_libraries, program
from local.postgres.server import Postgres
from tests.support.processes.supabase_stack import free_port


@pytest.fixture
def postgres(tmp_path: Path) -> Postgres:
    return Postgres(tmp_path / "data", free_port(), "secret word")


@contextmanager
def running(postgres: Postgres) -> Generator[subprocess.Popen[bytes]]:
    process = postgres.start(postgres.data.with_name("log"))
    try:
        yield process
    finally:
        postgres.stop(process)


def write_note(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("create table note as select 'kept' as body")


def read_note(postgres: Postgres) -> object:
    with psycopg.connect(postgres.url) as connection:
        return connection.execute("select body from note").fetchone()


def test_data_is_kept_over_a_restart(postgres: Postgres) -> None:
    with running(postgres) as process:
        write_note(postgres)
    assert process.returncode == 0
    with running(postgres):
        assert read_note(postgres) == ("kept",)


def test_H2_data_is_kept_over_kill_9_of_the_server_amid_a_query(postgres: Postgres) -> None:
    with running(postgres) as process:
        write_note(postgres)
        busy = psycopg.connect(postgres.url)
        busy.pgconn.send_query(b"select pg_sleep(600)")
        children = psutil.Process(process.pid).children()
        process.kill()
        process.wait()
    with running(postgres):
        assert read_note(postgres) == ("kept",)
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
    busy.close()


def test_a_server_left_behind_is_replaced(postgres: Postgres) -> None:
    with running(postgres) as left_behind:
        write_note(postgres)
        with running(postgres):
            assert left_behind.wait(5) == 0
            assert read_note(postgres) == ("kept",)


def test_a_recorded_id_that_is_another_program_s_now_does_not_stop_the_start(postgres: Postgres) -> None:
    with running(postgres) as process:
        process.kill()
        process.wait()
    pid_file = postgres.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    command = postgres.command()
    # Somebody else's program of the same user, as Postgres would see it.
    other_program = subprocess.Popen(
        [*command[: command.index("--") + 1], "sleep", "600"] if "--" in command else ["sleep", "600"]
    )
    try:
        pid_file.write_text("\n".join([str(other_program.pid), *lines[1:]]) + "\n")
        with running(postgres):
            assert postgres.is_ready()
        assert other_program.poll() is None
    finally:
        other_program.kill()
        other_program.wait()


def test_an_interrupted_first_start_is_made_anew(postgres: Postgres) -> None:
    unfinished = postgres.data.with_name("data.unfinished")
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("17\n")
    with running(postgres):
        assert postgres.is_ready()


def test_data_of_another_major_version_are_left_alone_and_the_way_out_is_named(postgres: Postgres) -> None:
    with running(postgres):
        write_note(postgres)
    version = postgres.data / "PG_VERSION"
    version.write_text("18\n")
    with pytest.raises(PostgresError) as refused:
        postgres.start(postgres.data.with_name("log"))
    assert str(refused.value) == (
        f"{postgres.data} was made by Postgres 18 and this is Postgres 17: "
        "`./maquette reset` deletes the local data, and the next `up` starts empty"
    )
    version.write_text("17\n")
    with running(postgres):
        assert read_note(postgres) == ("kept",)


def test_text_sorts_by_code_points(postgres: Postgres) -> None:
    words = ["Zebra", "apple", "Äpfel", "éclair", "zoo", "10", "9"]
    with running(postgres), psycopg.connect(postgres.url) as connection:
        rows = connection.execute("select word from unnest(%s::text[]) as word order by word", [words]).fetchall()
        assert connection.execute("select lower('ÄÉ')").fetchone() == ("äé",)
    assert [word for (word,) in rows] == sorted(words)


def test_programs_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PostgresError, match=r"Postgres 14 is not among the versions .*\[15, 16, 17, 18\]"):
        program("postgres", 14)
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(PostgresError, match=r"Postgres 17 is not installed: run `\./maquette up`"):
        program("postgres")
    with pytest.raises(PostgresError, match=r"npm has no Postgres 17 for this machine \(\w+-riscv64\)"):
        link_libraries()


def test_a_busy_port_is_named(postgres: Postgres) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", postgres.port))
        other.listen()
        with pytest.raises(PostgresError, match=f"port {postgres.port} on 127.0.0.1 is in use"):
            postgres.start(postgres.data.with_name("log"))
    with running(postgres):
        assert postgres.is_ready()


def test_lost_secrets_are_named(postgres: Postgres) -> None:
    with running(postgres):
        other = Postgres(postgres.data, postgres.port, "another word")
        with pytest.raises(PostgresError, match="made with another password"):
            other.is_ready()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    postgres = Postgres(tmp_path / "file" / "data", free_port(), "secret word")
    with pytest.raises(PostgresError, match=str(tmp_path / "file")):
        postgres.prepare()


def test_J2_listens_on_loopback_only_and_wants_the_password(postgres: Postgres) -> None:
    with running(postgres) as process:
        listening = [
            c.laddr.ip for c in psutil.Process(process.pid).net_connections() if c.status == psutil.CONN_LISTEN
        ]
        assert listening == ["127.0.0.1"]
        wrong = postgres.url.replace("secret%20word", "wrong")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the kernel tells children of a dead parent on Linux only"
)
def test_ends_with_its_parent(postgres: Postgres) -> None:
    parent = (
        "import sys, pathlib; from local.postgres.server import Postgres\n"
        "p = Postgres(pathlib.Path(sys.argv[1]), int(sys.argv[2]), 'secret word')\n"
        "print(p.start(p.data.with_name('log')).pid, flush=True); input()\n"
    )
    command = [sys.executable, "-c", parent, str(postgres.data), str(postgres.port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        server = psutil.Process(int(process.stdout.readline()))
        assert server.name() == "postgres"
        process.send_signal(signal.SIGKILL)
        server.wait(10)
    with running(postgres):
        assert postgres.is_ready()
