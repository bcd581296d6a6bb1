"""H3: jobs that cannot be settled do not keep reconciliation from the others."""

from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser

LONG_AGO = "update generation_jobs set heard_at = now() - interval '1 hour', asked_at = %s::timestamptz where id = %s"


async def test_H3_what_was_asked_about_goes_to_the_back(
    api_rpc: ApiRpc, alice: DatabaseUser, bob: DatabaseUser, anonymous: DatabaseUser, superuser: Superuser
) -> None:
    jobs = [(await api_rpc.submit(person))["id"] for person in (alice, bob)]
    for year, job in zip(("2020-01-01", "2021-01-01"), jobs, strict=True):
        superuser.run(LONG_AGO, year, job)

    given: list[str] = []
    for _ in range(2):
        answer = await api_rpc.guarded("stale_generations", anonymous, {"older_than_seconds": 30, "limit": 1})
        given += [job["id"] for job in answer.raise_for_status().json()]

    assert given == jobs
    # Nothing else about them changed: they are still silent, and come again once it is their turn.
    answer = await api_rpc.guarded("stale_generations", anonymous, {"older_than_seconds": 30, "limit": 100})
    assert set(jobs) <= {job["id"] for job in answer.json()}
    # Later tests have no stale jobs of these.
    superuser.run("update generation_jobs set heard_at = now() where id = any (%s)", jobs)
