"""The local Replicate in the hands of a test: runs that end at once, what it was asked, deliveries as it signs them."""

import asyncio
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
from PIL import Image
from standardwebhooks import Webhook

from tests.support.processes.api import ApiProcess, submit
from tests.support.processes.replicate import ReplicateProcess
from tests.support.waiting import SECONDS

WEBHOOKS = "/webhooks/replicate"
# A preset without photo that may make two pictures, of one credit each.
ONE: dict[str, Any] = {"preset_id": "first-ideas", "variants": 1}
TWO: dict[str, Any] = {"preset_id": "first-ideas", "variants": 2}
TERMINAL = {"succeeded", "failed", "canceled", "aborted"}


@lru_cache
def _picture_url(base_url: str, api_token: str, data: Path) -> str:
    with httpx.Client(base_url=base_url, headers={"authorization": f"Bearer {api_token}"}) as client:
        client.post("/_local/faults", json={"on": "run", "kind": "abort"}).raise_for_status()
        asked = {"input": {"prompt": "the owner of a small picture"}}
        run = client.post("/v1/models/black-forest-labs/flux-schnell/predictions", json=asked).raise_for_status().json()
    folder = data / "files" / run["id"]
    folder.mkdir()
    Image.linear_gradient("L").resize((64, 64)).save(folder / "small.png")
    return f"{base_url}/files/{run['id']}/small.png"


def picture_url(replicate: ReplicateProcess) -> str:
    """A small picture that it serves: drawing and reading a real one for every run would take most of a test's time."""
    return _picture_url(replicate.base_url, replicate.api_token, replicate.data)


def succeed_at_once(replicate: ReplicateProcess, pictures: int = 2, times: int = 1) -> None:
    """The next runs end with pictures that exist already."""
    replicate.fault(on="run", kind="output", output=[picture_url(replicate)] * pictures, times=times)


def prediction_ids(replicate: ReplicateProcess) -> set[str]:
    """All runs it was asked for, up to a hundred."""
    answer = httpx.get(f"{replicate.base_url}/v1/predictions", headers=replicate.headers)
    return {run["id"] for run in answer.raise_for_status().json()["results"]}


async def until_new_prediction(replicate: ReplicateProcess, known: set[str]) -> str:
    """The run that was created since `known`, once it is there."""
    async with asyncio.timeout(SECONDS):
        while not (created := prediction_ids(replicate) - known):  # noqa: ASYNC110 - another process's
            await asyncio.sleep(0.02)
    (prediction_id,) = created
    return prediction_id


def prediction(replicate: ReplicateProcess, prediction_id: str) -> bytes:
    """A run as the API tells it and as a delivery's body has it."""
    answer = httpx.get(f"{replicate.base_url}/v1/predictions/{prediction_id}", headers=replicate.headers)
    return answer.raise_for_status().content


async def until_prediction_ended(replicate: ReplicateProcess, prediction_id: str) -> bytes:
    """A run once the provider is done with it."""
    async with asyncio.timeout(SECONDS):
        while True:
            body = prediction(replicate, prediction_id)
            if any(f'"status":"{status}"'.encode() in body for status in TERMINAL):
                return body
            await asyncio.sleep(0.05)


async def until_delivered(replicate: ReplicateProcess, prediction_id: str) -> int:
    """The answer to the last attempt at the final delivery of a run, once there was one that was taken."""
    async with asyncio.timeout(SECONDS):
        while True:
            final = [entry for entry in replicate.deliveries(prediction_id) if entry["event"] == "completed"]
            if final and final[-1]["status_code"] is not None and final[-1]["status_code"] < 300:
                return final[-1]["status_code"]
            await asyncio.sleep(0.05)


def signed(secret: str, body: bytes, event_id: str | None = None, at: datetime | None = None) -> dict[str, str]:
    """The headers of a delivery, as Standard Webhooks wants them."""
    event_id = event_id or f"msg_{uuid4().hex}"
    at = at or datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(event_id, at, body.decode()),
    }


async def deliver(api: ApiProcess, job_id: str, body: bytes, **headers: str) -> httpx.Response:
    """One delivery about a job, well signed unless `headers` say otherwise (`webhook_id` for `webhook-id`)."""
    sent = signed(api.replicate.webhook_secret, body) | {k.replace("_", "-"): v for k, v in headers.items()}
    async with api.client() as client:
        return await client.post(WEBHOOKS, params={"job": job_id}, content=body, headers=sent)


def outcome_of(answer: httpx.Response) -> str:
    """What came of a delivery that was taken."""
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["outcome"]


async def running_generation(api: ApiProcess, client: httpx.AsyncClient, **changes: Any) -> tuple[str, str]:
    """A generation whose run never ends by itself, attached: its id and the run's."""
    api.replicate.fault(on="run", kind="stall")
    known = prediction_ids(api.replicate)
    answer = await submit(client, **{**ONE, **changes})
    assert answer.status_code == 202, answer.text
    return answer.json()["data"]["id"], await until_new_prediction(api.replicate, known)


def delivery_body(api: ApiProcess, prediction_id: str, status: str, pictures: int = 0, **changes: object) -> bytes:
    """The body of a delivery about a run: what the provider would say, were it in this status."""
    run = msgspec.json.decode(prediction(api.replicate, prediction_id))
    output = [picture_url(api.replicate)] * pictures or None
    return msgspec.json.encode({**run, "status": status, "output": output, **changes})
