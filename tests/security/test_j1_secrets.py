"""J1: no secret, token or personal data in a log, an error, a metric or the web app; a log line is one line of JSON."""

import json
import re
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.support.accounts import PASSWORD
from tests.support.clients import http_client
from tests.support.clients.api_user import signed_in
from tests.support.processes.api import ApiProcess, submit

DIST = Path(__file__).parents[2] / "web" / "dist"
# supabase-js knows the prefixes; a key has something behind its prefix.
KEY = re.compile(rb"(sb_secret|sk_live|sk_test|rk_live|whsec|r8)_[A-Za-z0-9_]{8,}")
PROMPT = "a canary in a coal mine, heliotrope"


def secrets_of(api: ApiProcess) -> dict[str, str]:
    """Everything that must stay inside, by name."""
    environment = api.environment()
    named = ("SECRET", "TOKEN")
    return {name: value for name, value in environment.items() if any(word in name for word in named)}


async def test_J1_logs_errors_and_metrics_hold_no_secret(api: ApiProcess) -> None:
    async with signed_in(api, "canary") as person, api.client() as anonymous:
        said: list[httpx.Response] = [
            await submit(person.client, prompt=PROMPT),
            await person.client.get("/renders", params={"text": PROMPT}),
            await person.client.get(f"/renders/{person.id}"),
            await person.client.post("/uploads", files={"file": (f"{person.account.email}.jpg", b"not a photo")}),
            await person.client.post("/generations", json={"prompt": PROMPT, "unknown": person.account.token}),
            await anonymous.get("/me", headers={"Authorization": f"Bearer {person.account.token}x"}),
            await anonymous.post("/webhooks/replicate", content=person.account.token.encode()),
            await anonymous.post("/webhooks/stripe", content=person.account.token.encode()),
            await anonymous.get(f"/nothing/{person.account.token}"),
        ]
        metrics = http_client.get(f"{api.url}/metrics")
        request_id = said[0].headers["x-request-id"]
    log = api.log.read_text()
    assert request_id in log, "the log is not the one of these requests"
    hidden = {
        **secrets_of(api),
        "token": person.account.token,
        "signature": person.account.token.rpartition(".")[2],
        "e-mail": person.account.email,
        "password": PASSWORD,
    }
    for name, value in hidden.items():
        assert value not in log, f"the log holds {name}"
        assert value not in metrics.text, f"/metrics holds {name}"
        for answer in said:
            assert value not in answer.text, f"{answer.request.url.path} answers with {name}"
    assert PROMPT not in log
    assert person.id not in metrics.text
    assert person.id not in log


async def test_J1_a_log_line_is_one_line_of_json(api: ApiProcess) -> None:
    async with api.client() as anonymous:
        forged = 'x", "level": "critical'
        for value in (forged, "a" * 5000, "line%0Abreak"):
            await anonymous.get(f"/nothing/{value}", headers={"X-Request-ID": value, "User-Agent": f"{value}"})
    lines = api.log.read_text().splitlines()
    written = [json.loads(line) for line in lines if line]
    assert any(line["event"] == "request" for line in written)
    assert all(line["level"] in {"debug", "info", "warning", "error"} for line in written)


LISTED = "select public.list_renders(%s::jsonb, 'newest', 20)"
CHANGED = "select public.change_renders(%s::jsonb, %s)"


@pytest.mark.parametrize(
    ("statement", "more"),
    [
        (LISTED, []),
        ("select public.count_renders_by_month(%s::jsonb, 'UTC')", []),
        (CHANGED, ["trash"]),
        (CHANGED, ["restore"]),
        (CHANGED, ["collect"]),
        (CHANGED, ["uncollect"]),
        ("select public.delete_trashed_renders(%s::jsonb)", []),
    ],
)
async def test_J1_postgres_logs_no_search_words_and_no_account_when_a_search_fails(
    api: ApiProcess, statement: str, more: list[str]
) -> None:
    """As after a statement timeout."""
    word = "zebrasecretword"
    log = api.supabase.gateway.storage.parent / "postgres.log"
    async with signed_in(api, "searcher") as person:
        with api.supabase.connect() as busy, api.supabase.connect() as connection:
            busy.autocommit = False
            busy.execute("lock table public.renders in access exclusive mode")
            before = log.stat().st_size
            connection.execute("select set_config('request.jwt.claim.sub', %s, false)", (person.id,))
            connection.execute("set role authenticated")
            connection.execute("set statement_timeout = '200ms'")
            with pytest.raises(psycopg.errors.QueryCanceled):
                connection.execute(statement.encode(), [f'{{"text": "{word}"}}', *more])
            busy.rollback()
    written = log.read_bytes()[before:].decode()
    assert "canceling statement due to statement timeout" in written
    assert word not in written
    assert person.id not in written


def test_J1_the_web_app_holds_no_secret(api: ApiProcess) -> None:
    """The build knows no key at all: the browser learns the publishable one from /config."""
    files = [path for path in DIST.rglob("*") if path.is_file()]
    if not files:
        pytest.skip("the web app is not built: `./maquette test` builds it")
    config = http_client.get(f"{api.url}/api/v1/config").text
    assert api.supabase.gateway.publishable_key in config
    for path in files:
        content = path.read_bytes()
        assert not KEY.search(content), path.name
        assert not any(value.encode() in content for value in secrets_of(api).values()), path.name
    assert not any(value in config for value in secrets_of(api).values())
