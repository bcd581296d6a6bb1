"""When a server that a test started is ready, and what is said when it is not."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.support.waiting import wait_until

# Of every server that tests start: a second alone, and many on a busy machine.
READY_SECONDS = 120.0


def wait_until_ready(process: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path | None = None) -> None:
    """Raises RuntimeError with the end of the log when the process ends, or is not ready in time."""

    def has_ended_or_is_ready() -> bool:
        return process.poll() is not None or is_ready()

    try:
        wait_until(has_ended_or_is_ready, seconds=READY_SECONDS)
    except AssertionError as error:
        raise RuntimeError(_sentence("is not ready", process, log)) from error
    if process.poll() is not None:
        raise RuntimeError(_sentence(f"ended with {process.returncode}", process, log))


def answers(url: str) -> bool:
    """Whether a server answers at an address with 2xx."""
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.HTTPError:
        return False


def _sentence(what: str, process: subprocess.Popen[bytes], log: Path | None) -> str:
    return f"{process.args!r} {what}:\n{log.read_text()[-3000:] if log else ''}"
