"""F4: whoever takes over a decoder runs as the API's own user, and still reads none of its keys in /proc."""

import contextlib
import ctypes
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping

from tests.support.billing import eventually
from tests.support.processes.api import ROOT, Product
from tests.support.processes.postgres_gateway import free_port

# <linux/prctl.h>; capabilities(7): 64 is past the last one of any kernel.
PR_CAPBSET_DROP = 24
CAPABILITIES = range(64)

READ = "import sys; sys.stdout.buffer.write(open(f'/proc/{sys.argv[1]}/environ', 'rb').read())"


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
def running(command: list[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process without capabilities: the kernel lets nobody read one that has more of them than the reader."""
    with subprocess.Popen(
        command, env=dict(environment), cwd=ROOT, preexec_fn=give_up_capabilities, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


async def test_F4_the_environment_of_the_api_is_not_readable_by_its_user(product: Product) -> None:
    port = free_port()
    environment = {"PATH": os.environ["PATH"], **product.environment(), "PORT": str(port)}
    secret = environment["SUPABASE_SECRET_KEY"].encode()
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]

    # The same reader reads a process that does not hide.
    with running(sleeping, environment) as open_process:
        assert secret in environment_of(open_process.pid).stdout

    with running([sys.executable, "-m", "api"], environment) as api:
        await eventually(lambda: is_served(port), True)
        refused = environment_of(api.pid)

    assert b"PermissionError" in refused.stderr
    assert refused.stdout == b""


async def is_served(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False
