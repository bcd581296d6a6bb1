"""What a customer's subscriptions and invoices mean for plan and credits: every status, change, dispute and order."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.services.billing.entitlement import GRACE, RENEWAL, billing_state, chosen_subscription, duplicates
from libs.services.billing.paid_time import month_of, months_before, paid_parts
from libs.services.billing.prices import PriceIds
from libs.services.external.stripe_objects import Invoice, Line, Subscription
from local.database.deployment import LOCAL_PRICES

BEGAN = datetime(2028, 1, 31, 12, tzinfo=UTC)
ENDS = datetime(2028, 2, 29, 12, tzinfo=UTC)
LATER = datetime(2028, 3, 31, 12, tzinfo=UTC)
NOW = datetime(2028, 2, 15, tzinfo=UTC)
PRO, STUDIO = "price_local_pro_month", "price_local_studio_month"
PRO_YEAR = "price_local_pro_year"
Problem = Literal["disputed", "refunded"] | None


def subscription(**changes: Any) -> Subscription:
    values: dict[str, Any] = {
        "id": "sub_1",
        "status": "active",
        "price_id": PRO,
        "created": BEGAN,
        "period_start": BEGAN,
        "period_end": ENDS,
        "cancel_at": None,
        "ended_at": None,
    }
    return Subscription(**values | changes)


def charge(starts: datetime, ends: datetime, price: str = PRO, *, proration: bool = False) -> Line:
    return Line(price_id=price, starts=starts, ends=ends, is_proration=proration, is_credit=False)


def credit(starts: datetime, ends: datetime, price: str = PRO) -> Line:
    return Line(price_id=price, starts=starts, ends=ends, is_proration=True, is_credit=True)


def invoice(*lines: Line, problem: Any = None, of: str = "sub_1", total: int = 1400, **changes: Any) -> Invoice:
    """A paid invoice, made when its first line begins."""
    made = Invoice(
        id=f"in_{of}_{lines[0].starts:%m%d%H%M%S}",
        subscription_id=of,
        created=max(line.starts for line in lines),
        total=total,
        amount_due=max(total, 0),
        lines=lines,
        payments=(f"pi_{of}",),
        problem=problem,
    )
    return msgspec.structs.replace(made, **changes)


FIRST = invoice(charge(BEGAN, ENDS))
UPGRADED = datetime(2028, 2, 10, tzinfo=UTC)
ELAPSED = (UPGRADED - BEGAN) / (ENDS - BEGAN)


@pytest.mark.parametrize(
    ("changes", "features_until", "credits_until"),
    [
        ({"status": "active"}, ENDS + GRACE, ENDS + RENEWAL),
        ({"status": "trialing"}, ENDS + GRACE, ENDS + RENEWAL),
        ({"status": "active", "cancel_at": ENDS}, ENDS, ENDS),
        # A renewal that could not be charged: seven days of features, no credits.
        ({"status": "past_due", "period_start": ENDS, "period_end": LATER}, ENDS + GRACE, ENDS),
        # An upgrade that could not be charged: what was paid stays.
        ({"status": "past_due", "price_id": STUDIO, "period_start": UPGRADED}, ENDS, ENDS),
        ({"status": "past_due", "price_id": STUDIO}, ENDS, ENDS),
        # Ended early: what was paid for stays until its end.
        ({"status": "canceled"}, ENDS, ENDS),
        ({"status": "canceled", "cancel_at": ENDS - timedelta(days=3)}, *[ENDS - timedelta(days=3)] * 2),
        ({"status": "unpaid", "period_start": ENDS, "period_end": LATER}, ENDS, ENDS),
        ({"status": "paused"}, ENDS, ENDS),
        ({"status": "a status of next year"}, ENDS, ENDS),
    ],
)
def test_E5_what_was_paid_stays_until_its_end_whatever_the_status(
    changes: dict[str, Any], features_until: datetime, credits_until: datetime
) -> None:
    state = billing_state([subscription(**changes)], [FIRST], NOW)

    assert (state.price_id, state.access_until, state.paid_until) == (PRO, features_until, credits_until)
    assert (state.period_start, state.period_end, state.invoice_id) == (BEGAN, ENDS, FIRST.id)
    assert (state.subscription_id, state.subscription_status) == ("sub_1", changes["status"])
    assert (state.counted_from, state.first_month) == (None, ())
    over = billing_state([subscription(**changes)], [FIRST], features_until)
    assert (over.price_id, over.subscription_status) == (None, changes["status"])


@pytest.mark.parametrize(
    "status", ["active", "trialing", "past_due", "canceled", "incomplete", "incomplete_expired", "unpaid", "paused"]
)
def test_E5_nothing_comes_without_a_paid_invoice(status: str) -> None:
    foreign = invoice(charge(BEGAN, ENDS, STUDIO), of="sub_other")
    state = billing_state([subscription(status=status)], [foreign], NOW)
    assert (state.price_id, state.paid_until, state.access_until) == (None, None, None)


def test_E5_a_discount_of_everything_is_a_payment() -> None:
    assert billing_state([subscription()], [invoice(charge(BEGAN, ENDS), total=0, payments=())], NOW).price_id == PRO


def test_without_a_subscription_there_is_no_plan() -> None:
    assert billing_state([], [FIRST], NOW).price_id is None


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
    invoices = [invoice(charge(BEGAN, ENDS), of=one.id) for one in pair]

    for order in (pair, pair[::-1]):
        chosen = chosen_subscription(order, invoices, NOW)
        assert chosen
        assert chosen.id == counts


def test_E5_a_newer_one_that_is_not_paid_yet_hides_no_paid_one() -> None:
    pair = [subscription(), subscription(id="sub_2", created=UPGRADED)]
    assert billing_state(pair, [FIRST], NOW).subscription_id == "sub_1"
    assert duplicates(pair, [FIRST], NOW) == []

    paid = [FIRST, invoice(charge(UPGRADED, LATER, STUDIO), of="sub_2")]
    assert billing_state(pair, paid, NOW).subscription_id == "sub_2"
    # What was used of the older one, whose money goes back, counts in the newer one.
    assert duplicates(pair, paid, NOW) == [(pair[0], [FIRST])]
    assert billing_state(pair, paid, NOW).counted_from == BEGAN
    ended = [subscription(status="canceled", ended_at=UPGRADED + timedelta(minutes=1)), pair[1]]
    given_back = [invoice(charge(BEGAN, ENDS), problem="refunded"), paid[1]]
    assert billing_state(ended, given_back, NOW).counted_from == BEGAN


@pytest.mark.parametrize("problem", ["disputed", "refunded"])
def test_E6_one_whose_money_went_back_hides_no_paid_one_that_has_ended(problem: Problem) -> None:
    ended = subscription(status="canceled", ended_at=UPGRADED - timedelta(days=1))
    again = subscription(id="sub_2", created=UPGRADED)
    lost = invoice(charge(UPGRADED, LATER, STUDIO), of="sub_2", problem=problem)
    state = billing_state([ended, again], [FIRST, lost], NOW)
    assert (state.subscription_id, state.price_id, state.paid_until) == ("sub_1", PRO, ENDS)
    assert state.payment_disputed == (problem == "disputed")


def test_E5_a_subscription_bought_after_another_has_ended_begins_at_nothing_used() -> None:
    pair = [
        subscription(status="canceled", ended_at=UPGRADED - timedelta(days=1)),
        subscription(id="sub_2", created=UPGRADED),
    ]
    state = billing_state(pair, [FIRST, invoice(charge(UPGRADED, LATER, STUDIO), of="sub_2")], NOW)
    assert (state.price_id, state.counted_from) == (STUDIO, None)


def test_E5_an_upgrade_brings_the_new_credits_and_leaves_the_paid_share_of_the_old() -> None:
    """Pro for 9.5 of 29 days, then a new period of Studio. What was used since the beginning stays used."""
    change = invoice(credit(UPGRADED, ENDS), charge(UPGRADED, months_before(UPGRADED, -1), STUDIO))
    state = billing_state([subscription(price_id=STUDIO)], [FIRST, change], NOW)
    assert (state.price_id, state.period_start, state.invoice_id) == (STUDIO, UPGRADED, change.id)
    assert state.counted_from == BEGAN
    assert {one.price_id: one.share for one in state.first_month} == pytest.approx({STUDIO: 1, PRO: ELAPSED})


def test_E5_an_upgrade_inside_of_the_period_brings_the_share_that_was_paid() -> None:
    change = invoice(credit(UPGRADED, ENDS), charge(UPGRADED, ENDS, STUDIO, proration=True))
    state = billing_state([subscription(price_id=STUDIO)], [FIRST, change], NOW)
    assert (state.price_id, state.period_end, state.counted_from) == (STUDIO, ENDS, BEGAN)
    assert {one.price_id: one.share for one in state.first_month} == pytest.approx({STUDIO: 1 - ELAPSED, PRO: ELAPSED})


def test_E5_an_upgrade_that_is_not_paid_changes_nothing() -> None:
    changed = subscription(price_id=STUDIO, status="past_due", period_start=UPGRADED, period_end=LATER)
    state = billing_state([changed], [FIRST], NOW)
    assert (state.price_id, state.invoice_id, state.paid_until) == (PRO, FIRST.id, ENDS)


def test_E5_going_back_from_an_unpaid_upgrade_brings_nothing_and_its_credit_pays_nothing() -> None:
    """Stripe gives back the time of an upgrade that was never paid, and renews from that balance."""
    back = invoice(credit(UPGRADED, LATER, STUDIO), charge(UPGRADED, LATER), total=-3000)
    renewed = invoice(charge(LATER, LATER + timedelta(days=30)), amount_due=0)
    paid_again = invoice(charge(LATER + timedelta(days=90), LATER + timedelta(days=120)))
    assert [part.ends for part in paid_parts([FIRST, back])] == [ENDS]
    assert [part.ends for part in paid_parts([FIRST, back, renewed])] == [ENDS]
    assert len(paid_parts([FIRST, back, renewed, paid_again])) == 2
    # Without that credit a balance is as good as money.
    assert len(paid_parts([FIRST, renewed])) == 2


@pytest.mark.parametrize("price", [PRO_YEAR, PRO])
def test_E5_switching_back_and_forth_brings_no_credits(price: str) -> None:
    """Ten switches within ten minutes: the credits of one month, and what was used before the first counts."""
    invoices, time = [FIRST], BEGAN + timedelta(hours=1)
    last = charge(BEGAN, ENDS)
    for number in range(10):
        next_price = price if number % 2 == 0 else STUDIO
        following = charge(time, months_before(time, -12 if next_price == PRO_YEAR else -1), next_price)
        invoices.append(invoice(credit(time, last.ends, last.price_id), following, total=-1))
        last, time = following, time + timedelta(minutes=1)
    state = billing_state([subscription()], invoices, time)
    assert (state.price_id, state.counted_from) == (STUDIO, BEGAN)
    assert state.first_month[0].share == 1
    assert sum(one.share for one in state.first_month[1:]) < 0.01


@given(random=st.randoms())
def test_E5_changes_of_the_same_second_follow_from_each_other(random: Random) -> None:
    """Stripe counts in seconds; what an invoice gives back says where it belongs."""
    year = months_before(BEGAN, -12)
    made = [
        invoice(charge(BEGAN, ENDS)),
        invoice(credit(BEGAN, ENDS), charge(BEGAN, year, PRO_YEAR)),
        invoice(credit(BEGAN, year, PRO_YEAR), charge(BEGAN, ENDS, STUDIO), total=-1),
    ]
    names = random.sample(["in_a", "in_b", "in_c"], 3)
    named = [msgspec.structs.replace(one, id=name) for one, name in zip(made, names, strict=True)]
    state = billing_state([subscription()], named, NOW)
    assert (state.price_id, state.invoice_id) == (STUDIO, names[2])


def test_E5_a_downgrade_that_begins_with_the_next_period_changes_nothing_before() -> None:
    planned = subscription(price_id=PRO)
    studio = invoice(charge(BEGAN, ENDS, STUDIO))
    assert billing_state([planned], [studio], NOW).price_id == STUDIO
    renewed = invoice(charge(ENDS, LATER, PRO))
    state = billing_state([planned], [studio, renewed], ENDS + timedelta(days=1))
    assert (state.price_id, state.counted_from, state.first_month) == (PRO, None, ())


@pytest.mark.parametrize("problem", ["disputed", "refunded"])
@pytest.mark.parametrize("status", ["active", "past_due", "canceled"])
def test_E6_what_an_invoice_bought_ends_when_its_money_goes_back(problem: Problem, status: str) -> None:
    before = invoice(charge(months_before(BEGAN, 1), BEGAN))
    lost = invoice(charge(BEGAN, ENDS), problem=problem)
    state = billing_state([subscription(status=status)], [before, lost], NOW)
    assert (state.price_id, state.payment_disputed) == (None, problem == "disputed")
    # Won: everything is as before.
    assert billing_state([subscription(status=status)], [before, FIRST], NOW).price_id == PRO
    # The next period is paid: the plan is back.
    paid = billing_state([subscription()], [before, lost, invoice(charge(ENDS, LATER))], ENDS + timedelta(days=1))
    assert (paid.price_id, paid.payment_disputed) == (PRO, False)


def test_E6_an_upgrade_that_is_refunded_leaves_what_was_paid_before() -> None:
    change = invoice(credit(UPGRADED, ENDS), charge(UPGRADED, LATER, STUDIO), problem="refunded")
    state = billing_state([subscription(price_id=STUDIO)], [FIRST, change], NOW)
    assert (state.price_id, state.invoice_id, state.paid_until) == (PRO, FIRST.id, ENDS)


INVOICES = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from([PRO, STUDIO, PRO_YEAR]),
        st.sampled_from(["sub_0", "sub_1", "sub_2"]),
        st.sampled_from([None, None, None, "disputed", "refunded"]),
        st.sampled_from(["cycle", "change", "share"]),
    ),
    max_size=8,
)


@given(
    made=INVOICES, statuses=st.lists(st.sampled_from([*BEST_FIRST, *NOTHING_BOUGHT]), max_size=3), random=st.randoms()
)
def test_E5_E6_no_order_of_stripes_answers_decides_and_no_credits_come_from_nowhere(
    made: list[tuple[int, str, str, Problem, str]], statuses: list[str], random: Random
) -> None:
    invoices: list[Invoice] = []
    running: dict[str, Line] = {}
    for number, (day, price, of, problem, kind) in enumerate(sorted(made, key=lambda one: one[0])):
        starts = BEGAN + timedelta(days=day, seconds=number)
        line = charge(starts, months_before(starts, -12 if price == PRO_YEAR else -1), price)
        lines = [line]
        if (last := running.get(of)) and starts < last.ends and kind != "cycle":
            share = charge(starts, last.ends, price, proration=True)
            lines = [credit(starts, last.ends, last.price_id), share if kind == "share" else line]
        running[of] = lines[-1]
        invoices.append(invoice(*lines, of=of, problem=problem, id=f"in_{number}"))
    subscriptions = [
        subscription(id=f"sub_{number}", status=status, created=BEGAN + timedelta(seconds=number // 2))
        for number, status in enumerate(statuses)
    ]
    state = billing_state(subscriptions, invoices, NOW)

    shuffled = random.sample(subscriptions, len(subscriptions)), random.sample(invoices, len(invoices))
    assert billing_state(*shuffled, NOW) == state
    standing = [one for one in invoices if one.problem is None and one.subscription_id == state.subscription_id]
    for one in {each.subscription_id for each in invoices}:
        parts = paid_parts(each for each in invoices if each.subscription_id == one)
        assert all(part.starts < part.ends for part in parts)
        assert all(before.ends <= after.starts for before, after in pairwise(parts))
    if state.price_id is None:
        assert state.paid_until is None
    else:
        assert state.invoice_id in {one.id for one in standing}
        assert state.paid_until
        assert state.access_until
        assert state.paid_until <= max(line.ends for one in standing for line in one.lines) + RENEWAL
        assert all(0 <= one.share <= 1 for one in state.first_month)


@given(
    days=st.floats(0, 3000),
    months=st.sampled_from([1, 12]),
    share=st.floats(0, 0.999),
)
def test_E5_every_moment_is_in_one_month_of_its_period(days: float, months: int, share: float) -> None:
    began = BEGAN + timedelta(days=days)
    ends = months_before(began, -months)
    starts_at, ends_at = month_of(began, ends, began + (ends - began) * share)
    assert began <= starts_at <= began + (ends - began) * share < ends_at <= ends


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
