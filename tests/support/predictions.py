"""Predictions of the local Replicate as tests need them: that end at once or never, and deliveries as it signs them."""

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
from standardwebhooks import Webhook

from tests.support.clients import http_client
from tests.support.images import image_file
from tests.support.processes.api import ApiProcess, submit
from tests.support.processes.replicate import ReplicateProcess
from tests.support.waiting import until

WEBHOOKS = "/webhooks/replicate"
# A preset without photo that may make two variants, of one credit each.
ONE_VARIANT: dict[str, Any] = {"preset_id": "first-ideas", "variants": 1}
TWO_VARIANTS: dict[str, Any] = {"preset_id": "first-ideas", "variants": 2}
TERMINAL = {"succeeded", "failed", "canceled", "aborted"}


@lru_cache
def _output_url(base_url: str, api_token: str, data: Path) -> str:
    with http_client.Client(base_url=base_url, headers={"authorization": f"Bearer {api_token}"}) as client:
        client.post("/_local/faults", json={"on": "run", "kind": "abort"}).raise_for_status()
        request = {"input": {"prompt": "a prediction for the folder of a small output"}}
        created = client.post("/v1/models/black-forest-labs/flux-schnell/predictions", json=request)
        prediction_id = created.raise_for_status().json()["id"]
    folder = data / "files" / prediction_id
    folder.mkdir()
    (folder / "small.png").write_bytes(image_file("PNG", (64, 64)))
    return f"{base_url}/files/{prediction_id}/small.png"


def output_url(replicate: ReplicateProcess) -> str:
    """A small output that it serves: drawing and reading a real one each time would take most of a test's time."""
    return _output_url(replicate.base_url, replicate.api_token, replicate.data)


def succeed_at_once(replicate: ReplicateProcess, outputs: int = 2, times: int = 1) -> None:
    """Let the next predictions end with outputs that exist already."""
    replicate.fault(on="run", kind="output", output=[output_url(replicate)] * outputs, times=times)


def prediction_ids(replicate: ReplicateProcess) -> set[str]:
    """All predictions that were created, up to a hundred."""
    listed = http_client.get(f"{replicate.base_url}/v1/predictions", headers=replicate.headers)
    return {prediction["id"] for prediction in listed.raise_for_status().json()["results"]}


async def until_new_prediction(replicate: ReplicateProcess, known: set[str]) -> str:
    """The prediction that was created beside the `known` ones, once it is there."""
    (prediction_id,) = await until(lambda: prediction_ids(replicate) - known)
    return prediction_id


def prediction_body(replicate: ReplicateProcess, prediction_id: str) -> bytes:
    """A prediction as Replicate's API returns it, and as the body of a delivery holds it."""
    found = http_client.get(f"{replicate.base_url}/v1/predictions/{prediction_id}", headers=replicate.headers)
    return found.raise_for_status().content


def prediction_status(replicate: ReplicateProcess, prediction_id: str) -> str:
    """What Replicate's API says about a prediction now."""
    return msgspec.json.decode(prediction_body(replicate, prediction_id))["status"]


async def until_prediction_ended(replicate: ReplicateProcess, prediction_id: str) -> bytes:
    """The body of a prediction once it has ended."""
    return await until(
        lambda: prediction_body(replicate, prediction_id),
        lambda body: msgspec.json.decode(body)["status"] in TERMINAL,
    )


async def until_delivered(replicate: ReplicateProcess, prediction_id: str) -> int:
    """The status with which the API took the final delivery of a prediction, once it took it: 2xx."""

    def last_status() -> int | None:
        final = [entry for entry in replicate.deliveries(prediction_id) if entry["event"] == "completed"]
        return final[-1]["status_code"] if final else None

    status = await until(last_status, lambda status: status is not None and status < 300)
    return status or 0


def signed_headers(secret: str, body: bytes, event_id: str | None = None, at: datetime | None = None) -> dict[str, str]:
    """The headers of a delivery, as Standard Webhooks defines them."""
    event_id = event_id or f"msg_{uuid4().hex}"
    at = at or datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(event_id, at, body.decode()),
    }


async def deliver(api: ApiProcess, job_id: str, body: bytes, **headers: str) -> httpx.Response:
    """One delivery about a job, rightly signed unless `headers` say otherwise (`webhook_id` for `webhook-id`)."""
    sent = signed_headers(api.replicate.webhook_secret, body) | {k.replace("_", "-"): v for k, v in headers.items()}
    async with api.client() as client:
        return await client.post(WEBHOOKS, params={"job": job_id}, content=body, headers=sent)


def outcome_of(answer: httpx.Response) -> str:
    """The outcome that the API reports of a delivery that it took."""
    return answer.raise_for_status().json()["data"]["outcome"]


async def running_generation(api: ApiProcess, client: httpx.AsyncClient, **changes: Any) -> tuple[str, str]:
    """A generation whose prediction never ends by itself, attached: the ids of its job and its prediction."""
    api.replicate.fault(on="run", kind="stall")
    known = prediction_ids(api.replicate)
    answer = await submit(client, **{**ONE_VARIANT, **changes})
    job_id = answer.raise_for_status().json()["data"]["id"]
    return job_id, await until_new_prediction(api.replicate, known)


def delivery_body(api: ApiProcess, prediction_id: str, status: str, outputs: int = 0, **changes: object) -> bytes:
    """The body of a delivery that says a prediction has this status; `changes` are fields of the prediction."""
    prediction = msgspec.json.decode(prediction_body(api.replicate, prediction_id))
    output = [output_url(api.replicate)] * outputs or None
    return msgspec.json.encode({**prediction, "status": status, "output": output, **changes})
