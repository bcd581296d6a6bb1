"""A7: whatever order the owner, the clock and the provider act in, a job is rendered and paid, or neither."""

import math
from collections import Counter
from collections.abc import Callable, Mapping

import psycopg

from tests.support.clients.api_rpc import ApiRpc, completion, failure, submission
from tests.support.clients.database_calls import Refused, call_as
from tests.support.clients.database_user import DatabaseUser, Row

ACTS = frozenset({"attach", "cancel", "deadline", "release", "failed", "succeeded"})

_JOBS = """
select job.status, job.credits, (render.id is not null) as rendered,
  (select coalesce(-sum(amount), 0)::integer from public.usage_ledger as entry where entry.job_id = job.id) as paid
from public.generation_jobs as job left join public.renders as render on render.job_id = job.id
where job.owner_id = %s
"""


class Play:
    """One order of acts, in a transaction that is rolled back. Roles and claims are set as PostgREST sets them."""

    def __init__(self, connection: psycopg.Connection, api_rpc: ApiRpc, person: DatabaseUser) -> None:
        self._connection = connection
        self._api = api_rpc
        self._person = person
        self._job = str(self._submit())
        self.acts: dict[str, Callable[[], object]] = {
            "attach": lambda: self._called_by_api("attach_prediction", {"job_id": self._job, "prediction_id": "p"}),
            "cancel": lambda: self._called_by_api("request_cancel", {"job_id": self._job}),
            "deadline": self._deadline,
            "release": lambda: self._called_by_api(
                "release_generation", {"job_id": self._job, "error_code": "provider_error"}
            ),
            "failed": lambda: self._delivered("fail_generation", failure(self._job, "p")),
            "succeeded": lambda: self._delivered("complete_generation", completion(person.id, self._job, "p")),
        }

    def jobs(self) -> list[tuple[str, int, bool, int]]:
        """Status, credits, whether rendered, and what was paid, of all jobs of the person."""
        return self._connection.execute(_JOBS, (self._person.id,)).fetchall()

    def _submit(self) -> object:
        row = self._called_by_api("reserve_generation", submission())
        assert row is not None
        return row["job"]["id"]

    def _deadline(self) -> None:
        late = "update public.generation_jobs set deadline_at = now() - interval '1 second' where id = %s"
        self._connection.execute(late, (self._job,))
        self._submit()

    def _called_by_api(self, function: str, request: Mapping[str, object]) -> Row | None:
        return self._called(
            "authenticated", self._person.id, function, self._api.prove(function, self._person.id, request)
        )

    def _delivered(self, function: str, arguments: Row) -> Row | None:
        return self._called("service_role", "", function, arguments)

    def _called(self, role: str, subject: str, function: str, arguments: Mapping[str, object]) -> Row | None:
        """The answer; None when the function refused, which undoes what it did."""
        try:
            return call_as(self._connection, role, subject, function, arguments)
        except Refused:
            return None


async def test_A7_in_every_order_a_picture_is_paid_and_what_is_paid_is_a_picture(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser_connection: psycopg.Connection
) -> None:
    pictures: Counter[bool] = Counter()

    def play_on(play: Play, done: tuple[str, ...], left: frozenset[str]) -> None:
        """Every order of the acts that are left, and a success last; what orders begin with alike is played once."""
        for act in left or {"succeeded"}:
            with superuser_connection.transaction(force_rollback=True):
                play.acts[act]()
                if left:
                    play_on(play, (*done, act), left - {act})
                else:
                    check(play, done)

    def check(play: Play, order: tuple[str, ...]) -> None:
        jobs = play.jobs()
        for status, credits_, rendered, paid in jobs:
            assert rendered == (status == "succeeded"), order
            settled = 0 if status in {"failed", "canceled"} else credits_
            assert paid == settled, (order, status, paid)
        pictures[any(rendered for *_, rendered, _ in jobs)] += 1

    with superuser_connection.transaction(force_rollback=True):
        play_on(Play(superuser_connection, api_rpc, alice), (), ACTS)

    assert pictures.total() == math.factorial(len(ACTS))
    # Not every order ends without a picture, nor every one with one.
    assert pictures[True] > 100
    assert pictures[False] > 100
