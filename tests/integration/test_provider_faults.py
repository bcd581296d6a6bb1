"""H3: the provider is down, slow, refuses, fails or talks nonsense; people learn of it and pay for pictures only."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from libs.errors import ErrorCode
from tests.support.checks.invariants import assert_sound
from tests.support.clients.api_client import Person, refused, signed_in
from tests.support.clock import fall_silent, pass_deadline, reconcile, settled
from tests.support.factories import Draft, add_renders
from tests.support.predictions import (
    ONE,
    TWO,
    deliver,
    delivered,
    ended_run,
    new_run,
    outcome_of,
    prediction,
    run_ids,
    stalled,
    succeed_at_once,
    told,
)
from tests.support.processes.api import Product, ended, submit
from tests.support.processes.paused_api import held_at

SPOILT_ANSWERS: list[dict[str, Any]] = [
    {"kind": "http", "status": 500},
    {"kind": "http", "status": 429, "retry_after": 0},
    {"kind": "http", "status": 404},
    {"kind": "garbage"},
    {"kind": "cut"},
]


@pytest.fixture
async def person(product: Product) -> AsyncIterator[Person]:
    async with signed_in(product, "patient") as somebody:
        yield somebody


@pytest.fixture(autouse=True)
def no_fault_left(product: Product) -> Iterator[None]:
    yield
    product.replicate.clear_faults()


async def accepted(person: Person, **changes: Any) -> str:
    """The id of a submit that was accepted."""
    answer = await submit(person.api, **changes)
    assert answer.status_code == 202, answer.text
    return answer.json()["data"]["id"]


async def credits_used(person: Person) -> int:
    return (await person.api.get("/usage")).raise_for_status().json()["data"]["used"]


async def assert_given_back(product: Product, person: Person, status: str = "failed") -> None:
    """The only job ended without a picture or a cost, and the next one works."""
    assert [job["status"] for job in await assert_sound(product, person.user.id)] == [status]
    assert await credits_used(person) == 0
    succeed_at_once(product.replicate, pictures=1)
    assert (await ended(person.api, await accepted(person, **ONE)))["status"] == "succeeded"


class TestCreate:
    @pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422, 429])
    async def test_H3_a_refusal_is_told_and_costs_nothing(self, product: Product, person: Person, status: int) -> None:
        known = run_ids(product.replicate)
        product.replicate.fault(on="api", kind="http", status=status, retry_after=9)
        answer = await submit(person.api, **TWO)
        details = refused(answer, ErrorCode.PROVIDER_ERROR)
        assert answer.headers.get("retry-after") == ("9" if status == 429 else None)
        (job,) = (await person.api.get("/generations")).raise_for_status().json()["data"]
        assert (job["id"], job["status"], job["error"]["code"]) == (details["job_id"], "failed", "provider_error")
        assert run_ids(product.replicate) == known
        await assert_given_back(product, person)

    @pytest.mark.parametrize("fault", [{"kind": "http", "status": 500}, {"kind": "garbage"}], ids=["500", "garbage"])
    async def test_H3_a_failure_that_made_nothing_is_told_and_costs_nothing(
        self, product: Product, person: Person, fault: dict[str, Any]
    ) -> None:
        product.replicate.fault(on="api", **fault)
        # A seed of its own: runs of others that were asked for the very same could be this one's.
        refused(await submit(person.api, **TWO, seed=secrets.randbelow(2**31)), ErrorCode.PROVIDER_ERROR)
        await assert_given_back(product, person)

    async def test_H3_a_photo_that_cannot_be_handed_over_is_not_the_providers_failure(
        self, product: Product, person: Person
    ) -> None:
        known = run_ids(product.replicate)
        with product.stack.connect() as connection:
            # A variant whose file is not in Storage.
            (render,) = add_renders(connection, person.user.id, [Draft()])
        (variant,) = (await person.api.get(f"/renders/{render}")).raise_for_status().json()["data"]["variants"]
        started_from = {"kind": "variant", "variant_id": variant["id"]}
        refused(await submit(person.api, preset_id="warm-minimal", input=started_from), ErrorCode.INPUT_NOT_FOUND)
        listed = (await person.api.get("/generations")).raise_for_status().json()["data"]
        (job,) = [job for job in listed if job["status"] == "failed"]
        assert job["error"]["code"] == "input_not_found"
        assert job["refunded"]
        assert run_ids(product.replicate) == known
        assert await credits_used(person) == 0

    async def test_H3_a_provider_that_is_down_is_told_and_costs_nothing(self, product: Product, person: Person) -> None:
        job, _ = await stalled(product, person.api)
        product.replicate.stop(kill=True)
        try:
            # Watching and canceling go on without it.
            fall_silent(product, job)
            assert (await person.api.get(f"/generations/{job}")).json()["data"]["status"] in {"queued", "processing"}
            assert (await person.api.post(f"/generations/{job}/cancel")).status_code == 202
            async with signed_in(product, "unlucky") as other:
                refused(await submit(other.api, **TWO), ErrorCode.PROVIDER_ERROR)
                assert [entry["status"] for entry in await assert_sound(product, other.user.id)] == ["failed"]
        finally:
            product.replicate.start()
        # It is asked again to stop what nobody wants.
        assert (await settled(product, person.api, job))["status"] == "canceled"
        await assert_given_back(product, person, "canceled")

    @pytest.mark.parametrize("listing", SPOILT_ANSWERS, ids=lambda fault: str(fault.get("status", fault["kind"])))
    @pytest.mark.parametrize("performed", [True, False], ids=["made", "not made"])
    async def test_H3_what_may_have_been_made_is_not_given_back_before_that_is_sure(
        self, product: Product, person: Person, performed: bool, listing: dict[str, Any]
    ) -> None:
        product.replicate.fault(on="delivery", kind="lose", times=1000)
        succeed_at_once(product.replicate)
        product.replicate.fault(on="api", kind="http", status=500, performed=performed)
        # The list that would tell is spoilt too, however often it is read again.
        product.replicate.fault(on="api", operation="list", times=1000, **listing)
        job = await accepted(person, **TWO)
        fall_silent(product, job)
        await reconcile(product)
        assert (await person.api.get(f"/generations/{job}")).json()["data"]["status"] == "queued"
        assert await credits_used(person) == 2
        refused(await submit(person.api, **ONE), ErrorCode.GENERATION_IN_FLIGHT)
        product.replicate.clear_faults()
        generation = await settled(product, person.api, job)
        assert generation["status"] == ("succeeded" if performed else "failed")
        assert await credits_used(person) == (2 if performed else 0)
        await assert_sound(product, person.user.id)

    async def test_H3_a_create_that_was_cut_off_and_made_nothing_is_given_back_after_the_grace(
        self, product: Product, person: Person
    ) -> None:
        product.replicate.fault(on="api", kind="cut")
        job = await accepted(person, **TWO)
        fall_silent(product, job)
        await reconcile(product)
        # It may still be on its way.
        assert await credits_used(person) == 2
        assert (await settled(product, person.api, job))["status"] == "failed"
        await assert_given_back(product, person)


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
        self, product: Product, person: Person, kind: str, code: str
    ) -> None:
        product.replicate.fault(on="run", kind=kind, error="<b>CUDA</b> https://internal.example/?token=x")
        generation = await ended(person.api, await accepted(person, **ONE))
        assert (generation["status"], generation["error"]["code"]) == ("failed", code)
        assert "CUDA" not in generation["error"]["message"]
        retry = await person.api.post(f"/generations/{generation['id']}/retry", headers={"Idempotency-Key": "again"})
        if code == "safety_blocked":
            refused(retry, ErrorCode.GENERATION_NOT_RETRYABLE)
        else:
            # The first is history; this is the second.
            assert (await ended(person.api, retry.raise_for_status().json()["data"]["id"]))["status"] == "succeeded"
        jobs = await assert_sound(product, person.user.id)
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
        self, product: Product, person: Person, output: object
    ) -> None:
        product.replicate.fault(on="run", kind="output", output=output)
        generation = await ended(person.api, await accepted(person, **ONE))
        assert (generation["status"], generation["error"]["code"]) == ("failed", "provider_failed")
        assert [job["status"] for job in await assert_sound(product, person.user.id)] == ["failed"]
        assert await credits_used(person) == 0

    async def test_H3_pictures_that_did_not_come_are_given_back(self, product: Product, person: Person) -> None:
        succeed_at_once(product.replicate, pictures=1)
        generation = await ended(person.api, await accepted(person, **TWO))
        assert (generation["status"], len(generation["render"]["variants"])) == ("succeeded", 1)
        assert await credits_used(person) == 1
        await assert_sound(product, person.user.id)

    async def test_H3_pictures_that_nobody_asked_for_are_left_out(self, product: Product, person: Person) -> None:
        succeed_at_once(product.replicate, pictures=3)
        generation = await ended(person.api, await accepted(person, **ONE))
        assert (generation["status"], len(generation["render"]["variants"])) == ("succeeded", 1)
        assert await credits_used(person) == 1
        await assert_sound(product, person.user.id)


class TestFiles:
    @pytest.mark.parametrize("kind", ["expired", "html", "gzip_bomb", "redirect", "huge_dimensions", "endless"])
    async def test_D6_a_file_that_is_no_picture_costs_nothing(
        self, product: Product, person: Person, kind: str
    ) -> None:
        succeed_at_once(product.replicate)
        product.replicate.fault(on="output", kind=kind)
        generation = await ended(person.api, await accepted(person, **TWO))
        code = "outputs_expired" if kind == "expired" else "provider_failed"
        assert (generation["status"], generation["error"]["code"]) == ("failed", code)
        await assert_given_back(product, person)

    @pytest.mark.parametrize("kind", ["error", "wrong_length"])
    async def test_H3_a_file_that_cannot_be_had_now_is_fetched_with_the_next_delivery(
        self, product: Product, person: Person, kind: str
    ) -> None:
        succeed_at_once(product.replicate)
        product.replicate.fault(on="output", kind=kind, times=2)
        known = run_ids(product.replicate)
        generation = await ended(person.api, await accepted(person, **TWO))
        assert generation["status"] == "succeeded"
        (run,) = run_ids(product.replicate) - known
        assert await delivered(product.replicate, run) == 200
        attempts = [entry for entry in product.replicate.deliveries(run) if entry["event"] == "completed"]
        assert attempts[0]["status_code"] == 503
        await assert_sound(product, person.user.id)

    async def test_H3_outputs_that_expired_before_they_were_fetched_cost_nothing(
        self, product: Product, person: Person
    ) -> None:
        job, run = await stalled(product, person.api)
        # What the provider tells once its hour is over.
        expired = {"data_removed": True, "input": None, "logs": None}
        assert outcome_of(await deliver(product, job, told(product, run, "succeeded", **expired))) == "applied"
        generation = await ended(person.api, job)
        assert (generation["status"], generation["error"]["code"]) == ("failed", "outputs_expired")
        await assert_given_back(product, person)


class TestSilence:
    @pytest.mark.parametrize("fault", SPOILT_ANSWERS, ids=lambda fault: str(fault.get("status", fault["kind"])))
    async def test_H3_a_lost_ending_is_found_by_its_owners_look(
        self, product: Product, person: Person, fault: dict[str, Any]
    ) -> None:
        product.replicate.fault(on="delivery", kind="lose", times=1000)
        succeed_at_once(product.replicate)
        known = run_ids(product.replicate)
        job = await accepted(person, **TWO)
        await ended_run(product.replicate, await new_run(product.replicate, known))
        # Once the provider answers nonsense: the look still shows the job as it is, and the next one tries again.
        product.replicate.fault(on="api", operation="get", times=20, **fault)
        fall_silent(product, job)
        assert (await person.api.get(f"/generations/{job}")).json()["data"]["status"] in {"queued", "processing"}
        product.replicate.clear_faults()
        fall_silent(product, job)
        assert (await person.api.get(f"/generations/{job}")).json()["data"]["status"] == "succeeded"
        await assert_sound(product, person.user.id)

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
        self, product: Product, person: Person, fault: dict[str, Any]
    ) -> None:
        succeed_at_once(product.replicate)
        product.replicate.fault(on="delivery", **fault)
        assert (await ended(person.api, await accepted(person, **TWO)))["status"] == "succeeded"
        await assert_sound(product, person.user.id)


class TestCancel:
    @pytest.mark.parametrize("fault", SPOILT_ANSWERS, ids=lambda fault: str(fault.get("status", fault["kind"])))
    async def test_H3_a_cancel_that_did_not_reach_the_provider_is_repeated(
        self, product: Product, person: Person, fault: dict[str, Any]
    ) -> None:
        job, _ = await stalled(product, person.api)
        product.replicate.fault(on="api", operation="cancel", **fault)
        answer = await person.api.post(f"/generations/{job}/cancel")
        assert (answer.status_code, answer.json()["data"]["cancel_requested"]) == (202, True)
        generation = await settled(product, person.api, job)
        assert (generation["status"], generation["error"]["code"]) == ("canceled", "canceled")
        await assert_given_back(product, person, "canceled")

    async def test_H3_a_cancel_ends_a_run_and_gives_its_credits_back(self, product: Product, person: Person) -> None:
        job, run = await stalled(product, person.api)
        assert (await person.api.post(f"/generations/{job}/cancel")).status_code == 202
        assert (await ended(person.api, job))["status"] == "canceled"
        assert b'"status":"canceled"' in prediction(product.replicate, run)
        # Twice is once.
        assert (await person.api.post(f"/generations/{job}/cancel")).json()["data"]["status"] == "canceled"
        await assert_given_back(product, person, "canceled")

    async def test_H3_a_cancel_before_the_run_is_attached_stops_it(self, product: Product, person: Person) -> None:
        product.replicate.fault(on="run", kind="stall", phase="starting")
        async with (
            held_at("before GenerationJobRepository.attach", product) as held,
            held.product.client(person.user) as client,
        ):
            call = asyncio.create_task(submit(client, **ONE))
            await held.reached()
            (job,) = (await person.api.get("/generations")).json()["data"]
            assert (await person.api.post(f"/generations/{job['id']}/cancel")).json()["data"]["cancel_requested"]
            held.go_on()
            assert (await call).status_code == 202
        assert (await ended(person.api, job["id"]))["status"] == "canceled"
        await assert_given_back(product, person, "canceled")

    async def test_A7_a_success_after_a_cancel_is_a_picture_that_is_paid(
        self, product: Product, person: Person
    ) -> None:
        job, run = await stalled(product, person.api)
        # Too late: the provider had finished when it was asked to stop.
        product.replicate.fault(on="api", operation="cancel", kind="http", status=404)
        assert (await person.api.post(f"/generations/{job}/cancel")).status_code == 202
        assert await credits_used(person) == 1
        assert outcome_of(await deliver(product, job, told(product, run, "succeeded", 1))) == "applied"
        assert (await person.api.post(f"/generations/{job}/cancel")).json()["data"]["status"] == "succeeded"
        assert await credits_used(person) == 1
        await assert_sound(product, person.user.id)

    async def test_A7_a_success_after_the_cancellation_is_no_picture(self, product: Product, person: Person) -> None:
        job, run = await stalled(product, person.api)
        await person.api.post(f"/generations/{job}/cancel")
        assert (await ended(person.api, job))["status"] == "canceled"
        assert outcome_of(await deliver(product, job, told(product, run, "succeeded", 1))) == "settled"
        await assert_given_back(product, person, "canceled")


class TestDeadline:
    async def test_A7_a_success_after_the_deadline_is_a_picture_that_is_paid(
        self, product: Product, person: Person
    ) -> None:
        job, run = await stalled(product, person.api)
        refused(await submit(person.api, **ONE), ErrorCode.GENERATION_IN_FLIGHT)
        pass_deadline(product, job)
        # The slot is free, the credit is still held.
        succeed_at_once(product.replicate, pictures=1)
        later = await accepted(person, **ONE)
        assert (await person.api.get(f"/generations/{job}")).json()["data"]["status"] == "expired"
        assert (await ended(person.api, later))["status"] == "succeeded"
        assert await credits_used(person) == 2
        assert outcome_of(await deliver(product, job, told(product, run, "succeeded", 1))) == "applied"
        assert await credits_used(person) == 2
        assert [job["status"] for job in await assert_sound(product, person.user.id)] == ["succeeded", "succeeded"]

    @pytest.mark.parametrize("noticed", ["by the owner", "by reconcile"])
    async def test_H3_a_run_that_never_ends_is_stopped_at_its_deadline(
        self, product: Product, person: Person, noticed: str
    ) -> None:
        job, run = await stalled(product, person.api)
        pass_deadline(product, job)
        fall_silent(product, job)
        if noticed == "by the owner":
            await person.api.get(f"/generations/{job}")
        else:
            await reconcile(product)
        generation = await ended(person.api, job)
        assert (generation["status"], generation["error"]["code"]) == ("failed", "timed_out")
        assert b'"status":"canceled"' in prediction(product.replicate, run)
        await assert_given_back(product, person)

    async def test_H3_a_run_that_the_provider_forgot_ends_at_its_deadline(
        self, product: Product, person: Person
    ) -> None:
        job, _ = await stalled(product, person.api)
        for _ in range(2):
            product.replicate.fault(on="api", operation="get", kind="http", status=404)
            fall_silent(product, job)
            await reconcile(product)
            status = (await person.api.get(f"/generations/{job}")).json()["data"]["status"]
            if status == "failed":
                break
            assert await credits_used(person) == 1
            pass_deadline(product, job)
        assert status == "failed"
        await assert_given_back(product, person)
