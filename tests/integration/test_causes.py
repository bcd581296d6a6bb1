"""Whoever reads the log finds what failed: for each answer of 500 and above its code and its cause, and who was hit."""

from uuid import uuid4

import pytest

from api.errors import TransportCode
from libs.errors import ErrorCode
from libs.repositories.database import is_outage
from libs.repositories.proof import pseudonym
from tests.support.clients.api_user import ApiUser, assert_refused
from tests.support.predictions import deliver, delivery_body, running_generation
from tests.support.processes.api import ApiProcess, submit


async def test_H3_a_refusal_of_the_provider_is_in_the_log_with_its_words(api: ApiProcess, alice: ApiUser) -> None:
    api.replicate.fault(on="api", operation="create", kind="http", status=402)

    answer = await submit(alice.client)

    assert_refused(answer, ErrorCode.PROVIDER_ERROR)
    (failure,), request = await api.logged(answer)
    assert failure["code"] == "provider_error"
    assert failure["causes"] == ["ProviderRefused"]
    assert failure["status"] == 402
    assert failure["detail"]
    assert (request["code"], request["status"]) == ("provider_error", 502)


async def test_J1_the_log_names_a_caller_by_a_keyed_hash_that_operators_can_find(
    api: ApiProcess, alice: ApiUser
) -> None:
    mine = await alice.client.get("/me")
    refused = await alice.client.get(f"/generations/{uuid4()}")
    async with api.client() as anonymous:
        visitor = await anonymous.get("/community")

    requests = [(await api.logged(answer))[1] for answer in (mine, refused, visitor)]

    caller = pseudonym(api.supabase.proof_secret, f"sub:{alice.id}")
    assert [request["caller"] for request in requests[:2]] == [caller, caller]
    assert [request["code"] for request in requests] == [None, "generation_not_found", None]
    assert requests[2]["caller"] == pseudonym(api.supabase.proof_secret, "address:127.0.0.1")
    with api.supabase.connect() as connection:
        found = connection.execute("select id::text from profiles where private.pseudonym(id) = %s", (caller,))
        assert found.fetchall() == [(alice.id,)]


async def test_H2_a_refusal_of_the_database_is_no_outage_and_names_the_rule(api: ApiProcess, alice: ApiUser) -> None:
    """For a person's call and for the webhook's as the service role: a repeat would change nothing."""
    job, prediction = await running_generation(api, alice.client)
    body = delivery_body(api, prediction, "succeeded", outputs=1)
    with api.supabase.connect() as connection:
        connection.execute("alter table renders add constraint refuses_everything check (false) not valid")
        connection.execute("alter table collections add constraint refuses_everything check (false) not valid")
        try:
            answers = [
                await deliver(api, job, body),
                await alice.client.post("/collections", json={"name": "Kitchens"}),
            ]
        finally:
            connection.execute("alter table renders drop constraint refuses_everything")
            connection.execute("alter table collections drop constraint refuses_everything")

    for answer in answers:
        assert_refused(answer, TransportCode.INTERNAL)
        (failure,), request = await api.logged(answer)
        assert (failure["code"], request["code"]) == ("internal_error", "internal_error")
        assert failure["causes"][0] == "DatabaseRefused"
        assert failure["sqlstate"] == "23514"
        assert "refuses_everything" in failure["detail"]
    # Nothing was half written: the same delivery settles the job.
    assert (await deliver(api, job, body)).is_success


async def test_H3_files_of_the_provider_that_do_not_come_have_a_code_of_their_own(
    api: ApiProcess, alice: ApiUser
) -> None:
    job, prediction = await running_generation(api, alice.client)
    body = delivery_body(api, prediction, "succeeded", outputs=1)
    api.replicate.fault(on="output", kind="error", times=1)

    answer = await deliver(api, job, body)

    assert_refused(answer, ErrorCode.OUTPUTS_UNAVAILABLE)
    (failure,), _ = await api.logged(answer)
    assert failure["causes"][0] == "OutputUnavailable"
    assert failure["status"] >= 500
    assert (await deliver(api, job, body)).is_success


@pytest.mark.parametrize(
    ("code", "outage"),
    [
        ("", True),
        ("08006", True),
        ("40001", True),
        ("53300", True),
        ("55P03", True),
        ("57014", True),
        ("57P01", True),
        ("25006", True),
        ("PGRST000", True),
        ("PGRST003", True),
        # A gateway's status, as postgrest-py gives it.
        ("502", True),
        ("429", True),
        ("401", False),
        ("23514", False),
        ("22P02", False),
        ("42883", False),
        ("42501", False),
        ("P0001", False),
        ("PGRST202", False),
        ("PGRST301", False),
    ],
)
def test_H2_what_a_repeat_can_mend_is_told_from_what_it_cannot(code: str, *, outage: bool) -> None:
    assert is_outage(code) is outage
