"""The whole product as `./maquette up` starts it, on free ports and with data of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg

from local.inbox.mailbox import Mail
from local.postgres.server import Postgres
from tests.support.clients import http_client
from tests.support.processes.readiness import answers, wait_until_ready
from tests.support.processes.supabase_stack import CHEAP_PASSWORDS, free_ports
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[3]
SETS = 4
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
        """Make an account, with the code of the mail where Auth asks for one.

        Answers its session as Auth does, which is what supabase-js keeps.
        """
        config = http_client.get(f"{self.url}/api/v1/config").json()["data"]

        def ask(path: str, **body: str) -> httpx.Response:
            headers = {"apikey": config["supabase_publishable_key"]}
            answer = http_client.post(f"{config['supabase_url']}/auth/v1/{path}", headers=headers, json=body)
            return answer.raise_for_status()

        answer = ask("signup", email=email, password=password)
        if "access_token" not in answer.json():
            answer = ask("verify", type="email", email=email, token=self.mail_to(email).codes[0])
        return answer.text

    def has_account(self, email: str) -> bool:
        """Whether Auth knows somebody with this address."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute("select from auth.users where email = %s", [email]).rowcount == 1

    def fault(self, **fault: Any) -> None:
        """What shall go wrong at the provider next; local/replicate/faults.py lists the kinds."""
        headers = {"Authorization": f"Bearer {self.replicate_token}"}
        http_client.post(f"{self.replicate_url}/_local/faults", json=fault, headers=headers).raise_for_status()

    def community_sets(self) -> list[dict[str, Any]]:
        """The sets of the community, waited for: the product serves before they are there."""
        return wait_until(
            lambda: http_client.get(f"{self.url}/api/v1/community").json()["data"], lambda sets: len(sets) >= SETS
        )

    def mail_to(self, address: str, *, about: str = "") -> Mail:
        """The newest mail to an address whose subject has `about` in it, waited for."""

        def look() -> list[Mail]:
            received = http_client.get(f"{self.inbox_url}/messages").content
            mails = msgspec.json.decode(received, type=list[Mail])
            return [mail for mail in mails if address in mail.recipients and about in mail.subject.lower()]

        return wait_until(look)[0]


@contextmanager
def running_site(state: Path, *options: str) -> Generator[Site]:
    """Start the product with its data in `state` and these options of `up`; stop it at the end."""
    ports = {f"MAQUETTE_{name}": str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    url = f"http://127.0.0.1:{ports['MAQUETTE_PORT']}"
    with (state / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [sys.executable, "-m", "local.cli", "up", *options],
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
        wait_until_ready(up, lambda: answers(f"{url}/readyz"), state / "up.log")
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
