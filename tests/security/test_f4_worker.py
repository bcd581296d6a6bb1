"""F4: a decoder that is taken over runs as the API's own user. It sees no key, no network and no other file."""

import contextlib
import ctypes
import json
import os
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path

import msgspec
import pytest

from libs.services.media.image_workers import ENVIRONMENT, PROJECT
from libs.services.media.imaging import confinement
from libs.services.media.imaging.contracts import Answer, Refusal
from tests.support.processes.api import ROOT, ApiProcess
from tests.support.processes.image_worker import PHOTO
from tests.support.processes.supabase_stack import free_port
from tests.support.waiting import until

# <linux/prctl.h>; capabilities(7): 64 is past the last one of any kernel.
PR_CAPBSET_DROP = 24
CAPABILITIES = range(64)

READ = "import sys; sys.stdout.buffer.write(open(f'/proc/{sys.argv[1]}/environ', 'rb').read())"


# What a decoder does once somebody else decides what it does. The real worker runs it: `main`, limits and all.
TAKEN_OVER = """
import json, os, socket, sys, threading
from libs.errors import ErrorCode
from libs.services.media.imaging import worker
from libs.services.media.imaging.contracts import Refusal

def start_thread():
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()

ATTEMPTS = {
    "environment of the API": lambda: open(f"/proc/{os.getppid()}/environ", "rb").read(),
    "file of the system": lambda: open("/etc/passwd").read(),
    "file of the project": lambda: open(worker.__file__).read(),
    "folder": lambda: os.listdir("/"),
    "new file": lambda: os.close(os.open(sys.argv[2], os.O_CREAT | os.O_WRONLY)),
    "TCP socket": lambda: socket.socket(socket.AF_INET).close(),
    "UDP socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
    "Unix socket": lambda: socket.socket(socket.AF_UNIX).close(),
    "signal to the API": lambda: os.kill(os.getppid(), 0),
    "new process": lambda: os.fork() or os._exit(0),
    "thread": start_thread,
}

def taken_over(data, task):
    outcomes = {}
    for name, attempt in ATTEMPTS.items():
        try:
            attempt()
            outcomes[name] = "done"
        except PermissionError:
            outcomes[name] = "refused"
    return Refusal(ErrorCode.UNREADABLE_IMAGE, {}, json.dumps(outcomes))

worker._preparation = lambda task: taken_over
%s
worker.main()
"""


def give_up_capabilities() -> None:
    """Root reads everything; without its capabilities it is a user like any other, once it executes a program."""
    libc = ctypes.CDLL(None)
    for capability in CAPABILITIES:
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def environment_of(pid: int) -> subprocess.CompletedProcess[bytes]:
    """What a process of the same user, with an environment of its own, reads of another's."""
    return subprocess.run(
        [sys.executable, "-c", READ, str(pid)],
        env={"MALLOC_ARENA_MAX": "1"},
        preexec_fn=give_up_capabilities,
        capture_output=True,
        timeout=30,
    )


@contextlib.contextmanager
def running(command: list[str], environment: Mapping[str, str]) -> Generator[subprocess.Popen[bytes]]:
    """A process without capabilities: the kernel lets nobody read one that has more of them than the reader."""
    with subprocess.Popen(
        command, env=dict(environment), cwd=ROOT, preexec_fn=give_up_capabilities, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


async def test_F4_the_environment_of_the_api_is_not_readable_by_its_user(api: ApiProcess) -> None:
    port = free_port()
    environment = {"PATH": os.environ["PATH"], **api.environment(), "PORT": str(port)}
    secret = environment["SUPABASE_SECRET_KEY"].encode()
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]

    # The same reader reads a process that does not hide.
    with running(sleeping, environment) as open_process:
        assert secret in environment_of(open_process.pid).stdout

    with running([sys.executable, "-m", "api"], environment) as process:
        await until(lambda: is_served(port))
        refused = environment_of(process.pid)

    assert b"PermissionError" in refused.stderr
    assert refused.stdout == b""


async def is_served(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


def outcomes_of(script: str, new_file: Path) -> dict[str, str]:
    """Which attempts of a worker that was taken over came to something."""
    task = msgspec.json.encode(PHOTO).decode()
    done = subprocess.run(
        [sys.executable, "-E", "-s", "-c", script, task, str(new_file)],
        cwd=PROJECT,
        env=ENVIRONMENT,
        preexec_fn=give_up_capabilities,
        input=b"",
        capture_output=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    answer = msgspec.msgpack.decode(done.stdout, type=Answer)
    assert isinstance(answer, Refusal)
    return json.loads(answer.reason)


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")
def test_F4_a_worker_that_was_taken_over_reaches_nothing_but_its_picture(tmp_path: Path) -> None:
    assert confinement.missing_mechanisms() == []
    unconfined = outcomes_of(TAKEN_OVER % "worker.confine = lambda: None", tmp_path / "unconfined")
    # Its parent here is pytest, which may have more capabilities: see the test of the API's environment.
    assert {name for name, outcome in unconfined.items() if outcome == "refused"} <= {"environment of the API"}

    confined = outcomes_of(TAKEN_OVER % "", tmp_path / "confined")

    assert confined == dict.fromkeys(unconfined, "refused") | {"thread": "done"}
    assert not (tmp_path / "confined").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")
@pytest.mark.parametrize("mechanism", ["_refuse_paths", "_filter_system_calls"])
def test_F4_each_mechanism_keeps_files_shut_without_the_other(mechanism: str, tmp_path: Path) -> None:
    other = {"_refuse_paths", "_filter_system_calls"} - {mechanism}
    without = f"from libs.services.media.imaging import confinement; confinement.{other.pop()} = lambda *_: None"

    outcomes = outcomes_of(TAKEN_OVER % without, tmp_path / "new")

    assert outcomes["file of the system"] == outcomes["folder"] == outcomes["new file"] == "refused"
