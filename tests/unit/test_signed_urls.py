"""Signed URLs are given again while they are good, and not longer."""

import time

import pytest

from libs.repositories.signed_urls import SignedUrls


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the code sees, in its one entry."""
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_url_is_given_again_until_its_time_is_over(clock: list[float]) -> None:
    urls = SignedUrls(seconds=60, entries=10)
    urls.add({"renders/a": "first", "renders/b": "other"})
    clock[0] += 59
    assert urls.find(["renders/a", "renders/c"]) == {"renders/a": "first"}
    urls.add({"renders/a": "second"})
    clock[0] += 2
    assert urls.find(["renders/a", "renders/b"]) == {"renders/a": "second"}


def test_the_oldest_go_when_there_are_too_many() -> None:
    urls = SignedUrls(seconds=60, entries=2)
    urls.add({"renders/a": "a", "renders/b": "b"})
    urls.add({"renders/a": "again"})
    urls.add({"renders/c": "c"})
    assert urls.find(["renders/a", "renders/b", "renders/c"]) == {"renders/a": "again", "renders/c": "c"}


def test_a_forgotten_url_is_not_given_again() -> None:
    urls = SignedUrls(seconds=60, entries=2)
    urls.add({"renders/a": "a"})
    urls.forget("renders/a")
    assert urls.find(["renders/a"]) == {}
