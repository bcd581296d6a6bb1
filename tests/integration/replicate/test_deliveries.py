"""Webhooks: signed, filtered, throttled, and retried at the end."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.integration.replicate.conftest import SCHNELL, SMALL, Receiver, until_finished
from tests.support.clients import http_client
from tests.support.processes.replicate import ReplicateProcess, running_replicate
from tests.support.waiting import equals, until


async def create(api: httpx.AsyncClient, receiver: Receiver, *events: str, **values: object) -> str:
    body: dict[str, Any] = {"input": {**SMALL, **values}, "webhook": receiver.url}
    if events:
        body["webhook_events_filter"] = list(events)
    return (await api.post(SCHNELL, json=body)).raise_for_status().json()["id"]


def events(replicate: ReplicateProcess, prediction_id: str) -> list[str]:
    return [entry["event"] for entry in replicate.deliveries(prediction_id)]


async def test_delivery_is_signed_and_carries_the_prediction(
    api: httpx.AsyncClient, receiver: Receiver, verifier: Webhook
) -> None:
    prediction_id = await create(api, receiver, "completed")
    [delivery] = await receiver.until_received(1)
    assert verifier.verify(delivery.body, delivery.headers) == await until_finished(api, prediction_id)
    with pytest.raises(WebhookVerificationError):
        verifier.verify(delivery.body + b" ", delivery.headers)


async def test_filter_decides_which_events_are_sent(api: httpx.AsyncClient, receiver: Receiver) -> None:
    prediction_id = await create(api, receiver, "start", "completed")
    await receiver.until_received(2)
    await until_finished(api, prediction_id)
    assert receiver.statuses() == ["processing", "succeeded"]


async def test_output_and_log_events_come_at_most_every_half_second(receiver: Receiver) -> None:
    with running_replicate(speed=1) as replicate:
        async with http_client.AsyncClient(base_url=replicate.base_url, headers=replicate.headers) as api:
            prediction_id = await create(api, receiver, "start", "output", "logs", "completed", num_outputs=2)
            await until(lambda: "completed" in events(replicate, prediction_id))
            entries = replicate.deliveries(prediction_id)
    assert (entries[0]["event"], entries[-1]["event"]) == ("start", "completed")
    middle = [entry for entry in entries if entry["event"] in {"logs", "output"}]
    assert len(middle) >= 3
    # Not when each left: a busy machine sends some of them late.
    times = [datetime.fromisoformat(entry["event_at"]) for entry in middle]
    assert all(later - earlier > timedelta(seconds=0.49) for earlier, later in pairwise(times))
    logs = [one.prediction["logs"] for one in receiver.received[1:]]
    assert all(later.startswith(earlier) for earlier, later in pairwise(logs))


async def test_final_delivery_is_retried_until_it_is_accepted(
    api: httpx.AsyncClient, receiver: Receiver, replicate: ReplicateProcess
) -> None:
    receiver.answers = [500, 404, 301]
    prediction_id = await create(api, receiver, "completed")
    received = await receiver.until_received(4)
    assert len({one.headers["webhook-id"] for one in received}) == 1
    # The attempt is noted only after the receiver has answered.
    await until(lambda: len(replicate.deliveries(prediction_id)), equals(4))
    assert [entry["status_code"] for entry in replicate.deliveries(prediction_id)] == [500, 404, 301, 200]


async def test_earlier_events_are_not_retried(
    api: httpx.AsyncClient, receiver: Receiver, replicate: ReplicateProcess
) -> None:
    receiver.answers = [500]
    await create(api, receiver, "start", "completed")
    await receiver.until_received(2)
    assert receiver.statuses() == ["processing", "succeeded"]


async def test_unreachable_receiver_is_given_up_after_seven_attempts(
    api: httpx.AsyncClient, replicate: ReplicateProcess
) -> None:
    prediction_id = await create(api, Receiver("http://127.0.0.1:1/hook"), "completed")
    await until_finished(api, prediction_id)
    await until(lambda: len(replicate.deliveries(prediction_id)), equals(7))
    entries = replicate.deliveries(prediction_id)
    assert {entry["outcome"] for entry in entries} == {"ConnectError"}


async def test_lost_delivery_never_comes(
    api: httpx.AsyncClient, receiver: Receiver, replicate: ReplicateProcess
) -> None:
    replicate.fault(on="delivery", kind="lose", event="completed")
    lost = await create(api, receiver, "completed")
    assert (await until_finished(api, lost))["status"] == "succeeded"
    following = await create(api, receiver, "completed")
    await receiver.until_received(1)
    assert [one.prediction["id"] for one in receiver.received] == [following]
    assert replicate.deliveries(lost) == []


async def test_D2_duplicate_delivery_has_the_same_id(
    api: httpx.AsyncClient, receiver: Receiver, replicate: ReplicateProcess
) -> None:
    replicate.fault(on="delivery", kind="duplicate", event="completed")
    await create(api, receiver, "completed")
    first, second = await receiver.until_received(2)
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


async def test_D2_reordered_delivery_comes_after_the_next(
    api: httpx.AsyncClient, receiver: Receiver, replicate: ReplicateProcess
) -> None:
    replicate.fault(on="delivery", kind="reorder", event="start")
    await create(api, receiver, "start", "completed")
    await receiver.until_received(2)
    assert receiver.statuses() == ["succeeded", "processing"]


async def test_delayed_delivery_is_overtaken(
    api: httpx.AsyncClient, receiver: Receiver, replicate: ReplicateProcess
) -> None:
    replicate.fault(on="delivery", kind="delay", event="start", seconds=3)
    await create(api, receiver, "start", "completed")
    await receiver.until_received(2)
    assert receiver.statuses() == ["succeeded", "processing"]


async def test_D1_bad_signature_is_followed_by_a_good_one(
    api: httpx.AsyncClient, receiver: Receiver, replicate: ReplicateProcess, verifier: Webhook
) -> None:
    replicate.fault(on="delivery", kind="bad_signature", event="completed")
    receiver.answers = [401]
    await create(api, receiver, "completed")
    forged, honest = await receiver.until_received(2)
    with pytest.raises(WebhookVerificationError):
        verifier.verify(forged.body, forged.headers)
    verifier.verify(honest.body, honest.headers)
