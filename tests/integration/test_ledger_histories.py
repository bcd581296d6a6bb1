"""Whatever happens to a person's jobs, plan and months, in any order and twice: the ledger balances.

Each history is a transaction that is rolled back, straight at Postgres, as our API and the webhooks call it.
"""

import os
import re
from functools import partial
from typing import Any, ClassVar, Final, Literal, cast
from uuid import uuid4

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from libs.repositories.proof import ANONYMOUS, sign
from local.cli.steps import ROOT
from tests.support.clients.api_rpc import completion, failure, submission
from tests.support.clients.database_calls import Refused, call_as
from tests.support.processes.supabase_stack import SupabaseStack

HISTORIES: Final = int(os.environ.get("LEDGER_HISTORIES", "1000"))
STEPS: Final = 12
CREDITS: Final = 2
# Small enough that a few submits reach them: credits a month, variants at once, runs that are given back a day.
PLANS: Final = {"free": (8, 2, 2), "pro": (16, 4, 3), "studio": (24, 4, 4)}
RUNNING: Final = {"queued", "processing"}
GIVEN_BACK: Final = {"failed", "canceled"}
# Codes of runs that the provider may bill and that are not its fault: they count against the bound of the day.
COUNTED: Final = {"canceled", "safety_blocked"}
# The arrows between two states in the diagram of docs/architecture.md, and the functions that each stands for.
MOVES: Final = {
    (before, after): functions.split(", ")
    for before, after, functions in re.findall(
        r"^  ([a-z]+) --> ([a-z]+): (.+)$", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE
    )
}

Plan = Literal["free", "pro", "studio"]

_SET_UP: Final = """
with account as (
  insert into auth.users (id, email) values (%(owner)s, %(owner)s::uuid || '@example.com')
), preset as (
  insert into public.presets values ('two-credits', 2, 4, true)
), cost as (
  insert into private.preset_costs values ('two-credits', 0.01)
)
update public.plans
set monthly_credits = (%(caps)s::jsonb -> id ->> 0)::integer, daily_given_back = (%(caps)s::jsonb -> id ->> 2)::integer
where %(caps)s::jsonb ? id
"""

_JOBS: Final = """
select job.id::text, job.status::text, job.credits, job.variants,
  array(select amount from public.usage_ledger where job_id = job.id and kind = 'debit'),
  array(select amount from public.usage_ledger where job_id = job.id and kind = 'refund'),
  (select count(*) from public.renders as render join public.render_variants as variant
    on variant.render_id = render.id where render.job_id = job.id)
from public.generation_jobs as job where job.owner_id = %s
"""

_MONTH_PASSES: Final = """
with entries as (
  update public.usage_ledger set effective_at = effective_at - interval '1 month' where owner_id = %(owner)s
), jobs as (
  update public.generation_jobs
  set created_at = created_at - interval '1 month', deadline_at = deadline_at - interval '1 month',
    given_back_at = given_back_at - interval '1 month'
  where owner_id = %(owner)s
)
update public.profiles
set period_start = period_start - interval '1 month', period_end = period_end - interval '1 month'
where id = %(owner)s
"""


class Job(msgspec.Struct):
    """What a job must look like by now."""

    id: str
    key: str
    variants: int
    prediction: str | None = None
    status: str = "queued"
    delivered: int = 0
    canceled: bool = False
    late: bool = False
    is_of_this_month: bool = True
    is_counted_today: bool = False

    @property
    def price(self) -> int:
        return self.variants * CREDITS

    @property
    def given_back(self) -> int:
        if self.status in GIVEN_BACK:
            return self.price
        return (self.variants - self.delivered) * CREDITS if self.status == "succeeded" else 0


class LedgerHistory(RuleBasedStateMachine):
    """One person's months. The rules predict each answer; the invariants read the rows."""

    jobs = Bundle("jobs")
    ran = 0
    moves: ClassVar[set[tuple[str, str]]] = set()

    def __init__(self, connection: psycopg.Connection, proof_secret: str) -> None:
        super().__init__()
        self.connection = connection
        self.proof_secret = proof_secret
        self.owner = str(uuid4())
        self.all: list[Job] = []
        self.seen: dict[str, str] = {}
        self.plan: Plan = "free"
        self.extra = 0
        self.version = 0
        connection.execute("begin")

    @initialize()
    def sign_up(self) -> None:
        caps = msgspec.json.encode(PLANS).decode()
        self.connection.execute(_SET_UP, {"owner": self.owner, "caps": caps})
        self.connection.execute("update public.profiles set stripe_customer_id = id::text where id = %s", (self.owner,))

    def teardown(self) -> None:
        LedgerHistory.ran += 1
        self.connection.execute("rollback")

    @rule(target=jobs, variants=st.sampled_from([1, 1, 2, 2, 3, 4]), is_started=st.booleans())
    def submit(self, variants: int, is_started: bool) -> object:
        """Also what "Try again" does: a job of its own under a new key."""
        key = uuid4().hex
        made, refusal = self._reserve(key, variants)
        assert refusal == self._refusal_of(variants)
        if made is None:
            return cast("object", multiple())  # pyright: ignore[reportUnknownMemberType]
        for job in self.all:
            if job.status in RUNNING:
                job.status = "expired"
        job = Job(made["job"]["id"], key, variants)
        self.all.append(job)
        (used, limit) = self._row("select used, credit_limit from private.usage_of(%s)")
        assert used <= limit
        if is_started:
            self.attach(job, None)
        return job

    @rule(job=jobs, other_body=st.booleans())
    def press_again(self, job: Job, other_body: bool) -> None:
        body = "another" if other_body else "the same body"
        answer, refusal = self._reserve(job.key, job.variants, request_hash=body)
        assert refusal == ("idempotency_key_reused" if other_body else None)
        assert answer is None or (answer["job"]["id"], answer["created"]) == (job.id, False)

    @rule(job=jobs, of=st.none() | jobs)
    def attach(self, job: Job, of: Job | None) -> None:
        """`of` another job: the provider's id of a run that may be attached already. So in the rules below."""
        prediction = _prediction(of or job)
        _, refusal = self._guarded("attach_prediction", {"job_id": job.id, "prediction_id": prediction})
        if job.prediction == prediction:
            assert refusal is None
        elif job.prediction is not None or self._holder(prediction):
            assert refusal == "prediction_mismatch"
        elif job.status in {"succeeded", *GIVEN_BACK}:
            assert refusal == "generation_settled"
        else:
            assert refusal is None
            job.prediction = prediction

    @rule(job=jobs)
    def deadline(self, job: Job) -> None:
        late = "update public.generation_jobs set deadline_at = now() - interval '1 second' where id = %s"
        self.connection.execute(late, (job.id,))
        job.late = True

    @rule(job=jobs)
    def cancel(self, job: Job) -> None:
        assert self._guarded("request_cancel", {"job_id": job.id})[1] is None
        job.canceled = job.canceled or job.status in RUNNING

    @rule(job=jobs, caller=st.sampled_from(["owner", "reconcile"]))
    def release(self, job: Job, caller: str) -> None:
        request = {"job_id": job.id, "error_code": "provider_error"}
        assert self._guarded("release_generation", request, None if caller == "owner" else ANONYMOUS)[1] is None
        if job.prediction is None and job.status in {"queued", "expired"}:
            job.status = "canceled" if job.canceled else "failed"

    @rule(job=jobs, of=st.none() | jobs)
    def progress(self, job: Job, of: Job | None) -> None:
        arguments = {"job_id": job.id, "prediction": _prediction(of or job), "percent": 50, "ready": 0}
        self._assert_claimed(job, of, self._delivered("record_progress", arguments)["outcome"])
        if self._may_speak(job, of):
            job.status = "processing" if job.status == "queued" else job.status

    @rule(job=jobs, of=st.none() | jobs, pictures=st.integers(1, 4), was_stopped=st.booleans())
    def succeed(self, job: Job, of: Job | None, pictures: int, was_stopped: bool) -> None:
        """`was_stopped`: the prediction was canceled, and these pictures were ready."""
        arguments = {**completion(self.owner, job.id, _prediction(of or job), pictures), "was_stopped": was_stopped}
        self._assert_claimed(job, of, self._delivered("complete_generation", arguments))
        if self._may_speak(job, of):
            job.status, job.delivered = "succeeded", min(pictures, job.variants)
            job.is_counted_today = was_stopped and job.canceled and job.delivered < job.variants

    @rule(
        job=jobs,
        of=st.none() | jobs,
        outcome=st.sampled_from(sorted(GIVEN_BACK)),
        code=st.sampled_from(["provider_failed", *sorted(COUNTED)]),
    )
    def fail(self, job: Job, of: Job | None, outcome: str, code: str) -> None:
        arguments = {**failure(job.id, _prediction(of or job), outcome), "code": code}
        self._assert_claimed(job, of, self._delivered("fail_generation", arguments))
        if self._may_speak(job, of):
            job.status, job.is_counted_today = outcome, code in COUNTED

    @rule(plan=st.sampled_from(["free", "pro", "studio"]), has_ended=st.booleans(), is_late=st.booleans())
    def stripe_says(self, plan: Plan, has_ended: bool, is_late: bool) -> None:
        """A sync that began before the last one that was applied changes nothing."""
        now, month = self._row("select now(), now() + interval '1 month'")
        state = {
            "price_id": None if plan == "free" else f"price_local_{plan}_month",
            "period_start": now.isoformat(),
            "period_end": month.isoformat(),
            "access_until": now.isoformat() if has_ended else None,
        }
        self.version += 0 if is_late else 1
        arguments = {
            "event": uuid4().hex,
            "kind": "customer.subscription.updated",
            "customer": self.owner,
            "version": self.version,
            "state": state,
        }
        outcome = self._delivered("apply_billing_state", arguments)
        assert outcome == ("stale" if is_late else "applied")
        if not is_late:
            self.plan = "free" if has_ended else plan

    @rule(amount=st.integers(-10, 10).filter(bool))
    def operator_corrects(self, amount: int) -> None:
        self.connection.execute("select private.add_credits(%s, %s, 'test')", (self.owner, amount))
        self.extra += amount

    @precondition(lambda self: self.all)
    @rule()
    def month_passes(self) -> None:
        self.connection.execute(_MONTH_PASSES, {"owner": self.owner})
        self.extra = 0
        for job in self.all:
            job.is_of_this_month, job.late, job.is_counted_today = False, True, False

    @invariant()
    def the_ledger_balances(self) -> None:
        rows = self.connection.execute(_JOBS, (self.owner,)).fetchall()
        expected = {job.id: job for job in self.all}
        assert {row[0] for row in rows} == expected.keys()
        net: dict[str, int] = {}
        for job_id, status, price, variants, debits, refunds, pictures in rows:
            job = expected[job_id]
            self.moves.add((self.seen.get(job_id, "queued"), status))
            self.seen[job_id] = status
            assert (status, price, variants, pictures) == (job.status, job.price, job.variants, job.delivered)
            assert debits == [-price]
            assert refunds == ([job.given_back] if job.given_back else [])
            net[job_id] = -sum(debits) - sum(refunds)
            # A picture is paid, and what is paid is a picture, once nothing is open.
            assert status in {*RUNNING, "expired"} or net[job_id] == pictures * CREDITS
        plan, used, reserved, limit = self._row(
            "select plan_id, used, reserved, credit_limit from private.usage_of(%s)"
        )
        this_month = [job for job in self.all if job.is_of_this_month]
        assert plan == self.plan
        assert used == sum(net[job.id] for job in this_month) >= 0
        assert reserved == sum(job.price for job in this_month if job.status in {*RUNNING, "expired"}) <= used
        assert limit == self._limit
        counted = self.connection.execute("select * from private.given_back_today(%s, %s)", (self.owner, plan))
        assert counted.fetchall()[0][:2] == (self._counted_today, PLANS[self.plan][2])

    @property
    def _counted_today(self) -> int:
        return sum(1 for job in self.all if job.is_counted_today)

    @property
    def _limit(self) -> int:
        return max(PLANS[self.plan][0] + self.extra, 0)

    def _refusal_of(self, variants: int) -> str | None:
        if any(job.status in RUNNING and not job.late for job in self.all):
            return "generation_in_flight"
        if self._counted_today >= PLANS[self.plan][2]:
            return "too_many_given_back"
        if variants > PLANS[self.plan][1]:
            return "too_many_variants"
        used = sum(job.price - job.given_back for job in self.all if job.is_of_this_month)
        return "plan_cap_reached" if used + variants * CREDITS > self._limit else None

    def _holder(self, prediction: str) -> Job | None:
        return next((job for job in self.all if job.prediction == prediction), None)

    def _outcome(self, job: Job, prediction: str) -> str:
        if job.prediction != prediction and (job.prediction is not None or self._holder(prediction)):
            return "foreign_prediction"
        if job.status == "succeeded":
            return "repeated"
        return "settled" if job.status in GIVEN_BACK else "applied"

    def _assert_claimed(self, job: Job, of: Job | None, outcome: str) -> None:
        assert outcome == self._outcome(job, _prediction(of or job))

    def _may_speak(self, job: Job, of: Job | None) -> bool:
        """Whether a delivery counts; the job has its prediction from then on."""
        prediction = _prediction(of or job)
        if self._outcome(job, prediction) != "applied":
            return False
        job.prediction = prediction
        return True

    def _reserve(self, key: str, variants: int, **changes: object) -> tuple[Any, str | None]:
        request = submission(preset_id="two-credits", idempotency_key=key, variants=variants, **changes)
        return self._guarded("reserve_generation", request)

    def _guarded(self, function: str, request: dict[str, Any], caller: str | None = None) -> tuple[Any, str | None]:
        """The answer, or None and why it was refused."""
        text = msgspec.json.encode(request).decode()
        arguments = {"request": text, "proof": sign(self.proof_secret, function, caller or self.owner, text)}
        role, subject = ("anon", "") if caller == ANONYMOUS else ("authenticated", self.owner)
        try:
            return call_as(self.connection, role, subject, function, arguments), None
        except Refused as refusal:
            return None, str(refusal)

    def _delivered(self, function: str, arguments: dict[str, Any]) -> Any:
        return call_as(self.connection, "service_role", "", function, arguments)

    def _row(self, query: str) -> Any:
        row = self.connection.execute(query.encode(), (self.owner,) if "%s" in query else ()).fetchone()
        assert row is not None
        return row


def _prediction(of: Job) -> str:
    return f"prediction-{of.id}"


@pytest.mark.timeout(0.3 * HISTORIES)
def test_every_history_of_jobs_plans_and_months_leaves_a_ledger_that_balances(supabase: SupabaseStack) -> None:
    """One debit a job, at most one refund; used = debits - refunds, never negative and never above the cap at a submit.
    What was canceled or blocked at the provider's cost never passes the bound of the day by a submit.

    `LEDGER_HISTORIES` says how many histories; more than a thousand need `-o faulthandler_timeout=0` too.
    """
    with supabase.connect() as connection:
        factory = cast("type[LedgerHistory]", partial(LedgerHistory, connection, supabase.proof_secret))
        run_state_machine_as_test(  # pyright: ignore[reportUnknownMemberType]
            factory,
            settings=settings(
                max_examples=HISTORIES,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )
    assert LedgerHistory.ran >= HISTORIES
    assert {(before, after) for before, after in LedgerHistory.moves if before != after} <= MOVES.keys()


@pytest.mark.parametrize(
    ("before", "after", "function"), [(*move, function) for move, functions in MOVES.items() for function in functions]
)
def test_every_move_of_the_diagram_happens(before: str, after: str, function: str, supabase: SupabaseStack) -> None:
    with supabase.connect() as connection:
        history = LedgerHistory(connection, supabase.proof_secret)
        history.sign_up()
        job = cast("Job", history.submit(1, is_started=False))
        if (after, function) == ("canceled", "release_generation"):
            history.cancel(job)
        if before == "processing":
            history.progress(job, None)
        if before == "expired":
            history.deadline(job)
            history.submit(1, is_started=False)
        assert job.status == before
        match function:
            case "record_progress":
                history.progress(job, None)
            case "complete_generation":
                history.succeed(job, None, 1, was_stopped=False)
            case "fail_generation":
                history.fail(job, None, after, "provider_failed")
            case "release_generation":
                history.release(job, "owner")
            case _:
                assert function == "reserve_generation"
                history.deadline(job)
                history.submit(1, is_started=False)
        history.the_ledger_balances()
        assert job.status == after
        history.teardown()
