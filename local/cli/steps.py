"""Steps of an installation: each prints one line with its time, and an explanation when it fails.

Standard library only, because the first step runs before any package is installed.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.machine import DISK_FULL, explained

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".maquette"
LOG = STATE / "logs" / "setup.log"

LOG_TAIL_LINES = 15
NEARLY_FULL_BYTES = 50 * 1024 * 1024

CAUSES = (
    (
        r"No space left on device|os error 28\b|ENOSPC",
        DISK_FULL,
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate|UnknownIssuer|SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)",
        (
            "A certificate is not trusted. Behind a proxy with its own authority, set SSL_CERT_FILE, PIP_CERT and "
            "NODE_EXTRA_CA_CERTS to its certificate file."
        ),
    ),
    (
        (
            r"name resolution|failure resolving|dns error|ENOTFOUND|EAI_AGAIN|Failed to establish a new connection"
            r"|error sending request|ECONNREFUSED|ETIMEDOUT|Network is unreachable|timed out"
        ),
        "A package registry cannot be reached. Check the network and proxy settings, then run the same command again.",
    ),
    (
        r"ensurepip is not available|No module named '?(venv|ensurepip)",
        "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv.",
    ),
)


class StepError(Exception):
    """A step of the installation failed; the message says what a person can do."""


def run_step(
    title: str, command: Sequence[str | Path], *, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
) -> None:
    """Run `command` with its output in the setup log, and print one line with the seconds it took.

    Raises StepError with the end of the log and the likely cause.
    """
    print(f"  {title} ...", end=" ", file=sys.stderr, flush=True)
    started = time.monotonic()
    try:
        LOG.parent.mkdir(parents=True, exist_ok=True)
        with LOG.open("wb") as log:
            code = subprocess.run(
                command,
                cwd=cwd,
                env=overlay(environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        output = LOG.read_text(errors="replace")
    except OSError as error:
        print("failed", file=sys.stderr)
        raise StepError(f"{title} failed. {explained(error)}") from error
    if code:
        print("failed", file=sys.stderr)
        tail = "\n".join(f"    {line}" for line in output.splitlines()[-LOG_TAIL_LINES:])
        raise StepError(f"{tail}\n{title} failed. {likely_cause(output, shutil.disk_usage(ROOT).free)}")
    print(f"{time.monotonic() - started:.1f} s", file=sys.stderr)


def overlay(variables: Mapping[str, str]) -> dict[str, str]:
    """This process's environment, with `variables` added or replaced."""
    return {**os.environ, **variables}


def likely_cause(output: str, free_bytes: int) -> str:
    """Say in one sentence why an installer failed, from what it printed and the space left on the disk."""
    for pattern, sentence in CAUSES:
        if re.search(pattern, output):
            return sentence
    if free_bytes < NEARLY_FULL_BYTES:
        return DISK_FULL
    return f"The whole output is in {LOG}."
