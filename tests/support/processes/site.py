"""The whole product as `./maquette up` starts it, on free ports and with data of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from local.inbox.mailbox import Mail
from local.postgres.server import Postgres
from tests.support.processes.supabase_stack import CHEAP_PASSWORDS, READY_SECONDS, free_ports

ROOT = Path(__file__).parents[3]
MAIL_SECONDS = 20
SETS, SETS_SECONDS = 4, 30
PORTS = (
    "PORT",
    "INBOX_PORT",
    "STUDIO_PORT",
    "SUPABASE_PORT",
    "SMTP_PORT",
    "POSTGRES_PORT",
    "REPLICATE_PORT",
    "STRIPE_PORT",
)
# A run takes 3 s instead of 8: long enough to be watched.
REPLICATE_SPEED = "3"


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Where the parts of a running product are."""

    url: str
    inbox_url: str
    replicate_url: str
    replicate_token: str
    database_url: str

    def sign_up(self, email: str, password: str) -> str:
        """Make an account; answers its session as Auth does, which is what supabase-js keeps."""
        config = httpx.get(f"{self.url}/api/v1/config").json()["data"]
        answer = httpx.post(
            f"{config['supabase_url']}/auth/v1/signup",
            headers={"apikey": config["supabase_publishable_key"]},
            json={"email": email, "password": password},
        )
        return answer.raise_for_status().text

    def fault(self, **fault: Any) -> None:
        """What shall go wrong at the provider next; local/replicate/faults.py lists the kinds."""
        headers = {"Authorization": f"Bearer {self.replicate_token}"}
        httpx.post(f"{self.replicate_url}/_local/faults", json=fault, headers=headers).raise_for_status()

    def community_sets(self) -> list[dict[str, Any]]:
        """The sets of the community, waited for: the product serves a moment before they are there."""
        deadline = time.monotonic() + SETS_SECONDS
        while True:
            sets = httpx.get(f"{self.url}/api/v1/community").json()["data"]
            if len(sets) >= SETS:
                return sets
            assert time.monotonic() < deadline, "the sets did not come"
            time.sleep(0.1)

    def mail_to(self, address: str, *, about: str = "") -> Mail:
        """The newest mail to an address whose subject has `about` in it, waited for."""
        deadline = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < deadline:
            for mail in msgspec.json.decode(httpx.get(f"{self.inbox_url}/messages").content, type=list[Mail]):
                if address in mail.recipients and about in mail.subject.lower():
                    return mail
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address} about {about!r}")


@contextmanager
def running_site(state: Path) -> Generator[Site]:
    """Start the product with its data in `state`; stop it at the end."""
    ports = {f"MAQUETTE_{name}": str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    url = f"http://127.0.0.1:{ports['MAQUETTE_PORT']}"
    with (state / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [sys.executable, "-m", "local.cli", "up"],
            cwd=ROOT,
            env={
                **os.environ,
                **ports,
                **CHEAP_PASSWORDS,
                "MAQUETTE_STATE": str(state),
                "LOCAL_REPLICATE_SPEED": REPLICATE_SPEED,
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until_ready(url, up, state / "up.log")
        secrets = msgspec.json.decode((state / "secrets.json").read_bytes())
        yield Site(
            url=url,
            inbox_url=f"http://127.0.0.1:{ports['MAQUETTE_INBOX_PORT']}",
            replicate_url=f"http://127.0.0.1:{ports['MAQUETTE_REPLICATE_PORT']}",
            replicate_token=secrets["replicate_api_token"],
            database_url=Postgres(
                state / "postgres", int(ports["MAQUETTE_POSTGRES_PORT"]), secrets["postgres_password"]
            ).url,
        )
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
