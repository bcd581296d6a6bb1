"""`./maquette` as a person runs it: through the launcher, on free ports, with data of its own."""

import contextlib
import os
import re
import subprocess
from collections.abc import Generator
from pathlib import Path

import httpx
import msgspec

from local.cli.state import DEFAULT_PORTS, Ports, variable
from local.cli.steps import ROOT
from tests.support.clients import http_client
from tests.support.processes.readiness import wait_until_ready
from tests.support.processes.supabase_stack import free_ports

READY = re.compile(r"^Ready in (?P<seconds>[\d.]+) s\.$", re.MULTILINE)


class Launcher(msgspec.Struct, frozen=True, kw_only=True):
    """One checkout, state folder and choice of ports. `ports` are the same at every start."""

    state: Path
    ports: Ports

    @classmethod
    def on_free_ports(cls, state: Path) -> "Launcher":
        """A launcher whose stack meets no other."""
        names = list(msgspec.structs.asdict(DEFAULT_PORTS))
        return cls(state=state, ports=Ports(**dict(zip(names, free_ports(len(names)), strict=True))))

    @property
    def log(self) -> Path:
        """What the running `up` said so far."""
        return self.state / "up.log"

    def environment(self) -> dict[str, str]:
        """Where it keeps its data and listens."""
        ports = {variable(name): str(port) for name, port in msgspec.structs.asdict(self.ports).items()}
        return {**os.environ, **ports, "MAQUETTE_STATE": str(self.state)}

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        return subprocess.run(
            [ROOT / "maquette", *arguments],
            env={**self.environment(), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @contextlib.contextmanager
    def up(self, **variables: str) -> Generator[subprocess.Popen[bytes]]:
        """`up` in a process group of its own, as a shell starts it; killed in the end if it still runs."""
        self.state.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [ROOT / "maquette", "up"],
                env={**self.environment(), **variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def seconds_until_ready(self, process: subprocess.Popen[bytes]) -> float:
        """Wait until it is ready; returns the seconds that it printed. Raises RuntimeError with its output."""
        wait_until_ready(process, lambda: READY.search(self.log.read_text()) is not None, self.log)
        (seconds,) = READY.findall(self.log.read_text())
        return float(seconds)

    def address(self, name: str) -> str:
        """An address that `up` printed: App, Inbox or Studio."""
        found = re.search(rf"^  {name} +(http://\S+)", self.log.read_text(), re.MULTILINE)
        assert found, self.log.read_text()
        return found[1]

    def auth(self, path: str, email: str, password: str) -> httpx.Response:
        """A call of Auth as the SPA makes it."""
        config = http_client.get(f"{self.ports.app_url}/api/v1/config").raise_for_status().json()["data"]
        return http_client.post(
            f"{config['supabase_url']}/auth/v1/{path}",
            headers={"apikey": config["supabase_publishable_key"]},
            json={"email": email, "password": password},
        )
