"""D2: deliveries come twice, at once, late and in any order; one render and one outcome come of them."""

import asyncio
from collections.abc import AsyncIterator
from itertools import permutations

import pytest

from tests.support.checks.invariants import assert_sound
from tests.support.clients.api_client import Person, signed_in
from tests.support.predictions import ONE, TWO, deliver, outcome_of, signed, stalled, told
from tests.support.processes.api import Product, ended
from tests.support.processes.paused_api import held_at


@pytest.fixture
async def person(product: Product) -> AsyncIterator[Person]:
    async with signed_in(product, "orderly") as somebody:
        yield somebody


@pytest.mark.parametrize("first", ["succeeded", "failed", "canceled"])
async def test_D2_the_first_ending_counts_in_every_order_of_events(
    product: Product, person: Person, first: str
) -> None:
    events = ("starting", "processing", "succeeded", "failed", "canceled")
    endings = {"succeeded", "failed", "canceled"}
    orders = [order for order in permutations(events) if next(e for e in order if e in endings) == first]
    # All 120 orders are a matter of the database's functions (A7); here every eighth, over HTTP.
    for order in orders[::8]:
        job, run = await stalled(product, person.api, **ONE)
        body = {event: told(product, run, event, pictures=event == "succeeded") for event in events}
        outcomes = [outcome_of(await deliver(product, job, body[event])) for event in order]
        end = order.index(first)
        assert outcomes[: end + 1] == ["applied"] * (end + 1)
        assert outcomes[end + 1 :] == ["repeated" if first == "succeeded" else "settled"] * (len(order) - end - 1)
        generation = await ended(person.api, job)
        # Canceled without the owner's wish is the provider's deadline.
        assert generation["status"] == ("failed" if first == "canceled" else first)
    assert len(await assert_sound(product, person.user.id)) == len(orders[::8])


async def test_D2_twenty_of_the_same_at_once_make_one_render(product: Product, person: Person) -> None:
    job, run = await stalled(product, person.api, **TWO)
    body = told(product, run, "succeeded", pictures=2)
    # The very same delivery, as the provider repeats it, and redeliveries with ids of their own.
    same = signed(product.replicate.webhook_secret, body)
    again = {name.replace("-", "_"): value for name, value in same.items()}
    answers = await asyncio.gather(*(deliver(product, job, body, **(again if n % 2 else {})) for n in range(20)))
    assert sorted(outcome_of(answer) for answer in answers) == ["applied"] + ["repeated"] * 19
    (only,) = await assert_sound(product, person.user.id)
    assert (only["status"], only["pictures"]) == ("succeeded", 2)


async def test_D2_two_replicas_that_store_the_same_pictures_lose_none(product: Product, person: Person) -> None:
    job, run = await stalled(product, person.api, **TWO)
    body = told(product, run, "succeeded", pictures=2)
    async with held_at("after WebhookJobRepository.announce_files", product) as held:
        slow = asyncio.create_task(deliver(held.product, job, body))
        await held.reached()
        assert outcome_of(await deliver(product, job, body)) == "applied"
        held.go_on()
        assert outcome_of(await slow) == "repeated"
    (only,) = await assert_sound(product, person.user.id)
    assert (only["status"], only["pictures"]) == ("succeeded", 2)


async def test_D2_a_replica_that_announces_late_queues_nothing(product: Product, person: Person) -> None:
    job, run = await stalled(product, person.api, **TWO)
    body = told(product, run, "succeeded", pictures=2)
    async with held_at("before WebhookJobRepository.announce_files", product) as held:
        slow = asyncio.create_task(deliver(held.product, job, body))
        await held.reached()
        assert outcome_of(await deliver(product, job, body)) == "applied"
        held.go_on()
        assert outcome_of(await slow) == "repeated"
    (only,) = await assert_sound(product, person.user.id)
    assert only["pictures"] == 2
