"""A7: an image and its debit are one, in whatever order the owner, the clock and the provider act."""

from typing import NamedTuple
from uuid import uuid4

import pytest

from tests.support.clients.api_rpc import ApiRpc, completion, failure
from tests.support.clients.database_user import DatabaseUser, Row
from tests.support.clients.superuser import Superuser


class Outcome(NamedTuple):
    """How a job ended: its status, whether there is a picture, and the credits that it took."""

    status: str
    rendered: bool
    paid: int


def outcome(superuser: Superuser, job_id: str) -> Outcome:
    (job,) = superuser.rows("select status::text from generation_jobs where id = %s", job_id)
    rendered = superuser.value("select count(*) from renders where job_id = %s", job_id)
    paid = superuser.net_debit(job_id)
    assert isinstance(paid, int)
    return Outcome(job["status"], rendered == 1, paid)


async def started(api_rpc: ApiRpc, person: DatabaseUser, **changes: object) -> tuple[str, str]:
    """A job and the prediction that runs it."""
    job, prediction = await api_rpc.submit(person, **changes), f"prediction-{uuid4().hex}"
    (await api_rpc.attach(person, job["id"], prediction)).raise_for_status()
    return job["id"], prediction


async def release(api_rpc: ApiRpc, person: DatabaseUser, job: str) -> Row:
    answer = await api_rpc.guarded("release_generation", person, {"job_id": job, "error_code": "provider_error"})
    return answer.raise_for_status().json()


async def test_A7_release_before_attach_then_success_gives_no_picture(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    job = (await api_rpc.submit(alice))["id"]
    assert (await release(api_rpc, alice, job))["status"] == "failed"

    attached = await api_rpc.attach(alice, job, "late")
    delivered = await api_rpc.as_service("complete_generation", completion(alice.id, job, "late"))

    assert (attached.status_code, attached.json()["message"]) == (409, "generation_settled")
    assert delivered.json() == "settled"
    assert outcome(superuser, job) == Outcome("failed", rendered=False, paid=0)


async def test_A7_release_after_attach_gives_nothing_back(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    job, prediction = await started(api_rpc, alice)

    assert (await release(api_rpc, alice, job))["status"] == "queued"
    assert outcome(superuser, job).paid == 1

    await api_rpc.as_service("complete_generation", completion(alice.id, job, prediction))
    assert outcome(superuser, job) == Outcome("succeeded", rendered=True, paid=1)


async def test_A7_release_after_a_first_delivery_gives_nothing_back(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    """The webhook may come before our own attach."""
    job = (await api_rpc.submit(alice))["id"]
    progress = {"job_id": job, "prediction": f"prediction-{uuid4().hex}", "percent": 10, "ready": 0}
    assert (await api_rpc.as_service("record_progress", progress)).json()["outcome"] == "applied"

    assert (await release(api_rpc, alice, job))["status"] == "processing"
    assert outcome(superuser, job).paid == 1


async def test_A7_cancel_then_success_is_paid(api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser) -> None:
    job, prediction = await started(api_rpc, alice)
    assert (await api_rpc.guarded("request_cancel", alice, {"job_id": job})).json()["status"] == "queued"
    assert outcome(superuser, job).paid == 1

    await api_rpc.as_service("complete_generation", completion(alice.id, job, prediction))

    assert outcome(superuser, job) == Outcome("succeeded", rendered=True, paid=1)


async def test_A7_deadline_then_success_is_paid(api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser) -> None:
    job, prediction = await started(api_rpc, alice)
    superuser.run("update generation_jobs set deadline_at = now() where id = %s", job)

    second = (await api_rpc.submit(alice))["id"]  # the slot is free; the first debit stays
    assert outcome(superuser, job) == Outcome("expired", rendered=False, paid=1)
    delivered = await api_rpc.as_service("complete_generation", completion(alice.id, job, prediction))

    assert delivered.json() == "applied"
    assert outcome(superuser, job) == Outcome("succeeded", rendered=True, paid=1)
    assert outcome(superuser, second).paid == 1


@pytest.mark.parametrize("word", ["failed", "canceled"])
async def test_A7_after_the_debit_came_back_no_picture_comes(
    word: str, api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    job, prediction = await started(api_rpc, alice)
    assert (await api_rpc.as_service("fail_generation", failure(job, prediction, word))).json() == "applied"

    delivered = await api_rpc.as_service("complete_generation", completion(alice.id, job, prediction))

    assert delivered.json() == "settled"
    assert outcome(superuser, job) == Outcome(word, rendered=False, paid=0)


async def test_A7_after_the_picture_the_debit_stays(api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser) -> None:
    job, prediction = await started(api_rpc, alice)
    await api_rpc.as_service("complete_generation", completion(alice.id, job, prediction))

    for function, arguments in (
        ("complete_generation", completion(alice.id, job, prediction)),
        ("fail_generation", failure(job, prediction)),
    ):
        assert (await api_rpc.as_service(function, arguments)).json() == "repeated"
    await release(api_rpc, alice, job)

    assert outcome(superuser, job) == Outcome("succeeded", rendered=True, paid=1)


@pytest.mark.parametrize(("delivered", "paid", "kept"), [(1, 1, 1), (3, 3, 3), (5, 3, 3)])
async def test_A7_one_pays_for_the_pictures_that_came_and_gets_no_more(
    delivered: int, paid: int, kept: int, api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    superuser.grant_cap(alice, 3)
    job, prediction = await started(api_rpc, alice, variants=3)

    answer = await api_rpc.as_service("complete_generation", completion(alice.id, job, prediction, delivered))

    assert answer.json() == "applied"
    assert outcome(superuser, job) == Outcome("succeeded", rendered=True, paid=paid)
    assert superuser.value("select count(*) from render_variants where owner_id = %s", alice.id) == kept


async def test_A7_a_success_without_pictures_writes_nothing(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    job, prediction = await started(api_rpc, alice)

    answer = await api_rpc.as_service("complete_generation", completion(alice.id, job, prediction, 0))

    assert answer.is_error
    assert outcome(superuser, job) == Outcome("queued", rendered=False, paid=1)


async def test_A7_a_clock_that_was_set_back_does_not_lose_a_run(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    job, prediction = await started(api_rpc, alice)
    superuser.run("update generation_jobs set created_at = now() + interval '10 minutes' where id = %s", job)

    answer = await api_rpc.as_service("complete_generation", completion(alice.id, job, prediction))

    assert answer.json() == "applied"
    assert outcome(superuser, job) == Outcome("succeeded", rendered=True, paid=1)
