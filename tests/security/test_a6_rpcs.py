"""A6: what a person may not call at all, and what even a right proof does not do to somebody else's job."""

from uuid import uuid4

import pytest

from tests.security.catalog import everything
from tests.security.decisions import read_decisions
from tests.security.victims import Victim
from tests.support.clients.api_rpc import ApiRpc, completion, failure
from tests.support.clients.database_user import DatabaseUser
from tests.support.clients.superuser import Superuser

NOT_GRANTED = [
    pytest.param(function, role, id=f"{role}-{function}")
    for function, _, granted in (line.partition(": ") for line in read_decisions("functions.txt"))
    for role in ("anon", "authenticated")
    if function.startswith("public.") and role not in granted.split(", ")
]
PRIVATE = [line.partition("(")[0] for line in read_decisions("functions.txt") if line.startswith("private.")]


@pytest.mark.parametrize("function", ["complete_generation", "fail_generation", "record_progress"])
async def test_A6_only_the_webhooks_speak_for_the_provider(
    function: str, api_rpc: ApiRpc, anonymous: DatabaseUser, alice: DatabaseUser, superuser: Superuser
) -> None:
    job, invented = (await api_rpc.submit(alice))["id"], f"invented-{function}"
    arguments = {
        "complete_generation": completion(alice.id, job, invented),
        "fail_generation": failure(job, invented),
        "record_progress": {"job_id": job, "prediction": invented, "percent": 50, "ready": 1},
    }[function]
    before = everything(superuser.connection)

    for person, status in ((alice, 403), (anonymous, 401)):
        answer = await person.rpc(function, arguments)
        assert (answer.status_code, answer.json()["code"]) == (status, "42501")
    assert everything(superuser.connection) == before

    assert (await api_rpc.as_service(function, arguments)).is_success
    assert superuser.value("select prediction_id from generation_jobs where id = %s", job) == invented


@pytest.mark.parametrize(("function", "role"), NOT_GRANTED)
async def test_A6_a_function_that_was_not_granted_is_refused(
    function: str, role: str, anonymous: DatabaseUser, intruder: DatabaseUser, superuser: Superuser
) -> None:
    """Before it sees an argument. Who was granted it is served: above, and in test_a6_foreign_ids.py."""
    names: list[str] | None = superuser.value("select proargnames from pg_proc where oid = %s::regprocedure", function)
    before = everything(superuser.connection)

    called = function.removeprefix("public.").partition("(")[0]
    answer = await (anonymous if role == "anon" else intruder).rpc(called, dict.fromkeys(names or []))

    assert (answer.status_code, answer.json()["code"]) == (401 if role == "anon" else 403, "42501")
    assert everything(superuser.connection) == before


async def test_A6_usage_is_told_to_the_signed_in_alone(anonymous: DatabaseUser, alice: DatabaseUser) -> None:
    answer = await anonymous.rpc("my_usage", {})

    assert (answer.status_code, answer.json()["code"]) == (401, "42501")
    assert (await alice.rpc("my_usage", {})).json()["used"] == 0


@pytest.mark.parametrize("function", PRIVATE)
async def test_A6_private_functions_have_no_address(
    function: str, anonymous: DatabaseUser, intruder: DatabaseUser
) -> None:
    for person in (anonymous, intruder):
        by_schema = await person.rpc(function.removeprefix("private."), {"message": "x"}, content_profile="private")
        assert (by_schema.status_code, by_schema.json()["code"]) == (406, "PGRST106")
        by_name = await person.rpc(function, {"message": "x"})
        assert (by_name.status_code, by_name.json()["code"]) == (404, "PGRST202")


async def test_A6_nobody_attaches_to_somebodys_job(
    api_rpc: ApiRpc, alice: DatabaseUser, bob: DatabaseUser, superuser: Superuser
) -> None:
    job = (await api_rpc.submit(bob))["id"]
    before = everything(superuser.connection)

    foreign = await api_rpc.attach(alice, job, "hers")
    random = await api_rpc.attach(alice, str(uuid4()), "hers")

    assert (foreign.status_code, foreign.json()) == (random.status_code, random.json())
    assert (foreign.status_code, foreign.json()["message"]) == (404, "generation_not_found")
    assert everything(superuser.connection) == before
    assert (await api_rpc.attach(bob, job, "his")).json()["prediction_id"] == "his"


@pytest.mark.parametrize("function", ["request_cancel", "release_generation"])
async def test_A6_nobody_stops_somebodys_job(
    function: str, api_rpc: ApiRpc, alice: DatabaseUser, bob: DatabaseUser, superuser: Superuser
) -> None:
    request = {"job_id": (await api_rpc.submit(bob))["id"], "error_code": "provider_error"}
    before = everything(superuser.connection)

    foreign = await api_rpc.guarded(function, alice, request)
    random = await api_rpc.guarded(function, alice, request | {"job_id": str(uuid4())})

    assert (foreign.status_code, foreign.json()["message"]) == (404, "generation_not_found")
    assert foreign.json() == random.json()
    assert everything(superuser.connection) == before
    assert (await api_rpc.guarded(function, bob, request)).json()["id"] == request["job_id"]


async def test_A6_a_prediction_belongs_to_one_job_for_good(
    api_rpc: ApiRpc, alice: DatabaseUser, bob: DatabaseUser, superuser: Superuser
) -> None:
    his, hers = (await api_rpc.submit(bob))["id"], (await api_rpc.submit(alice))["id"]
    prediction = f"prediction-{uuid4().hex}"
    assert (await api_rpc.attach(bob, his, prediction)).is_success
    before = everything(superuser.connection)

    stolen = await api_rpc.attach(alice, hers, prediction)
    exchanged = await api_rpc.attach(bob, his, "another")

    for answer in (stolen, exchanged):
        assert (answer.status_code, answer.json()["message"]) == (409, "prediction_mismatch")
    assert (await api_rpc.attach(bob, his, prediction)).json()["prediction_id"] == prediction
    assert everything(superuser.connection) == before


async def test_A6_a_delivery_speaks_for_its_own_job_only(
    api_rpc: ApiRpc, victim: Victim, alice: DatabaseUser, superuser: Superuser
) -> None:
    """The `?job=` of a webhook's address is not signed (D3)."""
    hers = (await api_rpc.submit(alice))["id"]
    assert (await api_rpc.attach(alice, hers, f"prediction-{uuid4().hex}")).is_success
    states = "select status, prediction_id, owner_id from generation_jobs where id = %s"
    before = superuser.rows(states, hers)

    for prediction in (victim.render.prediction, "unknown"):
        for function, arguments in (
            ("complete_generation", completion(alice.id, hers, prediction)),
            ("fail_generation", failure(hers, prediction)),
        ):
            assert (await api_rpc.as_service(function, arguments)).json() == "foreign_prediction"

    assert superuser.rows(states, hers) == before
    assert superuser.rows("select id from renders where owner_id = %s", alice.id) == []
    assert superuser.net_debit(hers) == 1
    unknown = await api_rpc.as_service("fail_generation", failure(str(uuid4()), "unknown"))
    assert unknown.json() == "unknown_job"


async def test_A6_price_and_cap_are_the_databases_own(
    api_rpc: ApiRpc, alice: DatabaseUser, superuser: Superuser
) -> None:
    """Neither what a request names beside its fields nor fewer than no variants changes the bill."""
    superuser.grant_cap(alice, 10)
    before = everything(superuser.connection)

    for variants in (0, -3, None, 1000):
        assert not (await api_rpc.reserve(alice, variants=variants)).is_success
    assert everything(superuser.connection) == before

    job = await api_rpc.submit(alice, variants=3, credits=0, owner_id=str(uuid4()), status="succeeded")
    assert (job["credits"], job["owner_id"], job["status"]) == (3, alice.id, "queued")
    assert superuser.net_debit(job["id"]) == 3
