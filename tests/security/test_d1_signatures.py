"""D1: a delivery is believed for one reason, a good and fresh signature over its very bytes."""

import base64
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import msgspec
import pytest
from standardwebhooks import Webhook

from api.errors import TransportCode
from libs.errors import ErrorCode
from tests.support.clients.api_user import assert_refused
from tests.support.predictions import WEBHOOKS, delivery_body, outcome_of, running_generation, signed_headers
from tests.support.processes.api import ApiProcess, until_ended

Headers = dict[str, str]

STRANGER = "whsec_" + base64.b64encode(b"somebody else's secret, 32 bytes").decode()


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that would end a job of a person, were it believed."""

    api: ApiProcess
    client: httpx.AsyncClient
    job: str
    body: bytes

    @property
    def secret(self) -> str:
        return self.api.replicate.webhook_secret

    async def send(self, headers: Headers | dict[bytes, bytes], body: bytes | None = None) -> httpx.Response:
        async with self.api.client() as anonymous:
            content = self.body if body is None else body
            return await anonymous.post(WEBHOOKS, params={"job": self.job}, content=content, headers=headers)

    async def status(self) -> str:
        return (await self.client.get(f"/generations/{self.job}")).raise_for_status().json()["data"]["status"]


@pytest.fixture(scope="module")
async def delivery(api: ApiProcess) -> AsyncIterator[Delivery]:
    person = await api.supabase.sign_up()
    async with api.client(person) as client:
        job, prediction_id = await running_generation(api, client)
        body = delivery_body(api, prediction_id, "failed", error="CUDA out of memory")
        yield Delivery(api=api, client=client, job=job, body=body)
        # The control: these bytes with a good signature are believed.
        sent = Delivery(api=api, client=client, job=job, body=body)
        assert outcome_of(await sent.send(signed_headers(sent.secret, body))) == "applied"
        assert (await until_ended(client, job))["status"] == "failed"


def without(name: str) -> Callable[[Delivery], Headers]:
    return lambda sent: {key: value for key, value in signed_headers(sent.secret, sent.body).items() if key != name}


def replaced(name: str, value: str) -> Callable[[Delivery], Headers]:
    return lambda sent: signed_headers(sent.secret, sent.body) | {name: value}


def stamped(minutes: float) -> Callable[[Delivery], Headers]:
    return lambda sent: signed_headers(sent.secret, sent.body, at=datetime.now(UTC) + timedelta(minutes=minutes))


def resigned(change: Callable[[str], str]) -> Callable[[Delivery], Headers]:
    def headers(sent: Delivery) -> Headers:
        good = signed_headers(sent.secret, sent.body)
        return good | {"webhook-signature": change(good["webhook-signature"])}

    return headers


FORGERIES: dict[str, Callable[[Delivery], Headers]] = {
    "no header of the standard": lambda _: {"content-type": "application/json"},
    "no id": without("webhook-id"),
    "no timestamp": without("webhook-timestamp"),
    "no signature": without("webhook-signature"),
    "empty signature": replaced("webhook-signature", ""),
    "another id": replaced("webhook-id", "msg_another"),
    "later stamp than signed": replaced("webhook-timestamp", str(int(datetime.now(UTC).timestamp()) + 30)),
    "stamp that is no number": replaced("webhook-timestamp", "now"),
    "stamp that is not finite": replaced("webhook-timestamp", "nan"),
    "stamp beyond all calendars": replaced("webhook-timestamp", "9" * 30),
    "another secret": lambda sent: signed_headers(STRANGER, sent.body),
    "another body": lambda sent: signed_headers(sent.secret, b"{}"),
    "six minutes old": stamped(-6),
    "six minutes ahead": stamped(6),
    "asymmetric scheme": resigned(lambda good: good.replace("v1,", "v1a,")),
    "future scheme": resigned(lambda good: good.replace("v1,", "v2,")),
    "no scheme": resigned(lambda good: good.removeprefix("v1,")),
    "empty value": resigned(lambda _: "v1,"),
    "cut value": resigned(lambda good: good[:-8]),
    "no base64": resigned(lambda _: "v1,!!!"),
    "no ASCII": resigned(lambda good: good + "\u00e9"),
    "many bad ones": resigned(
        lambda _: " ".join("v1," + base64.b64encode(bytes([n] * 32)).decode() for n in range(50))
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_D1_a_forged_delivery_is_refused_and_changes_nothing(delivery: Delivery, forgery: str) -> None:
    headers = {name.encode(): value.encode("latin-1") for name, value in FORGERIES[forgery](delivery).items()}
    assert_refused(await delivery.send(headers), TransportCode.NOT_AUTHENTICATED)
    assert await delivery.status() in {"queued", "processing"}


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "space": lambda body: body + b" ",
    "mark": lambda body: b"\xef\xbb\xbf" + body,
    "indented": lambda body: msgspec.json.format(body, indent=1),
    "status": lambda body: body.replace(b'"failed"', b'"canceled"'),
    "empty": lambda _: b"",
    "no JSON": lambda _: b"not json",
    "no UTF-8": lambda _: b'{"id": "\xff"}',
    "deep": lambda _: b"[" * 100_000,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_D1_a_signature_is_over_the_bytes_and_comes_before_their_meaning(
    delivery: Delivery, change: Callable[[bytes], bytes]
) -> None:
    answer = await delivery.send(signed_headers(delivery.secret, delivery.body), change(delivery.body))
    assert_refused(answer, TransportCode.NOT_AUTHENTICATED)
    assert await delivery.status() in {"queued", "processing"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'{"id": 5, "status": "failed"}',
        b'{"status": "failed"}',
        b"[" * 100_000,
        b"{" * 100_000,
    ],
    ids=["empty", "no JSON", "list", "id is a number", "no id", "deep list", "deep object"],
)
async def test_D1_what_is_signed_and_no_prediction_is_malformed(delivery: Delivery, body: bytes) -> None:
    assert_refused(await delivery.send(signed_headers(delivery.secret, body), body), TransportCode.MALFORMED_REQUEST)


@pytest.mark.parametrize("sign", ["good first", "good last", "four minutes old", "four minutes ahead"])
async def test_D1_any_good_signature_is_enough(delivery: Delivery, sign: str) -> None:
    # Nobody's job: accepted, and the delivery of this module stays unused.
    body = msgspec.json.encode({"id": f"run-{uuid4().hex}", "status": "failed"})
    minutes = {"four minutes old": -4, "four minutes ahead": 4}.get(sign, 0)
    headers = signed_headers(delivery.secret, body, at=datetime.now(UTC) + timedelta(minutes=minutes))
    others = "v1a,AAAA v1," + base64.b64encode(bytes(32)).decode()
    good = headers["webhook-signature"]
    headers["webhook-signature"] = f"{good} {others}" if sign == "good first" else f"{others} {good}"
    async with delivery.api.client() as anonymous:
        answer = await anonymous.post(WEBHOOKS, params={"job": str(uuid4())}, content=body, headers=headers)
    assert outcome_of(answer) == "unknown_job"


@pytest.mark.parametrize("job", ["", "1", "../..", "0197c2d0-0000-7000-8000-000000000000x", "%00"])
async def test_D1_a_job_that_is_no_id_is_refused(delivery: Delivery, job: str) -> None:
    body = msgspec.json.encode({"id": "run", "status": "failed"})
    async with delivery.api.client() as anonymous:
        answer = await anonymous.post(
            f"{WEBHOOKS}?job={job}", content=body, headers=signed_headers(delivery.secret, body)
        )
    assert_refused(answer, ErrorCode.VALIDATION_FAILED)


def test_D1_the_local_provider_signs_as_the_standard_says(delivery: Delivery) -> None:
    # The library's own verifier believes our deliveries: the forgeries above fail for their forgery.
    Webhook(delivery.secret).verify(delivery.body, signed_headers(delivery.secret, delivery.body))
