"""A subscription's events in every order, twice and late: the profile ends as Stripe's subscription did."""

import asyncio
from itertools import combinations, permutations
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.billing import buy_plan, deliver_event, open_portal, profile, profile_in, submit_form
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, signed_in
from tests.support.processes.api import ApiProcess
from tests.support.processes.stripe import StripeProcess

Event = dict[str, Any]
FIRST_KINDS = ("customer.subscription.created", "invoice.paid", "checkout.session.completed")
# The change is invoiced at once.
KINDS = (*FIRST_KINDS, "customer.subscription.updated", "invoice.paid", "customer.subscription.deleted")


def events_of(stripe: StripeProcess, customer: str) -> list[Event]:
    """Every event about a customer, in the order of what happened."""
    return [one for one in stripe.control("GET", "events") if one["data"]["object"].get("customer") == customer]


def forget_subscription(connection: psycopg.Connection, person: ApiUser) -> None:
    """The profile as before the first event."""
    connection.execute(
        "update profiles set price_id = null, subscription_id = null, subscription_status = null,"
        " period_start = null, period_end = null, invoice_id = null, paid_until = null, counted_from = null,"
        " first_credits = null, cancel_at = null, access_until = null where id = %s",
        [person.id],
    )


def subscription_in(connection: psycopg.Connection, person: ApiUser) -> dict[str, Any]:
    """What a profile says of the subscription; the number of the sync grows with each event."""
    return {key: value for key, value in profile_in(connection, person).items() if key != "billing_version"}


async def change_and_end(stripe: StripeProcess, person: ApiUser, customer: str) -> None:
    """An update from the portal, then the end, while no event of them is delivered by Stripe itself."""
    for kind in KINDS[3:]:
        stripe.control("POST", "faults", kind="lose", type=kind)
    await submit_form(await open_portal(person), action="change", price="price_local_studio_month")
    async with http_client.AsyncClient(
        base_url=stripe.url, headers={"authorization": f"Bearer {stripe.secret_key}"}
    ) as client:
        (subscription,) = (await client.get("/v1/subscriptions", params={"customer": customer})).json()["data"]
        (await client.delete(f"/v1/subscriptions/{subscription['id']}")).raise_for_status()


def orders_with_every_four() -> list[tuple[int, ...]]:
    """Few of the 720 orders of six events, chosen so that any four of them come in each of their 24 orders."""
    orders = list(permutations(range(len(KINDS))))
    fours = {order: frozenset(combinations(order, 4)) for order in orders}
    missing = set[tuple[int, ...]]().union(*fours.values())
    chosen: list[tuple[int, ...]] = []
    while missing:
        chosen.append(max(orders, key=lambda order: len(fours[order] & missing)))
        missing -= fours[chosen[-1]]
    return chosen


async def test_E1_any_order_of_a_subscriptions_events_ends_in_the_same_profile(
    billing_api: ApiProcess, stripe: StripeProcess
) -> None:
    """The first two of each order come at the same time, together with one of the six a second time."""
    async with signed_in(billing_api, "orders") as person:
        await buy_plan(person)
        with billing_api.supabase.connect() as connection:
            customer = profile_in(connection, person)["stripe_customer_id"]
            await change_and_end(stripe, person, customer)
            events = events_of(stripe, customer)
            assert sorted(one["type"] for one in events) == sorted(KINDS)
            for one in events:
                await deliver_event(billing_api, stripe, one)
            expected = subscription_in(connection, person)
            assert (expected["subscription_status"], expected["price_id"]) == ("canceled", "price_local_studio_month")

            orders = orders_with_every_four()
            assert len(orders) < 50
            for number, indexes in enumerate(orders):
                order = [events[index] for index in indexes]
                forget_subscription(connection, person)
                twice = order[number % len(order)]
                answers = await asyncio.gather(
                    *(deliver_event(billing_api, stripe, one) for one in (*order[:2], twice))
                )
                answers += [await deliver_event(billing_api, stripe, one) for one in order[2:]]
                assert {answer.json()["data"]["outcome"] for answer in answers} <= {"applied", "stale"}
                assert subscription_in(connection, person) == expected


@settings(
    max_examples=8,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lost=st.sets(st.sampled_from(FIRST_KINDS), max_size=2), order=st.permutations(range(6)))
async def test_E1_events_that_come_while_the_subscription_changes_end_in_its_last_state(
    billing_api: ApiProcess, stripe: StripeProcess, lost: set[str], order: list[int]
) -> None:
    """Some of the first three events come only after the change and the end; the others come twice."""
    async with signed_in(billing_api, "late") as person:
        for kind in lost:
            stripe.control("POST", "faults", kind="lose", type=kind)
        await buy_plan(person)
        customer = profile(billing_api.supabase, person)["stripe_customer_id"]
        await change_and_end(stripe, person, customer)
        events = events_of(stripe, customer)
        for index in order:
            await deliver_event(billing_api, stripe, events[index])
        found = profile(billing_api.supabase, person)
        assert (found["subscription_status"], found["price_id"]) == ("canceled", "price_local_studio_month")
        assert found["subscription_id"] == events[-1]["data"]["object"]["id"]
