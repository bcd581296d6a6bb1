"""H4: which times count together. The database's clock decides; the end of a month is where calendars differ."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from libs.services.billing.paid_time import month_of, months_before
from tests.support.clients.database_calls import call_as
from tests.support.factories import add_debit
from tests.support.processes.supabase_stack import SupabaseStack

PRO = {"price_id": "price_local_pro_month"}
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=3000)).map(lambda since: datetime(2026, 1, 1, tzinfo=UTC) + since)
ACCOUNT = "00000000-0000-0000-0000-0000000000a1"


@pytest.fixture
def connection(supabase: SupabaseStack) -> Iterator[psycopg.Connection]:
    """A transaction that is rolled back, with one person in it."""
    with psycopg.connect(supabase.gateway.database_url) as opened:
        opened.execute("insert into auth.users (id, email) values (%s, 'ada@example.com')", (ACCOUNT,))
        yield opened
        opened.rollback()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def period(connection: psycopg.Connection, profile: dict[str, Any], timestamp: datetime) -> tuple[datetime, datetime]:
    values = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in profile.items()}
    row = connection.execute(
        "select starts, ends from private.credit_period(jsonb_populate_record(null::public.profiles, %s), %s)",
        (Jsonb(values), timestamp),
    ).fetchone()
    assert row is not None
    return row[0].astimezone(UTC), row[1].astimezone(UTC)


def usage(connection: psycopg.Connection) -> dict[str, Any]:
    return call_as(connection, "authenticated", ACCOUNT, "my_usage", {})


def change_profile(connection: psycopg.Connection, change: str) -> None:
    connection.execute(f"update public.profiles set {change} where id = %s".encode(), (ACCOUNT,))


@pytest.mark.parametrize(
    ("anchor", "timestamp", "starts", "ends"),
    [
        # Without a subscription: the calendar month, UTC.
        (None, "2026-12-31T23:59:59.999999", "2026-12-01", "2027-01-01"),
        (None, "2027-01-01T00:00:00", "2027-01-01", "2027-02-01"),
        (None, "2028-02-29T23:59:59", "2028-02-01", "2028-03-01"),
        (None, "2027-02-28T23:59:59", "2027-02-01", "2027-03-01"),
        # Bought on the 31st: shorter months end on their own last day, longer ones on the 31st again.
        ("2027-01-31T12:00", "2027-02-28T11:59:59", "2027-01-31T12:00", "2027-02-28T12:00"),
        ("2027-01-31T12:00", "2027-02-28T12:00:00", "2027-02-28T12:00", "2027-03-31T12:00"),
        ("2027-01-31T12:00", "2027-03-31T12:00:00", "2027-03-31T12:00", "2027-04-30T12:00"),
        ("2028-01-31T12:00", "2028-02-29T11:59:59", "2028-01-31T12:00", "2028-02-29T12:00"),
        ("2028-01-31T12:00", "2028-02-29T12:00:00", "2028-02-29T12:00", "2028-03-31T12:00"),
        # Bought on 29 February.
        ("2028-02-29T00:00", "2028-03-28T23:59:59", "2028-02-29T00:00", "2028-03-29T00:00"),
        ("2028-02-29T00:00", "2029-02-28T00:00:00", "2029-02-28T00:00", "2029-03-29T00:00"),
        ("2028-02-29T00:00", "2032-02-29T00:00:00", "2032-02-29T00:00", "2032-03-29T00:00"),
        # Stripe's clock is ten minutes ahead of ours: the calendar month until its period has begun here too.
        ("2027-01-31T12:00", "2027-01-31T11:50:00", "2027-01-01", "2027-02-01"),
    ],
)
def test_H4_a_period_begins_and_ends_at_this_moment(
    anchor: str | None, timestamp: str, starts: str, ends: str, connection: psycopg.Connection
) -> None:
    profile = {**PRO, "period_start": at(anchor)} if anchor else {}
    assert period(connection, profile, at(timestamp)) == (at(starts), at(ends))


def test_H4_a_period_that_stripe_cut_short_ends_there(connection: psycopg.Connection) -> None:
    profile = {**PRO, "period_start": at("2027-01-10"), "period_end": at("2027-01-20")}
    assert period(connection, profile, at("2027-01-15")) == (at("2027-01-10"), at("2027-01-20"))
    # It is over and no word of a renewal has come: the month goes on, nobody is without a period.
    assert period(connection, profile, at("2027-01-21")) == (at("2027-01-10"), at("2027-02-10"))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(anchor=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=1500)))
def test_H4_every_moment_is_in_one_period_and_the_next_begins_where_it_ends(
    anchor: datetime, later: timedelta, connection: psycopg.Connection
) -> None:
    profile = {**PRO, "period_start": anchor}
    starts, ends = period(connection, profile, anchor + later)

    assert starts <= anchor + later < ends
    assert timedelta(days=28) <= ends - starts <= timedelta(days=31)
    assert period(connection, profile, ends)[0] == ends
    assert period(connection, profile, ends - timedelta(microseconds=1)) == (starts, ends)


@pytest.mark.parametrize(
    ("began", "renews", "timestamp", "starts", "ends"),
    [
        # Monthly, bought on the 31st, 30th and 29th: Stripe's period, of which the last days are no month of their own.
        ("2027-02-28T12:00", "2027-03-31T12:00", "2027-03-28T11:59", "2027-02-28T12:00", "2027-03-31T12:00"),
        ("2027-02-28T12:00", "2027-03-31T12:00", "2027-03-31T11:59", "2027-02-28T12:00", "2027-03-31T12:00"),
        ("2027-04-30T12:00", "2027-05-31T12:00", "2027-05-30T12:00", "2027-04-30T12:00", "2027-05-31T12:00"),
        ("2027-02-28T12:00", "2027-03-30T12:00", "2027-03-29T12:00", "2027-02-28T12:00", "2027-03-30T12:00"),
        ("2027-02-28T12:00", "2027-03-29T12:00", "2027-03-28T12:00", "2027-02-28T12:00", "2027-03-29T12:00"),
        ("2027-01-31T12:00", "2027-02-28T12:00", "2027-02-28T11:59", "2027-01-31T12:00", "2027-02-28T12:00"),
        # Yearly, bought on 29 February: twelve months, the last one until the renewal.
        ("2031-02-28T00:00", "2032-02-29T00:00", "2032-02-28T12:00", "2032-01-29T00:00", "2032-02-29T00:00"),
        ("2028-02-29T00:00", "2029-02-28T00:00", "2028-02-29T00:00", "2028-02-29T00:00", "2028-03-28T00:00"),
    ],
)
def test_H4_a_plan_bought_at_the_end_of_a_month_has_no_month_too_many(
    began: str, renews: str, timestamp: str, starts: str, ends: str, connection: psycopg.Connection
) -> None:
    profile = {**PRO, "period_start": at(began), "period_end": at(renews)}
    assert period(connection, profile, at(timestamp)) == (at(starts), at(ends))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bought=MOMENTS, renewals=st.integers(0, 40), months=st.sampled_from([1, 12]), share=st.floats(0, 0.999999))
def test_H4_a_billing_period_has_as_many_credit_months_as_were_paid(
    bought: datetime, renewals: int, months: int, share: float, connection: psycopg.Connection
) -> None:
    """As Stripe renews: on the day of the purchase, or on the last one of a shorter month."""
    began, renews = connection.execute(
        "select timezone('UTC', timezone('UTC', %(at)s) + make_interval(months => %(from)s)),"
        " timezone('UTC', timezone('UTC', %(at)s) + make_interval(months => %(to)s))",
        {"at": bought, "from": renewals * months, "to": (renewals + 1) * months},
    ).fetchone() or (bought, bought)
    profile = {**PRO, "period_start": began, "period_end": renews}

    starts, ends = period(connection, profile, began + (renews - began) * share)
    assert began <= starts <= began + (renews - began) * share < ends <= renews

    counted, timestamp = 0, began
    while timestamp < renews:
        starts, ends = period(connection, profile, timestamp)
        assert starts == timestamp
        counted, timestamp = counted + 1, ends
    assert (counted, timestamp) == (months, renews)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(began=MOMENTS, months=st.sampled_from([1, 12]), share=st.floats(0, 0.999999))
def test_E5_months_are_counted_alike_here_and_where_changes_are_shared_out(
    began: datetime, months: int, share: float, connection: psycopg.Connection
) -> None:
    """libs/services/billing/paid_time.py shares out the month in which a plan is changed."""
    renews = months_before(began, -months)
    time = began + (renews - began) * share
    profile = {**PRO, "period_start": began, "period_end": renews}

    assert period(connection, profile, time) == month_of(began, renews, time)


def test_E5_after_what_was_paid_the_last_month_goes_on_for_hours_and_no_new_one_begins(
    connection: psycopg.Connection,
) -> None:
    """A renewal is charged an hour after its period begins; a failed one brings nothing, and features stay for days."""
    change_profile(
        connection,
        "price_id = 'price_local_pro_month', period_start = now() - interval '1 month' - interval '1 hour',"
        " period_end = now() - interval '1 hour', paid_until = now() + interval '2 hours',"
        " access_until = now() + interval '6 days'",
    )
    add_debit(connection, ACCOUNT, 150, "now() - interval '20 days'")
    before = usage(connection)
    assert (before["plan_id"], before["used"], before["credit_limit"]) == ("pro", 150, 200)

    change_profile(connection, "paid_until = now()")
    after = usage(connection)
    assert (after["plan_id"], after["max_variants"], after["credit_limit"]) == ("pro", 4, 40)
    month = connection.execute("select to_jsonb(date_trunc('month', now(), 'UTC'))").fetchone()
    assert month
    assert after["period_start"] == month[0]


def test_E5_a_first_month_counts_from_before_and_has_its_own_credits(connection: psycopg.Connection) -> None:
    change_profile(
        connection,
        "price_id = 'price_local_studio_year', period_start = now() - interval '3 days',"
        " period_end = now() - interval '3 days' + interval '1 year', paid_until = now() + interval '1 year',"
        " counted_from = now() - interval '9 days', first_credits = 1066",
    )
    add_debit(connection, ACCOUNT, 30, "now() - interval '8 days'")
    add_debit(connection, ACCOUNT, 5, "now() - interval '10 days'")
    first = usage(connection)
    assert (first["plan_id"], first["used"], first["credit_limit"]) == ("studio", 30, 1066)

    # The month after has whole credits of its own.
    change_profile(
        connection,
        "period_start = period_start - interval '1 month', period_end = period_end - interval '1 month',"
        " counted_from = counted_from - interval '1 month'",
    )
    second = usage(connection)
    assert (second["used"], second["credit_limit"]) == (0, 1000)


@pytest.mark.parametrize(("months", "limit"), [(0, 233), (1, 0), (3, 0), (4, 33), (5, 200), (11, 200)])
def test_E5_what_was_used_before_a_change_beyond_what_was_bought_is_missing_in_the_months_after_it(
    months: int, limit: int, connection: psycopg.Connection
) -> None:
    """A month of Studio is used up in its first days; then Pro for a year, and most of Studio's money comes back.

    233 credits are a month of Pro and the share of Studio that stays paid.
    """
    change_profile(
        connection,
        f"price_id = 'price_local_pro_year', period_start = now() - interval '{months} months 1 day',"
        f" period_end = now() - interval '{months} months 1 day' + interval '1 year', first_credits = 233,"
        f" paid_until = now() + interval '1 year', counted_from = now() - interval '{months} months 2 days'",
    )
    add_debit(connection, ACCOUNT, 1000, f"now() - interval '{months} months 2 days' + interval '1 hour'")

    found = usage(connection)

    assert (found["plan_id"], found["credit_limit"], found["used"]) == ("pro", limit, 0 if months else 1000)


def test_H4_a_plan_changed_inside_a_period_keeps_what_was_used(connection: psycopg.Connection) -> None:
    change_profile(connection, "price_id = 'price_local_pro_month', period_start = now() - interval '10 days'")
    add_debit(connection, ACCOUNT, 30, "now() - interval '9 days'")
    add_debit(connection, ACCOUNT, 7, "now() - interval '11 days'")
    before = usage(connection)

    change_profile(connection, "price_id = 'price_local_studio_month'")
    after = usage(connection)

    assert (before["plan_id"], before["used"], before["credit_limit"]) == ("pro", 30, 200)
    assert (after["plan_id"], after["used"], after["credit_limit"]) == ("studio", 30, 1000)
    assert (after["period_start"], after["resets_at"]) == (before["period_start"], before["resets_at"])


@pytest.mark.parametrize("function", ["private.usage_of(uuid)", "private.my_usage_by_day(text)"])
def test_usage_is_one_query_that_reads_one_period_of_one_person(function: str, connection: psycopg.Connection) -> None:
    row = connection.execute("select prosrc from pg_proc where oid = %s::regprocedure", (function,)).fetchone()
    assert row
    query = re.sub(r"= owner\b", f"= '{ACCOUNT}'", row[0]).replace("at time zone time_zone", "at time zone 'UTC'")
    # Years of entries, without the jobs that they are about.
    connection.execute("set local session_replication_role = replica")
    connection.execute(
        "insert into public.usage_ledger (owner_id, job_id, kind, amount, reason, effective_at)"
        " select %s, gen_random_uuid(), 'debit', -1, 'generation', now() - make_interval(days => day)"
        " from generate_series(1, 2000) as day",
        (ACCOUNT,),
    )
    connection.execute("analyze public.usage_ledger")
    connection.execute("select set_config('request.jwt.claim.sub', %s, true)", (ACCOUNT,))
    # The other tables of tests are small enough to be read whole.
    connection.execute("set local enable_seqscan = off")
    plan = "\n".join(line for (line,) in connection.execute(f"explain {query}".encode()).fetchall())

    assert "Seq Scan" not in plan
    assert re.search(r"usage_ledger_month_idx.*\n +Index Cond: \(\(owner_id = .* AND \(effective_at >= ", plan), plan


@pytest.mark.parametrize(("failed_ago", "plan"), [("6 days 23 hours 59 minutes", "pro"), ("7 days", "free")])
def test_H4_seven_days_of_grace_end_to_the_minute(failed_ago: str, plan: str, connection: psycopg.Connection) -> None:
    """`access_until` as the service writes it for past_due: tests/unit/test_billing_state.py."""
    change_profile(
        connection,
        f"price_id = 'price_local_pro_month', subscription_status = 'past_due', period_start = now() - interval"
        f" '{failed_ago}', access_until = now() - interval '{failed_ago}' + interval '7 days'",
    )
    assert usage(connection)["plan_id"] == plan


@pytest.mark.parametrize("price", [None, "", "price_of_another_product"])
def test_an_unknown_price_is_the_free_plan(price: str | None, connection: psycopg.Connection) -> None:
    connection.execute("update public.profiles set price_id = %s where id = %s", (price, ACCOUNT))
    assert usage(connection)["plan_id"] == "free"
    change_profile(connection, "price_id = 'price_local_pro_month'")
    assert usage(connection)["plan_id"] == "pro"
