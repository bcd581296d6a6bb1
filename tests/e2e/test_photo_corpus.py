"""Every pair of values of the corpus of photos: they come out as Chromium shows them, or are refused."""

import pytest

from local.cli.browser import ensure_chromium, find_firefox
from tests.support.checks.photo_corpus import API, Verdict, judge
from tests.support.photo_corpus import DAMAGED, pairwise_cases
from tests.support.processes.photo_page import Command, chromium, firefox


@pytest.fixture(scope="module")
def measure() -> Command:
    return chromium(ensure_chromium())


# What the page makes smaller: complete JPEGs that are not for print.
SHRUNK = {case for case in pairwise_cases() if case.format == "JPEG" and case.kind != "print" and case.state != "cut"}


@pytest.fixture(scope="module")
def verdicts(measure: Command) -> list[Verdict]:
    return list(judge(pairwise_cases(), {"Chromium": measure}))


def test_photo_F1_F2_F3_F8_F9_F10_F12_photos_come_out_as_chromium_shows_them(verdicts: list[Verdict]) -> None:
    of_api = [verdict for verdict in verdicts if verdict.way == API]
    assert 250 < len(of_api) <= 300
    assert [verdict for verdict in of_api if not verdict.is_right] == []
    assert sum(verdict.case.state in DAMAGED and verdict.refused is not None for verdict in of_api) > 40


def test_photo_F3_what_the_page_shrinks_looks_as_what_the_api_shrinks(verdicts: list[Verdict]) -> None:
    of_page = [verdict for verdict in verdicts if verdict.way == "Chromium"]
    assert {verdict.case for verdict in of_page} == SHRUNK
    assert [verdict for verdict in of_page if not verdict.is_right] == []


def test_photo_F3_firefox_shrinks_photos_to_the_same_colors_and_orientation(measure: Command) -> None:
    program = find_firefox()
    if program is None:
        pytest.skip("Firefox is not installed, and this user cannot install Debian's")
    cases = [case for case in pairwise_cases() if case.format == "JPEG" or case.state == "cut"]
    verdicts = judge(cases, {"Chromium": measure, "Firefox": firefox(program)})
    of_page = [verdict for verdict in verdicts if verdict.way == "Firefox"]
    assert {verdict.case for verdict in of_page} == SHRUNK
    assert [verdict for verdict in of_page if not verdict.is_right] == []
