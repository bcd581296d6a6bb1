"""What a person reads about a generation: why it made nothing, and how long it still takes."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest

from libs.repositories.generation_jobs import JobRow
from libs.repositories.storage import Storage
from libs.services.generation.views import ReasonView, generation_views, time_left

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def job(**changes: Any) -> JobRow:
    """A job that has run for four of its ten seconds."""
    started = NOW - timedelta(seconds=4)
    nothing: dict[str, Any] = {field.name: None for field in msgspec.structs.fields(JobRow)}
    usual: dict[str, Any] = {
        "id": UUID(int=1),
        "status": "processing",
        "preset_id": "first-ideas",
        "prompt": "A lighthouse",
        "settings": {},
        "variants": 1,
        "seed": 7,
        "credits": 1,
        "expected_seconds": 10.0,
        "progress": 0,
        "ready": 0,
        "created_at": started,
        "heard_at": started,
        "deadline_at": started + timedelta(minutes=15),
    }
    return JobRow(**{**nothing, **usual, **changes})


class NoFiles:
    """No job of these tests has a picture."""

    async def signed_urls(self, paths: list[str]) -> dict[str, str]:
        assert paths == []
        return {}


async def reason(**changes: Any) -> ReasonView:
    (view,) = await generation_views([job(**changes)], cast("Storage", NoFiles()), NOW)
    assert view.error is not None
    return view.error


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("input_not_found", "The picture to start from was deleted."),
        ("storage_unavailable", "We could not hand over your photo."),
        ("preset_unavailable", "This preset is no longer offered."),
        ("validation_failed", "This preset has other settings now."),
        ("not_started", "This run did not start."),
        ("a code of tomorrow", "This run did not start."),
        ("provider_error", "The image provider failed."),
        ("provider_failed", "The image provider failed."),
        ("safety_blocked", "Blocked by the provider's safety check."),
        ("outputs_expired", "The pictures expired before we could save them."),
        ("timed_out", "This run took too long and was stopped."),
    ],
)
async def test_each_failure_says_what_failed_and_that_the_credits_are_back(code: str, words: str) -> None:
    error = await reason(status="failed", error_code=code)
    assert error.code == code
    assert error.message.startswith(f"{words} Your credits are back.")


async def test_an_expired_run_does_not_say_that_its_credits_are_back() -> None:
    error = await reason(status="expired", error_code="timed_out")
    assert error.message.endswith("Your credits come back when the provider confirms it.")


async def test_a_canceled_run_was_canceled_whatever_the_provider_said() -> None:
    error = await reason(status="canceled", error_code="provider_error")
    assert error == ReasonView("canceled", "Canceled. Your credits are back.")


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({}, (6, False)),
        # The provider's percentage and the preset's history count the same, once there is more than noise of it.
        ({"progress": 9}, (6, False)),
        ({"progress": 50}, (5, False)),
        ({"progress": 99}, (3, False)),
        # Nobody waits for less than a second, and what takes half as long again says so.
        ({"expected_seconds": 3.0}, (1, False)),
        ({"expected_seconds": 2.0}, (None, True)),
        ({"status": "expired"}, (None, False)),
        ({"status": "succeeded"}, (None, False)),
    ],
)
def test_the_time_left_is_told_by_history_and_progress(changes: dict[str, Any], left: tuple[int | None, bool]) -> None:
    assert time_left(job(**changes), NOW) == left
