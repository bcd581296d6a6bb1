"""Starts a local Stripe for a test suite and stops it."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from local.database.deployment import LOCAL_PRICES
from tests.support.clients import http_client
from tests.support.processes.readiness import answers, wait_until_ready
from tests.support.processes.supabase_stack import free_port

ROOT = Path(__file__).parents[3]


class StripeProcess(msgspec.Struct, kw_only=True):
    """One server on a free port; events go to the API on `api_port`."""

    folder: Path
    api_port: int
    month_seconds: float
    port: int = msgspec.field(default_factory=free_port)
    secret_key: str = "sk_test_local_tests"
    webhook_secret: str = "whsec_local_tests"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def settings(self) -> dict[str, str]:
        """What the API must know of it."""
        return {
            "STRIPE_API_URL": self.url,
            "STRIPE_SECRET_KEY": self.secret_key,
            "STRIPE_WEBHOOK_SECRET": self.webhook_secret,
            **LOCAL_PRICES,
        }

    def control(self, method: str, path: str, **body: Any) -> Any:
        """One of the controls of local/stripe/controls.py; answers what it answers."""
        return self._ask(method, f"_local/{path}", json=body or None)

    def add_customer(self) -> str:
        """A customer that Maquette did not make; answers the id."""
        return self._ask("POST", "v1/customers")["id"]

    def subscriptions(self, customer: str, status: str) -> list[dict[str, Any]]:
        """A customer's subscriptions in this status, to whatever product."""
        return self._ask("GET", "v1/subscriptions", params={"customer": customer, "status": status})["data"]

    def open_checkout(self, customer: str, price: str) -> str:
        """The page of a checkout that Maquette did not open."""
        form = {"mode": "subscription", "customer": customer, "line_items[0][price]": price}
        form |= {"success_url": "https://maquette.test/return", "cancel_url": "https://maquette.test/usage"}
        return self._ask("POST", "v1/checkout/sessions", data=form)["url"]

    def charges(self, customer: str) -> list[dict[str, Any]]:
        """A customer's charges, latest first."""
        return self._ask("GET", "v1/charges", params={"customer": customer})["data"]

    def refund(self, charge: str, amount: int | None = None) -> None:
        """Give a charge back, or a part of it, as in the dashboard."""
        self._ask("POST", "v1/refunds", data={"charge": charge} | ({"amount": amount} if amount else {}))

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        headers = {"authorization": f"Bearer {self.secret_key}"}
        answer = http_client.request(method, f"{self.url}/{path}", headers=headers, **options)
        return answer.raise_for_status().json() if answer.content else None


@contextmanager
def running_stripe(folder: Path, api_port: int, month_seconds: float = 30 * 86_400) -> Generator[StripeProcess]:
    """A server with its own data. A billing month lasts `month_seconds`."""
    process = StripeProcess(folder=folder, api_port=api_port, month_seconds=month_seconds)
    environment = os.environ | process.settings()
    environment |= {
        "LOCAL_STRIPE_PORT": str(process.port),
        "LOCAL_STRIPE_DATA": str(folder / "stripe"),
        "LOCAL_STRIPE_WEBHOOK_URL": f"http://127.0.0.1:{api_port}/api/v1/webhooks/stripe",
        "LOCAL_STRIPE_MONTH_SECONDS": str(month_seconds),
        "LOCAL_STRIPE_SPEED": "20",
    }
    server = subprocess.Popen([sys.executable, "-m", "local.stripe"], cwd=ROOT, env=environment)
    try:
        wait_until_ready(server, lambda: answers(f"{process.url}/_local/health"))
        yield process
    finally:
        server.terminate()
        server.wait(15)
