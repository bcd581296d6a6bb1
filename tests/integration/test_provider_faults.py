"""H3: the provider is down, slow, refuses, fails or talks nonsense; people learn of it and pay for pictures only."""

import asyncio
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from libs.errors import ErrorCode
from tests.support.checks.invariants import assert_consistent
from tests.support.clients.api_user import ApiUser, assert_refused, signed_in
from tests.support.clock import make_stale, pass_deadline, reconcile, until_settled
from tests.support.factories import Draft, add_renders
from tests.support.predictions import (
    ONE_VARIANT,
    TWO_VARIANTS,
    deliver,
    delivery_body,
    outcome_of,
    prediction_ids,
    prediction_status,
    running_generation,
    succeed_at_once,
    until_delivered,
    until_new_prediction,
    until_prediction_ended,
)
from tests.support.processes.api import ApiProcess, submit, until_ended
from tests.support.processes.paused_api import paused_at

SPOILT_ANSWERS: list[dict[str, Any]] = [
    {"kind": "http", "status": 500},
    {"kind": "http", "status": 429, "retry_after": 0},
    {"kind": "http", "status": 404},
    {"kind": "garbage"},
    {"kind": "cut"},
]


@pytest.fixture(autouse=True)
def no_fault_left(api: ApiProcess) -> Iterator[None]:
    yield
    api.replicate.clear_faults()


def own_seed() -> int:
    """For a job that the provider's list decides about: an equal prediction of another test could be taken for its own.

    Tests before leave such predictions, whose jobs went with their accounts.
    """
    return secrets.randbelow(2**31)


async def accepted(alice: ApiUser, **changes: Any) -> str:
    """The id of a submit that was accepted."""
    answer = await submit(alice.client, **changes)
    assert answer.status_code == 202, answer.text
    return answer.json()["data"]["id"]


async def credits_used(alice: ApiUser) -> int:
    return (await alice.client.get("/usage")).raise_for_status().json()["data"]["used"]


async def assert_given_back(api: ApiProcess, alice: ApiUser, status: str = "failed") -> None:
    """The only job ended without a picture or a cost, and the next one works."""
    assert [job["status"] for job in await assert_consistent(api, alice.id)] == [status]
    assert await credits_used(alice) == 0
    succeed_at_once(api.replicate, outputs=1)
    assert (await until_ended(alice.client, await accepted(alice, **ONE_VARIANT)))["status"] == "succeeded"


class TestCreate:
    @pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422, 429])
    async def test_H3_a_refusal_is_told_and_costs_nothing(self, api: ApiProcess, alice: ApiUser, status: int) -> None:
        known = prediction_ids(api.replicate)
        api.replicate.fault(on="api", kind="http", status=status, retry_after=9)
        answer = await submit(alice.client, **TWO_VARIANTS)
        details = assert_refused(answer, ErrorCode.PROVIDER_ERROR)
        assert answer.headers.get("retry-after") == ("9" if status == 429 else None)
        (job,) = (await alice.client.get("/generations")).raise_for_status().json()["data"]
        assert (job["id"], job["status"], job["error"]["code"]) == (details["job_id"], "failed", "provider_error")
        assert prediction_ids(api.replicate) == known
        await assert_given_back(api, alice)

    @pytest.mark.parametrize("fault", [{"kind": "http", "status": 500}, {"kind": "garbage"}], ids=["500", "garbage"])
    async def test_H3_a_failure_that_made_nothing_is_told_and_costs_nothing(
        self, api: ApiProcess, alice: ApiUser, fault: dict[str, Any]
    ) -> None:
        api.replicate.fault(on="api", **fault)
        assert_refused(await submit(alice.client, **TWO_VARIANTS, seed=own_seed()), ErrorCode.PROVIDER_ERROR)
        await assert_given_back(api, alice)

    async def test_H3_a_photo_that_cannot_be_handed_over_is_not_the_providers_failure(
        self, api: ApiProcess, alice: ApiUser
    ) -> None:
        known = prediction_ids(api.replicate)
        with api.supabase.connect() as connection:
            # A variant whose file is not in Storage.
            (render,) = add_renders(connection, alice.id, [Draft()])
        (variant,) = (await alice.client.get(f"/renders/{render}")).raise_for_status().json()["data"]["variants"]
        started_from = {"kind": "variant", "variant_id": variant["id"]}
        assert_refused(
            await submit(alice.client, preset_id="warm-minimal", input=started_from), ErrorCode.INPUT_NOT_FOUND
        )
        listed = (await alice.client.get("/generations")).raise_for_status().json()["data"]
        (job,) = [job for job in listed if job["status"] == "failed"]
        assert job["error"]["code"] == "input_not_found"
        assert job["refunded"]
        assert prediction_ids(api.replicate) == known
        assert await credits_used(alice) == 0

    async def test_H3_a_provider_that_is_down_is_told_and_costs_nothing(self, api: ApiProcess, alice: ApiUser) -> None:
        job, _ = await running_generation(api, alice.client)
        api.replicate.stop(kill=True)
        try:
            # Watching and canceling go on without it.
            make_stale(api, job)
            assert (await alice.client.get(f"/generations/{job}")).json()["data"]["status"] in {"queued", "processing"}
            assert (await alice.client.post(f"/generations/{job}/cancel")).status_code == 202
            async with signed_in(api, "unlucky") as other:
                assert_refused(await submit(other.client, **TWO_VARIANTS), ErrorCode.PROVIDER_ERROR)
                assert [entry["status"] for entry in await assert_consistent(api, other.id)] == ["failed"]
        finally:
            api.replicate.start()
        # It is asked again to stop what nobody wants.
        assert (await until_settled(api, alice.client, job))["status"] == "canceled"
        await assert_given_back(api, alice, "canceled")

    @pytest.mark.parametrize("listing", SPOILT_ANSWERS, ids=lambda fault: str(fault.get("status", fault["kind"])))
    @pytest.mark.parametrize("performed", [True, False], ids=["made", "not made"])
    async def test_H3_what_may_have_been_made_is_not_given_back_before_that_is_sure(
        self, api: ApiProcess, alice: ApiUser, performed: bool, listing: dict[str, Any]
    ) -> None:
        api.replicate.fault(on="delivery", kind="lose", times=1000)
        succeed_at_once(api.replicate)
        api.replicate.fault(on="api", kind="http", status=500, performed=performed)
        # The list that would tell is spoilt too, however often it is read again.
        api.replicate.fault(on="api", operation="list", times=1000, **listing)
        job = await accepted(alice, **TWO_VARIANTS, seed=own_seed())
        make_stale(api, job)
        await reconcile(api)
        assert (await alice.client.get(f"/generations/{job}")).json()["data"]["status"] == "queued"
        assert await credits_used(alice) == 2
        assert_refused(await submit(alice.client, **ONE_VARIANT), ErrorCode.GENERATION_IN_FLIGHT)
        api.replicate.clear_faults()
        generation = await until_settled(api, alice.client, job)
        assert generation["status"] == ("succeeded" if performed else "failed")
        assert await credits_used(alice) == (2 if performed else 0)
        await assert_consistent(api, alice.id)

    async def test_H3_a_create_that_was_cut_off_and_made_nothing_is_given_back_after_the_grace(
        self, api: ApiProcess, alice: ApiUser
    ) -> None:
        api.replicate.fault(on="api", kind="cut")
        job = await accepted(alice, **TWO_VARIANTS, seed=own_seed())
        make_stale(api, job)
        await reconcile(api)
        # It may still be on its way.
        assert await credits_used(alice) == 2
        assert (await until_settled(api, alice.client, job))["status"] == "failed"
        await assert_given_back(api, alice)


class TestRun:
    @pytest.mark.parametrize(
        ("kind", "code"),
        [
            ("fail", "provider_failed"),
            ("nsfw", "safety_blocked"),
            ("e005", "safety_blocked"),
            ("abort", "timed_out"),
        ],
    )
    async def test_H3_a_run_that_fails_says_why_and_costs_nothing(
        self, api: ApiProcess, alice: ApiUser, kind: str, code: str
    ) -> None:
        api.replicate.fault(on="run", kind=kind, error="<b>CUDA</b> https://internal.example/?token=x")
        generation = await until_ended(alice.client, await accepted(alice, **ONE_VARIANT))
        assert (generation["status"], generation["error"]["code"]) == ("failed", code)
        assert "CUDA" not in generation["error"]["message"]
        retry = await alice.client.post(f"/generations/{generation['id']}/retry", headers={"Idempotency-Key": "again"})
        if code == "safety_blocked":
            assert_refused(retry, ErrorCode.GENERATION_NOT_RETRYABLE)
        else:
            # The first is history; this is the second.
            assert (await until_ended(alice.client, retry.raise_for_status().json()["data"]["id"]))[
                "status"
            ] == "succeeded"
        jobs = await assert_consistent(api, alice.id)
        assert jobs[0]["status"] == "failed"

    @pytest.mark.parametrize(
        "output",
        [
            None,
            [],
            "",
            {},
            7,
            [None],
            [[]],
            [["https://replicate.delivery/a.png"]],
            ["http://127.0.0.1:1/a.png"],
            ["https://replicate.delivery.evil.example/a.png"],
            ["https://replicate.delivery@evil.example/a.png"],
            ["https://169.254.169.254/latest/meta-data/"],
            ["data:image/png;base64,iVBORw0KGgo="],
            ["file:///etc/passwd"],
            ["https://replicate.delivery/a.png"] * 500,
        ],
        ids=lambda output: repr(output)[:40],
    )
    async def test_D5_an_output_that_is_none_of_the_providers_pictures_costs_nothing(
        self, api: ApiProcess, alice: ApiUser, output: object
    ) -> None:
        api.replicate.fault(on="run", kind="output", output=output)
        generation = await until_ended(alice.client, await accepted(alice, **ONE_VARIANT))
        assert (generation["status"], generation["error"]["code"]) == ("failed", "provider_failed")
        assert [job["status"] for job in await assert_consistent(api, alice.id)] == ["failed"]
        assert await credits_used(alice) == 0

    async def test_H3_pictures_that_did_not_come_are_given_back(self, api: ApiProcess, alice: ApiUser) -> None:
        succeed_at_once(api.replicate, outputs=1)
        generation = await until_ended(alice.client, await accepted(alice, **TWO_VARIANTS))
        assert (generation["status"], len(generation["render"]["variants"])) == ("succeeded", 1)
        assert await credits_used(alice) == 1
        await assert_consistent(api, alice.id)

    async def test_H3_pictures_that_nobody_asked_for_are_left_out(self, api: ApiProcess, alice: ApiUser) -> None:
        succeed_at_once(api.replicate, outputs=3)
        generation = await until_ended(alice.client, await accepted(alice, **ONE_VARIANT))
        assert (generation["status"], len(generation["render"]["variants"])) == ("succeeded", 1)
        assert await credits_used(alice) == 1
        await assert_consistent(api, alice.id)


class TestFiles:
    @pytest.mark.parametrize("kind", ["expired", "html", "gzip_bomb", "redirect", "huge_dimensions", "endless"])
    async def test_D6_a_file_that_is_no_picture_costs_nothing(self, api: ApiProcess, alice: ApiUser, kind: str) -> None:
        succeed_at_once(api.replicate)
        api.replicate.fault(on="output", kind=kind)
        generation = await until_ended(alice.client, await accepted(alice, **TWO_VARIANTS))
        code = "outputs_expired" if kind == "expired" else "provider_failed"
        assert (generation["status"], generation["error"]["code"]) == ("failed", code)
        await assert_given_back(api, alice)

    @pytest.mark.parametrize("kind", ["error", "wrong_length"])
    async def test_H3_a_file_that_cannot_be_had_now_is_fetched_with_the_next_delivery(
        self, api: ApiProcess, alice: ApiUser, kind: str
    ) -> None:
        succeed_at_once(api.replicate)
        api.replicate.fault(on="output", kind=kind, times=2)
        known = prediction_ids(api.replicate)
        generation = await until_ended(alice.client, await accepted(alice, **TWO_VARIANTS))
        assert generation["status"] == "succeeded"
        (run,) = prediction_ids(api.replicate) - known
        assert await until_delivered(api.replicate, run) == 200
        attempts = [entry for entry in api.replicate.deliveries(run) if entry["event"] == "completed"]
        assert attempts[0]["status_code"] == 503
        await assert_consistent(api, alice.id)

    async def test_H3_outputs_that_expired_before_they_were_fetched_cost_nothing(
        self, api: ApiProcess, alice: ApiUser
    ) -> None:
        job, run = await running_generation(api, alice.client)
        # What the provider tells once its hour is over.
        expired: dict[str, Any] = {"data_removed": True, "input": None, "logs": None}
        assert outcome_of(await deliver(api, job, delivery_body(api, run, "succeeded", **expired))) == "applied"
        generation = await until_ended(alice.client, job)
        assert (generation["status"], generation["error"]["code"]) == ("failed", "outputs_expired")
        await assert_given_back(api, alice)


class TestSilence:
    @pytest.mark.parametrize("fault", SPOILT_ANSWERS, ids=lambda fault: str(fault.get("status", fault["kind"])))
    async def test_H3_a_lost_ending_is_found_by_its_owners_look(
        self, api: ApiProcess, alice: ApiUser, fault: dict[str, Any]
    ) -> None:
        api.replicate.fault(on="delivery", kind="lose", times=1000)
        succeed_at_once(api.replicate)
        known = prediction_ids(api.replicate)
        job = await accepted(alice, **TWO_VARIANTS)
        await until_prediction_ended(api.replicate, await until_new_prediction(api.replicate, known))
        # Once the provider answers nonsense: the look still shows the job as it is, and the next one tries again.
        api.replicate.fault(on="api", operation="get", times=20, **fault)
        make_stale(api, job)
        assert (await alice.client.get(f"/generations/{job}")).json()["data"]["status"] in {"queued", "processing"}
        api.replicate.clear_faults()
        make_stale(api, job)
        assert (await alice.client.get(f"/generations/{job}")).json()["data"]["status"] == "succeeded"
        await assert_consistent(api, alice.id)

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "duplicate"},
            {"kind": "delay", "seconds": 0.5},
            {"kind": "reorder", "event": "start"},
            {"kind": "bad_signature"},
        ],
        ids=lambda fault: fault["kind"],
    )
    async def test_H3_odd_deliveries_end_a_run_once(
        self, api: ApiProcess, alice: ApiUser, fault: dict[str, Any]
    ) -> None:
        succeed_at_once(api.replicate)
        api.replicate.fault(on="delivery", **fault)
        assert (await until_ended(alice.client, await accepted(alice, **TWO_VARIANTS)))["status"] == "succeeded"
        await assert_consistent(api, alice.id)


class TestCancel:
    @pytest.mark.parametrize("fault", SPOILT_ANSWERS, ids=lambda fault: str(fault.get("status", fault["kind"])))
    async def test_H3_a_cancel_that_did_not_reach_the_provider_is_repeated(
        self, api: ApiProcess, alice: ApiUser, fault: dict[str, Any]
    ) -> None:
        job, _ = await running_generation(api, alice.client)
        api.replicate.fault(on="api", operation="cancel", **fault)
        answer = await alice.client.post(f"/generations/{job}/cancel")
        assert (answer.status_code, answer.json()["data"]["cancel_requested"]) == (202, True)
        generation = await until_settled(api, alice.client, job)
        assert (generation["status"], generation["error"]["code"]) == ("canceled", "canceled")
        await assert_given_back(api, alice, "canceled")

    async def test_H3_a_cancel_ends_a_run_and_gives_its_credits_back(self, api: ApiProcess, alice: ApiUser) -> None:
        job, run = await running_generation(api, alice.client)
        assert (await alice.client.post(f"/generations/{job}/cancel")).status_code == 202
        assert (await until_ended(alice.client, job))["status"] == "canceled"
        assert prediction_status(api.replicate, run) == "canceled"
        # Twice is once.
        assert (await alice.client.post(f"/generations/{job}/cancel")).json()["data"]["status"] == "canceled"
        await assert_given_back(api, alice, "canceled")

    async def test_H3_a_cancel_before_the_run_is_attached_stops_it(self, api: ApiProcess, alice: ApiUser) -> None:
        api.replicate.fault(on="run", kind="stall", phase="starting")
        async with (
            paused_at("before GenerationJobRepository.attach", api) as paused,
            paused.api.client(alice.account) as client,
        ):
            call = asyncio.create_task(submit(client, **ONE_VARIANT))
            await paused.wait_until_paused()
            (job,) = (await alice.client.get("/generations")).json()["data"]
            assert (await alice.client.post(f"/generations/{job['id']}/cancel")).json()["data"]["cancel_requested"]
            paused.resume()
            assert (await call).status_code == 202
        assert (await until_ended(alice.client, job["id"]))["status"] == "canceled"
        await assert_given_back(api, alice, "canceled")

    async def test_A7_a_success_after_a_cancel_is_a_picture_that_is_paid(self, api: ApiProcess, alice: ApiUser) -> None:
        job, run = await running_generation(api, alice.client)
        # Too late: the provider had finished when it was asked to stop.
        api.replicate.fault(on="api", operation="cancel", kind="http", status=404)
        assert (await alice.client.post(f"/generations/{job}/cancel")).status_code == 202
        assert await credits_used(alice) == 1
        assert outcome_of(await deliver(api, job, delivery_body(api, run, "succeeded", 1))) == "applied"
        assert (await alice.client.post(f"/generations/{job}/cancel")).json()["data"]["status"] == "succeeded"
        assert await credits_used(alice) == 1
        await assert_consistent(api, alice.id)

    async def test_A7_a_success_after_the_cancellation_is_no_picture(self, api: ApiProcess, alice: ApiUser) -> None:
        job, run = await running_generation(api, alice.client)
        await alice.client.post(f"/generations/{job}/cancel")
        assert (await until_ended(alice.client, job))["status"] == "canceled"
        assert outcome_of(await deliver(api, job, delivery_body(api, run, "succeeded", 1))) == "settled"
        await assert_given_back(api, alice, "canceled")


class TestDeadline:
    async def test_A7_a_success_after_the_deadline_is_a_picture_that_is_paid(
        self, api: ApiProcess, alice: ApiUser
    ) -> None:
        job, run = await running_generation(api, alice.client)
        assert_refused(await submit(alice.client, **ONE_VARIANT), ErrorCode.GENERATION_IN_FLIGHT)
        pass_deadline(api, job)
        # The slot is free, the credit is still held.
        succeed_at_once(api.replicate, outputs=1)
        later = await accepted(alice, **ONE_VARIANT)
        assert (await alice.client.get(f"/generations/{job}")).json()["data"]["status"] == "expired"
        assert (await until_ended(alice.client, later))["status"] == "succeeded"
        assert await credits_used(alice) == 2
        assert outcome_of(await deliver(api, job, delivery_body(api, run, "succeeded", 1))) == "applied"
        assert await credits_used(alice) == 2
        assert [job["status"] for job in await assert_consistent(api, alice.id)] == ["succeeded", "succeeded"]

    @pytest.mark.parametrize("noticed", ["by the owner", "by reconcile"])
    async def test_H3_a_run_that_never_ends_is_stopped_at_its_deadline(
        self, api: ApiProcess, alice: ApiUser, noticed: str
    ) -> None:
        job, run = await running_generation(api, alice.client)
        pass_deadline(api, job)
        make_stale(api, job)
        if noticed == "by the owner":
            await alice.client.get(f"/generations/{job}")
        else:
            await reconcile(api)
        generation = await until_ended(alice.client, job)
        assert (generation["status"], generation["error"]["code"]) == ("failed", "timed_out")
        assert prediction_status(api.replicate, run) == "canceled"
        await assert_given_back(api, alice)

    async def test_H3_a_run_that_the_provider_forgot_ends_at_its_deadline(
        self, api: ApiProcess, alice: ApiUser
    ) -> None:
        job, _ = await running_generation(api, alice.client)
        status = ""
        for _ in range(2):
            api.replicate.fault(on="api", operation="get", kind="http", status=404)
            make_stale(api, job)
            await reconcile(api)
            status = (await alice.client.get(f"/generations/{job}")).json()["data"]["status"]
            if status == "failed":
                break
            assert await credits_used(alice) == 1
            pass_deadline(api, job)
        assert status == "failed"
        await assert_given_back(api, alice)
