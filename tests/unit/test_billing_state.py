"""What a customer's subscriptions mean for plan and access: Stripe's statuses, and the grace after a failed payment."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.services.billing.prices import PriceIds
from libs.services.billing.sync import billing_state, chosen_subscription
from libs.services.external.stripe_client import Subscription
from local.database.deployment import LOCAL_PRICES

BEGAN = datetime(2028, 1, 31, 12, tzinfo=UTC)
ENDS = datetime(2028, 2, 29, 12, tzinfo=UTC)
PRICE = "price_local_pro_month"


def subscription(**changes: Any) -> Subscription:
    values: dict[str, Any] = {
        "id": "sub_1",
        "status": "active",
        "price_id": PRICE,
        "created": BEGAN,
        "period_start": BEGAN,
        "period_end": ENDS,
        "cancel_at": None,
        "was_unpaid": False,
    }
    return Subscription(**values | changes)


@pytest.mark.parametrize(
    ("changes", "price", "until"),
    [
        ({"status": "active"}, PRICE, None),
        ({"status": "trialing"}, PRICE, None),
        ({"status": "active", "cancel_at": ENDS}, PRICE, None),
        # Seven days after the period began that was not paid.
        ({"status": "past_due"}, PRICE, BEGAN + timedelta(days=7)),
        # Ended early: what was paid for stays until its end.
        ({"status": "canceled"}, PRICE, ENDS),
        ({"status": "canceled", "cancel_at": ENDS - timedelta(days=3)}, PRICE, ENDS - timedelta(days=3)),
        ({"status": "canceled", "was_unpaid": True}, None, None),
        ({"status": "unpaid"}, None, None),
        ({"status": "incomplete"}, None, None),
        ({"status": "incomplete_expired"}, None, None),
        ({"status": "paused"}, None, None),
        ({"status": "a status of next year"}, None, None),
    ],
)
def test_a_status_means_a_plan_until_a_moment(
    changes: dict[str, Any], price: str | None, until: datetime | None
) -> None:
    state = billing_state([subscription(**changes)])

    assert (state.price_id, state.access_until) == (price, until)
    assert (state.subscription_id, state.subscription_status) == ("sub_1", changes["status"])


def test_a_running_subscription_counts_before_one_that_ended_later() -> None:
    ended = subscription(id="sub_2", status="canceled", created=BEGAN + timedelta(days=1))

    assert billing_state([ended, subscription()]).subscription_id == "sub_1"


def test_without_a_subscription_or_a_customer_there_is_no_plan() -> None:
    assert billing_state([]).price_id is None
    gone = billing_state([subscription()], customer_deleted=True)
    assert (gone.price_id, gone.customer_deleted) == (None, True)


@pytest.mark.parametrize("price_id", [None, "", "price_of_another_product"])
def test_an_unknown_price_buys_nothing(price_id: str | None) -> None:
    assert PriceIds(LOCAL_PRICES).bought_by(price_id) == (None, None)


def test_every_price_of_this_deployment_buys_its_plan_and_interval() -> None:
    prices = PriceIds(LOCAL_PRICES)
    for price_id in LOCAL_PRICES.values():
        plan, price = prices.bought_by(price_id)
        assert plan
        assert price
        assert price_id == f"price_local_{plan.id}_{price.interval}"
        assert prices.for_plan(plan.id, price.interval) == price_id


# Best first. `unpaid` stands for what buys nothing.
BEST_FIRST = ["active", "trialing", "past_due", "canceled", "unpaid"]
NOTHING_BOUGHT = ["unpaid", "incomplete", "incomplete_expired", "paused", "a status of next year"]


@pytest.mark.parametrize(
    ("older", "newer", "counts"),
    [
        *((better, worse, "older") for i, better in enumerate(BEST_FIRST) for worse in BEST_FIRST[i + 1 :]),
        *((worse, better, "newer") for i, better in enumerate(BEST_FIRST) for worse in BEST_FIRST[i + 1 :]),
        *((same, same, "newer") for same in BEST_FIRST),
        *(("active", worthless, "older") for worthless in NOTHING_BOUGHT),
    ],
)
def test_E5_the_best_status_counts_then_the_newest(older: str, newer: str, counts: str) -> None:
    pair = [
        subscription(id="older", status=older),
        subscription(id="newer", status=newer, created=BEGAN + timedelta(days=1)),
    ]

    for order in (pair, pair[::-1]):
        chosen = chosen_subscription(order)
        assert chosen
        assert chosen.id == counts


@given(
    statuses=st.lists(st.sampled_from([*BEST_FIRST, *NOTHING_BOUGHT]), min_size=1, max_size=6), shuffled=st.randoms()
)
def test_E5_the_order_of_an_answer_decides_nothing(statuses: list[str], shuffled: Random) -> None:
    """Subscriptions of the same second too."""
    found = [
        subscription(id=f"sub_{number}", status=status, created=BEGAN + timedelta(seconds=number // 2))
        for number, status in enumerate(statuses)
    ]
    other = list(found)
    shuffled.shuffle(other)

    assert chosen_subscription(found) == chosen_subscription(other)
    assert billing_state(found) == billing_state(other)
    if "active" in statuses:
        assert billing_state(found).subscription_status == "active"


def test_E6_a_disputed_cancellation_pays_for_nothing() -> None:
    state = billing_state([subscription(status="canceled", was_unpaid=True), subscription(id="sub_0", status="paused")])
    assert (state.price_id, state.access_until) == (None, None)
