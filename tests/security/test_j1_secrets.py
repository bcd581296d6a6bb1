"""J1: no secret, token or personal data in a log, an error, a metric or the web app; a log line is one line of JSON."""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.support.clients.api_client import signed_in
from tests.support.processes.api import Product, submit
from tests.support.processes.postgres_gateway import PASSWORD

DIST = Path(__file__).parents[2] / "web" / "dist"
# supabase-js knows the prefixes; a key has something behind its prefix.
KEY = re.compile(rb"(sb_secret|sk_live|sk_test|rk_live|whsec|r8)_[A-Za-z0-9_]{8,}")
PROMPT = "a canary in a coal mine, heliotrope"


def secrets_of(product: Product) -> dict[str, str]:
    """Everything that must stay inside, by name."""
    environment = product.environment()
    named = ("SECRET", "TOKEN")
    return {name: value for name, value in environment.items() if any(word in name for word in named)}


async def test_J1_logs_errors_and_metrics_hold_no_secret(product: Product) -> None:
    async with signed_in(product, "canary") as person, product.client() as nobody:
        said: list[httpx.Response] = [
            await submit(person.api, prompt=PROMPT),
            await person.api.get("/renders", params={"text": PROMPT}),
            await person.api.get(f"/renders/{person.user.id}"),
            await person.api.post("/uploads", files={"file": (f"{person.user.email}.jpg", b"not a photo")}),
            await person.api.post("/generations", json={"prompt": PROMPT, "unknown": person.user.token}),
            await nobody.get("/me", headers={"Authorization": f"Bearer {person.user.token}x"}),
            await nobody.post("/webhooks/replicate", content=person.user.token.encode()),
            await nobody.post("/webhooks/stripe", content=person.user.token.encode()),
            await nobody.get(f"/nothing/{person.user.token}"),
        ]
        metrics = httpx.get(f"{product.url}/metrics")  # noqa: ASYNC210 - nothing else runs
        request_id = said[0].headers["x-request-id"]
    log = product.log.read_text()
    assert request_id in log, "the log is not the one of these requests"
    hidden = {
        **secrets_of(product),
        "token": person.user.token,
        "signature": person.user.token.rpartition(".")[2],
        "e-mail": person.user.email,
        "password": PASSWORD,
    }
    for name, value in hidden.items():
        assert value not in log, f"the log holds {name}"
        assert value not in metrics.text, f"/metrics holds {name}"
        for answer in said:
            assert value not in answer.text, f"{answer.request.url.path} answers with {name}"
    assert PROMPT not in log
    assert person.user.id not in metrics.text


async def test_J1_a_log_line_is_one_line_of_json(product: Product) -> None:
    async with product.client() as nobody:
        forged = 'x", "level": "critical'
        for value in (forged, "a" * 5000, "line%0Abreak"):
            await nobody.get(f"/nothing/{value}", headers={"X-Request-ID": value, "User-Agent": f"{value}"})
    lines = product.log.read_text().splitlines()
    written = [json.loads(line) for line in lines if line]
    assert any(line["event"] == "request" for line in written)
    assert all(line["level"] in {"debug", "info", "warning", "error"} for line in written)


def test_J1_the_web_app_holds_no_secret(product: Product) -> None:
    """The build knows no key at all: the browser learns the publishable one from /config."""
    files = [path for path in DIST.rglob("*") if path.is_file()]
    if not files:
        pytest.skip("the web app is not built: `./maquette test` builds it")
    config = httpx.get(f"{product.url}/api/v1/config").text
    assert product.stack.gateway.publishable_key in config
    for path in files:
        content = path.read_bytes()
        assert not KEY.search(content), path.name
        assert not any(value.encode() in content for value in secrets_of(product).values()), path.name
    assert not any(value in config for value in secrets_of(product).values())
