"""The books that the database keeps, by the functions that our API and its webhooks call, at the time of a history."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

import msgspec
import psycopg

from libs.repositories.billing import BillingState
from libs.repositories.proof import ANONYMOUS, sign
from tests.support.clients.api_rpc import completion, failure, submission
from tests.support.clients.database_calls import Refused, call_as
from tests.support.money.books import CREDITS, PLANS, Usage
from tests.support.money.stripe_account import Clock

# Every function of ours finds now() by its name in pg_catalog. Column defaults hold the function itself.
_CLOCK: Final = """
alter function pg_catalog.now() rename to now_of_the_server;
create function pg_catalog.now() returns timestamptz language sql stable
as $$ select current_setting('history.now')::timestamptz $$;
alter table public.generation_jobs
  alter created_at set default now(), alter heard_at set default now(), alter asked_at set default now();
alter table public.usage_ledger alter effective_at set default now(), alter created_at set default now();
"""
_NUMBERS: Final = """
with preset as (
  insert into public.presets values ('two-credits', %(credits)s, 4, true)
), cost as (
  insert into private.preset_costs values ('two-credits', 0.01)
), brakes as (
  update private.brakes set ceiling = 1000000
)
update public.plans
set monthly_credits = (%(plans)s::jsonb -> id ->> 'credits')::integer,
  max_variants = (%(plans)s::jsonb -> id ->> 'variants')::integer,
  daily_given_back = (%(plans)s::jsonb -> id ->> 'given_back')::integer
where %(plans)s::jsonb ? id
"""
# Jobs that have ended whose entries are not what their pictures cost.
_UNBALANCED: Final = """
select job.id, job.status from public.generation_jobs as job
where job.owner_id = %s and job.status in ('succeeded', 'failed', 'canceled')
  and (select -sum(amount) from public.usage_ledger where job_id = job.id) is distinct from (
    select job.credits / job.variants * count(*)
    from public.renders as render join public.render_variants as variant on variant.render_id = render.id
    where render.job_id = job.id
  )
"""


@contextmanager
def prepared(connection: psycopg.Connection) -> Generator[None]:
    """A transaction with the plans of the model and a clock of its own; it is rolled back."""
    with connection.transaction(force_rollback=True):
        connection.execute(_CLOCK.encode())
        connection.execute(_NUMBERS.encode(), {"plans": msgspec.json.encode(PLANS).decode(), "credits": CREDITS})
        yield


class DatabaseBooks:
    """One person's accounts, all of one mailbox."""

    def __init__(self, clock: Clock, connection: psycopg.Connection, proof_secret: str) -> None:
        self._clock = clock
        self._connection = connection
        self._proof_secret = proof_secret
        self._mailbox = uuid4().hex
        self._ids: dict[int, str] = {}
        self._jobs: dict[int, tuple[str, str]] = {}

    def sign_up(self, account: int) -> None:
        owner = self._ids[account] = str(uuid4())
        email = f"{self._mailbox}+{account}@example.com"
        self._row("insert into auth.users (id, email) values (%s, %s) returning id", owner, email)
        assert self._guarded("attach_customer", owner, {"customer_id": owner}) == {"customer_id": owner}

    def delete(self, account: int) -> None:
        owner = self._ids[account]
        if account % 2 == 0:
            # As the dashboard of Auth does.
            self._row("delete from auth.users where id = %s returning id", owner)
            return
        # As DELETE /me does, and what follows it.
        self._row("select private.begin_closing(%s)", owner)
        self._guarded("confirm_customer_removal", ANONYMOUS, {"customer_id": owner})
        while self._guarded("delete_closed_account", ANONYMOUS, {"account_id": owner, "batch": 2}) != "gone":
            # The pictures have no files, so nothing of theirs is to be waited for.
            self._connection.execute("delete from private.file_changes where starts_with(name, %s)", (owner,))

    def apply(self, account: int, state: BillingState) -> None:
        owner = self._ids[account]
        version = self._served("next_billing_version", {"customer": owner})
        arguments = {"event": uuid4().hex, "kind": "invoice.paid", "customer": owner, "version": version}
        arguments["state"] = msgspec.to_builtins(state)
        assert self._served("apply_billing_state", arguments) == "applied"

    def grant(self, account: int, amount: int) -> None:
        self._row("select private.add_credits(%s, %s, 'test')", self._ids[account], amount)

    def reserve(self, account: int, number: int, variants: int) -> str | None:
        owner = self._ids[account]
        try:
            # No run expires: tests/integration/test_ledger_histories.py has deadlines.
            request = submission(preset_id="two-credits", variants=variants, deadline_seconds=10**9)
            made = self._guarded("reserve_generation", owner, request)
        except Refused as refusal:
            return str(refusal)
        self._jobs[number] = owner, made["job"]["id"]
        return None

    def succeed(self, number: int, pictures: int) -> None:
        self._complete(number, pictures, was_stopped=False)

    def cancel(self, number: int, pictures: int) -> None:
        owner, job = self._jobs[number]
        self._guarded("request_cancel", owner, {"job_id": job})
        self._complete(number, pictures, was_stopped=True)

    def fail(self, number: int, code: str) -> None:
        _, job = self._jobs[number]
        outcome = "canceled" if code == "canceled" else "failed"
        arguments = {**failure(job, f"prediction-{job}", outcome), "code": code}
        assert self._served("fail_generation", arguments) == "applied"

    def usage(self, account: int) -> Usage:
        owner = self._ids[account]
        unbalanced = self._connection.execute(_UNBALANCED.encode(), (owner,)).fetchall()
        assert unbalanced == []
        return Usage(
            *self._row(
                "select usage.used, usage.credit_limit, given_back.count from private.usage_of(%s) as usage,"
                " private.given_back_today(%s, usage.plan_id) as given_back",
                owner,
                owner,
            )
        )

    def _complete(self, number: int, pictures: int, *, was_stopped: bool) -> None:
        owner, job = self._jobs[number]
        arguments = {**completion(owner, job, f"prediction-{job}", pictures), "was_stopped": was_stopped}
        assert self._served("complete_generation", arguments) == "applied"

    def _guarded(self, function: str, caller: str, request: Mapping[str, object]) -> Any:
        text = msgspec.json.encode(request).decode()
        proof = sign(self._proof_secret, function, caller, text)
        role, subject = (ANONYMOUS, "") if caller == ANONYMOUS else ("authenticated", caller)
        return self._call(role, subject, function, {"request": text, "proof": proof})

    def _served(self, function: str, arguments: Mapping[str, object]) -> Any:
        return self._call("service_role", "", function, arguments)

    def _call(self, role: str, subject: str, function: str, arguments: Mapping[str, object]) -> Any:
        self._set_clock()
        return call_as(self._connection, role, subject, function, arguments)

    def _row(self, query: str, *values: object) -> Any:
        self._set_clock()
        row = self._connection.execute(query.encode(), values).fetchone()
        assert row is not None
        return row

    def _set_clock(self) -> None:
        self._connection.execute("select set_config('history.now', %s, true)", (self._clock.now.isoformat(),))
