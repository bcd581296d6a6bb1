"""The supervisor with small parts of our own: every way in which a part, or the supervisor itself, may end."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from local.machine import DISK_FULL
from local.supervisor import Part, PartError, Supervisor, end_leftovers
from tests.support.waiting import until, wait_until

ROOT = Path(__file__).parents[3]

# Writes its process id, as the sign that it is ready, and waits. `stubborn` does not listen to SIGTERM.
LIVES = """
import os, pathlib, signal, sys, time
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "parent" in sys.argv:
    child = os.fork()
    if child == 0:
        time.sleep(60)
        sys.exit()
    pathlib.Path(sys.argv[1] + ".child").write_text(str(child))
draft = pathlib.Path(sys.argv[1] + ".draft")
draft.write_text(str(os.getpid()))
draft.rename(sys.argv[1])
time.sleep(60)
"""


def part(pid_file: Path, *traits: str, script: str = LIVES) -> Part:
    async def is_ready() -> bool:
        return await asyncio.to_thread(pid_file.exists)

    def command() -> list[str]:
        pid_file.unlink(missing_ok=True)
        return [sys.executable, "-c", script, str(pid_file), *traits]

    return Part(name=pid_file.name, command=command, is_ready=is_ready)


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def pid_in(path: Path) -> int:
    return int(path.read_text())


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
async def supervisor(tmp_path: Path, said: list[str]) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(str(tmp_path), tmp_path, said.append)
    yield supervisor
    await supervisor.stop()


async def test_part_that_dies_is_started_again_and_a_sentence_says_so(
    supervisor: Supervisor, tmp_path: Path, said: list[str]
) -> None:
    pid_file = tmp_path / "worker"
    await supervisor.start(part(pid_file))
    first = pid_in(pid_file)
    os.kill(first, signal.SIGKILL)
    await until(lambda: "worker is back" in said)
    assert is_alive(pid_in(pid_file))
    assert pid_in(pid_file) != first
    assert said == ["worker ended (signal SIGKILL); starting it again in 0.5 s", "worker is back"]


async def test_child_of_a_dead_part_goes_with_it(supervisor: Supervisor, tmp_path: Path, said: list[str]) -> None:
    """Otherwise it keeps the port, and the restart fails."""
    pid_file = tmp_path / "worker"
    await supervisor.start(part(pid_file, "parent"))
    child = pid_in(tmp_path / "worker.child")
    assert is_alive(child)
    os.kill(pid_in(pid_file), signal.SIGKILL)
    await until(lambda: not is_alive(child))


async def test_part_that_dies_at_start_shows_the_end_of_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    script = "import sys; print('one'); print('the reason', file=sys.stderr); sys.exit(3)"
    with pytest.raises(PartError, match=r"(?s)broken ended at start \(exit code 3\).*one.*the reason"):
        await supervisor.start(part(tmp_path / "broken", script=script))


async def test_part_that_cannot_be_started_is_a_sentence_at_start(supervisor: Supervisor, tmp_path: Path) -> None:
    (tmp_path / "worker.log").mkdir()
    with pytest.raises(PartError, match=r"^worker could not be started\. .*worker\.log: Is a directory\.$"):
        await supervisor.start(part(tmp_path / "worker"))


async def test_part_that_cannot_be_started_again_is_tried_until_it_can(
    supervisor: Supervisor, tmp_path: Path, said: list[str]
) -> None:
    """A full disk passes; the part must not stay away because of it."""
    pid_file = tmp_path / "worker"
    healthy = part(pid_file)
    starts = 0

    def command() -> list[str]:
        nonlocal starts
        starts += 1
        if starts == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return list(healthy.command())

    await supervisor.start(Part(name="worker", command=command, is_ready=healthy.is_ready))
    first = pid_in(pid_file)
    os.kill(first, signal.SIGKILL)
    await until(lambda: "worker is back" in said)
    assert f"worker could not be started. {DISK_FULL}" in said
    assert is_alive(pid_in(pid_file))
    assert pid_in(pid_file) != first


async def test_stop_leaves_no_process_not_even_a_stubborn_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.supervisor.STOP_SECONDS", 0.5)
    supervisor = Supervisor(str(tmp_path), tmp_path, lambda _: None)
    files = [tmp_path / "polite", tmp_path / "stubborn", tmp_path / "parent"]
    for pid_file in files:
        await supervisor.start(part(pid_file, pid_file.name))
    pids = [*map(pid_in, files), pid_in(tmp_path / "parent.child")]
    assert all(map(is_alive, pids))
    await supervisor.stop()
    assert not any(map(is_alive, pids))


SUPERVISE = """
import asyncio, pathlib, sys
from local.supervisor import Supervisor
from tests.integration.cli.test_supervisor import part

async def main():
    folder = pathlib.Path(sys.argv[1])
    supervisor = Supervisor(str(folder), folder, print)
    await supervisor.start(part(folder / "worker"))
    await supervisor.start(part(folder / "parent", "parent"))
    print("ready", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_killed_supervisor_takes_its_parts_along_and_the_next_start_ends_the_rest(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SUPERVISE), str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        parts = [pid_in(tmp_path / "worker"), pid_in(tmp_path / "parent")]
        orphan = pid_in(tmp_path / "parent.child")
        process.kill()
    if sys.platform == "linux":
        wait_until(lambda: not any(map(is_alive, parts)))
        assert is_alive(orphan), "the next assertion would prove nothing"
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        assert end_leftovers(str(tmp_path)) >= 1
        assert not is_alive(orphan)
        assert is_alive(bystander.pid)
        assert end_leftovers(str(tmp_path)) == 0
    finally:
        bystander.kill()
        bystander.wait()
