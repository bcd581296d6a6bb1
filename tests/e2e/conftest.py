"""The whole product as `./maquette up` starts it, on free ports and with data of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.stack import free_port

ROOT = Path(__file__).parents[2]
READY_SECONDS = 90
PORTS = ("PORT", "INBOX_PORT", "STUDIO_PORT", "SUPABASE_PORT", "SMTP_PORT", "POSTGRES_PORT", "REPLICATE_PORT")


@pytest.fixture(scope="session")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    state = tmp_path_factory.mktemp("state")
    ports = {f"MAQUETTE_{name}": str(free_port()) for name in PORTS}
    url = f"http://127.0.0.1:{ports['MAQUETTE_PORT']}"
    with (state / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [sys.executable, "-m", "local.cli", "up"],
            cwd=ROOT,
            env={**os.environ, **ports, "MAQUETTE_STATE": str(state)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until_ready(url, up, state / "up.log")
        yield url
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(30)


def _wait_until_ready(url: str, up: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        if up.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the product did not start:\n{log.read_text()[-3000:]}")
        try:
            if httpx.get(f"{url}/readyz", timeout=2).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
