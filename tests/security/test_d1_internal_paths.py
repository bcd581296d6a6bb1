"""D1: what our own processes ask of the webhook handlers has its own paths and its own secret."""

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import msgspec
import pytest

from api.errors import TransportCode
from libs.app_config.settings import load_settings
from libs.errors import ErrorCode
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.predictions import WEBHOOKS, delivery_body, outcome_of, running_generation, signed_headers
from tests.support.processes.api import ApiProcess, until_ended

REDELIVERIES = f"{WEBHOOKS}/redeliveries"
FILE_CHANGES = f"{WEBHOOKS}/file-changes"
OTHER_SECRET = "whsec_" + base64.b64encode(b"somebody else's secret, 32 bytes").decode()
EMPTY = b"{}"

Headers = dict[str, str]


def internal_secret(api: ApiProcess) -> str:
    settings, _ = load_settings(api.environment())
    return settings.internal_webhook_secret


def provider_secret(api: ApiProcess) -> str:
    return api.replicate.webhook_secret


async def send(api: ApiProcess, path: str, headers: Headers, body: bytes, **parameters: str) -> httpx.Response:
    async with api.client() as anonymous:
        return await anonymous.post(path, params=parameters, content=body, headers=headers)


async def status_of(person: ApiUser, job: str) -> str:
    return (await person.client.get(f"/generations/{job}")).raise_for_status().json()["data"]["status"]


@pytest.fixture
def queued(api: ApiProcess) -> Iterator[Callable[[], bool]]:
    """A file that is due to be removed; answers whether it still waits in the queue."""
    name = f"{uuid4()}/nothing.webp"
    with api.supabase.connect() as connection:
        insert = "insert into private.file_changes (bucket, name, due_at) values ('renders', %s, now())"
        connection.execute(insert, (name,))

        def is_queued() -> bool:
            return connection.execute("select from private.file_changes where name = %s", (name,)).rowcount == 1

        assert is_queued()
        yield is_queued
        connection.execute("delete from private.file_changes where name = %s", (name,))


FORGERIES: dict[str, Callable[[ApiProcess, bytes], Headers]] = {
    "unsigned": lambda api, body: {"content-type": "application/json"},
    "Replicate's secret": lambda api, body: signed_headers(provider_secret(api), body),
    "another secret": lambda api, body: signed_headers(OTHER_SECRET, body),
    "another body": lambda api, body: signed_headers(internal_secret(api), body + b" "),
    "six minutes old": lambda api, body: signed_headers(
        internal_secret(api), body, at=datetime.now(UTC) - timedelta(minutes=6)
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_D1_a_forged_file_change_is_refused_and_removes_nothing(
    api: ApiProcess, queued: Callable[[], bool], forgery: str
) -> None:
    assert_refused(
        await send(api, FILE_CHANGES, FORGERIES[forgery](api, EMPTY), EMPTY), TransportCode.NOT_AUTHENTICATED
    )
    assert queued()

    # The control.
    answer = await send(api, FILE_CHANGES, signed_headers(internal_secret(api), EMPTY), EMPTY)
    assert answer.status_code == 200
    assert answer.json()["data"]["changed"] >= 1
    assert not queued()


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_D1_a_forged_redelivery_is_refused_and_ends_no_job(
    api: ApiProcess, api_alice: ApiUser, forgery: str
) -> None:
    job, prediction_id = await running_generation(api, api_alice.client)
    body = delivery_body(api, prediction_id, "failed", error="CUDA out of memory")

    answer = await send(api, REDELIVERIES, FORGERIES[forgery](api, body), body, job=job)
    assert_refused(answer, TransportCode.NOT_AUTHENTICATED)
    assert await status_of(api_alice, job) in {"queued", "processing"}

    # The control.
    answer = await send(api, REDELIVERIES, signed_headers(internal_secret(api), body), body, job=job)
    assert outcome_of(answer) == "applied"
    assert (await until_ended(api_alice.client, job))["status"] == "failed"


async def test_D1_the_internal_secret_is_refused_on_replicates_route(api: ApiProcess, api_alice: ApiUser) -> None:
    job, prediction_id = await running_generation(api, api_alice.client)
    body = delivery_body(api, prediction_id, "failed", error="CUDA out of memory")

    answer = await send(api, WEBHOOKS, signed_headers(internal_secret(api), body), body, job=job)
    assert_refused(answer, TransportCode.NOT_AUTHENTICATED)
    assert await status_of(api_alice, job) in {"queued", "processing"}

    # The control.
    answer = await send(api, WEBHOOKS, signed_headers(provider_secret(api), body), body, job=job)
    assert outcome_of(answer) == "applied"
    assert (await until_ended(api_alice.client, job))["status"] == "failed"


@pytest.mark.parametrize("secret", [provider_secret, internal_secret])
@pytest.mark.parametrize("path", [WEBHOOKS, REDELIVERIES])
async def test_D1_a_delivery_without_a_job_is_refused_and_is_no_command(
    api: ApiProcess, queued: Callable[[], bool], path: str, secret: Callable[[ApiProcess], str]
) -> None:
    assert_refused(await send(api, path, signed_headers(secret(api), EMPTY), EMPTY), ErrorCode.VALIDATION_FAILED)
    assert queued()


async def test_D1_a_signed_redelivery_that_is_no_prediction_is_malformed(api: ApiProcess) -> None:
    headers = signed_headers(internal_secret(api), EMPTY)
    assert_refused(await send(api, REDELIVERIES, headers, EMPTY, job=str(uuid4())), TransportCode.MALFORMED_REQUEST)


async def test_D1_the_internal_paths_are_not_documented(api: ApiProcess) -> None:
    async with api.client() as reader:
        document = msgspec.json.decode((await reader.get("/openapi.json")).raise_for_status().content)
    assert [path for path in document["paths"] if "/webhooks/replicate" in path] == ["/api/v1/webhooks/replicate"]
