"""D2: deliveries come twice, at once, late and in any order; one render and one outcome come of them."""

import asyncio
from itertools import permutations

import pytest

from tests.support.checks.invariants import assert_consistent
from tests.support.clients.api_user import ApiUser
from tests.support.predictions import (
    ONE_VARIANT,
    TWO_VARIANTS,
    deliver,
    delivery_body,
    outcome_of,
    running_generation,
    signed_headers,
)
from tests.support.processes.api import ApiProcess, until_ended
from tests.support.processes.paused_api import paused_at


@pytest.mark.parametrize("first", ["succeeded", "failed", "canceled"])
async def test_D2_the_first_ending_counts_in_every_order_of_events(
    api: ApiProcess, api_alice: ApiUser, first: str
) -> None:
    events = ("starting", "processing", "succeeded", "failed", "canceled")
    endings = {"succeeded", "failed", "canceled"}
    orders = [order for order in permutations(events) if next(e for e in order if e in endings) == first]
    # All 120 orders are a matter of the database's functions (A7); here every eighth, over HTTP.
    for order in orders[::8]:
        job, run = await running_generation(api, api_alice.client, **ONE_VARIANT)
        body = {event: delivery_body(api, run, event, outputs=event == "succeeded") for event in events}
        outcomes = [outcome_of(await deliver(api, job, body[event])) for event in order]
        end = order.index(first)
        assert outcomes[: end + 1] == ["applied"] * (end + 1)
        assert outcomes[end + 1 :] == ["repeated" if first == "succeeded" else "settled"] * (len(order) - end - 1)
        generation = await until_ended(api_alice.client, job)
        # Canceled, and not by the owner: the provider's deadline.
        assert generation["status"] == ("failed" if first == "canceled" else first)
    assert len(await assert_consistent(api, api_alice.id)) == len(orders[::8])


async def test_D2_twenty_of_the_same_at_once_make_one_render(api: ApiProcess, api_alice: ApiUser) -> None:
    job, run = await running_generation(api, api_alice.client, **TWO_VARIANTS)
    body = delivery_body(api, run, "succeeded", outputs=2)
    # The very same delivery, as the provider repeats it, and redeliveries with ids of their own.
    same = signed_headers(api.replicate.webhook_secret, body)
    again = {name.replace("-", "_"): value for name, value in same.items()}
    answers = await asyncio.gather(*(deliver(api, job, body, **(again if n % 2 else {})) for n in range(20)))
    assert sorted(outcome_of(answer) for answer in answers) == ["applied"] + ["repeated"] * 19
    (only,) = await assert_consistent(api, api_alice.id)
    assert (only["status"], only["pictures"]) == ("succeeded", 2)


async def test_D2_two_replicas_that_store_the_same_pictures_lose_none(api: ApiProcess, api_alice: ApiUser) -> None:
    job, run = await running_generation(api, api_alice.client, **TWO_VARIANTS)
    body = delivery_body(api, run, "succeeded", outputs=2)
    async with paused_at("after WebhookJobRepository.announce_files", api) as paused:
        slow = asyncio.create_task(deliver(paused.api, job, body))
        await paused.wait_until_paused()
        assert outcome_of(await deliver(api, job, body)) == "applied"
        paused.resume()
        assert outcome_of(await slow) == "repeated"
    (only,) = await assert_consistent(api, api_alice.id)
    assert (only["status"], only["pictures"]) == ("succeeded", 2)


async def test_D2_a_replica_that_announces_late_queues_nothing(api: ApiProcess, api_alice: ApiUser) -> None:
    job, run = await running_generation(api, api_alice.client, **TWO_VARIANTS)
    body = delivery_body(api, run, "succeeded", outputs=2)
    async with paused_at("before WebhookJobRepository.announce_files", api) as paused:
        slow = asyncio.create_task(deliver(paused.api, job, body))
        await paused.wait_until_paused()
        assert outcome_of(await deliver(api, job, body)) == "applied"
        paused.resume()
        assert outcome_of(await slow) == "repeated"
    (only,) = await assert_consistent(api, api_alice.id)
    assert only["pictures"] == 2
