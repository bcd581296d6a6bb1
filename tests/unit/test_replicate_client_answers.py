"""What is read of Replicate's responses: predictions, and text for logs."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.services.external.replicate_client import Prediction
from libs.services.generation.progress import progress_of
from libs.text import loggable


def prediction(**values: Any) -> Prediction:
    usual: dict[str, Any] = {"id": "p1", "status": "processing"}
    return Prediction(**{**usual, **values})


def test_a_real_body_is_read_whatever_else_it_holds() -> None:
    body = b"""{"id": "ctdwaehfz1rm80cmd5nsjd8114", "model": "black-forest-labs/flux-schnell", "version": "hidden",
        "input": {"num_outputs": 1, "prompt": "x"}, "logs": "",
        "output": ["https://replicate.delivery/xezq/a/out-0.jpg"],
        "data_removed": false, "error": null, "status": "succeeded", "created_at": "2025-01-15T10:03:39.896Z",
        "started_at": "2025-01-15T10:03:40.584470194Z", "urls": {"get": "https://x"},
        "metrics": {"predict_time": 0.5}}"""
    read = msgspec.json.decode(body, type=Prediction)
    assert (read.status, read.is_terminal, read.output) == (
        "succeeded",
        True,
        ["https://replicate.delivery/xezq/a/out-0.jpg"],
    )


def test_what_was_removed_after_an_hour_is_still_a_prediction() -> None:
    body = b'{"id": "p1", "status": "succeeded", "input": null, "output": null, "logs": null, "data_removed": true}'
    read = msgspec.json.decode(body, type=Prediction)
    assert read.data_removed
    assert progress_of(read) == (0, 0)


@pytest.mark.parametrize(
    ("status", "terminal"),
    [
        ("starting", False),
        ("processing", False),
        ("succeeded", True),
        ("failed", True),
        ("canceled", True),
        ("aborted", True),
        ("a-new-status", False),
    ],
)
def test_only_an_ending_is_terminal(status: str, terminal: bool) -> None:
    assert prediction(status=status).is_terminal is terminal


def test_J1_logged_text_holds_no_address_and_no_line_break() -> None:
    text = (
        'Bad image https://x.supabase.co/sign/inputs/a.jpg?token=eyJhbGci and data:image/png;base64,AAAA\n{"level":"x"}'
    )
    assert loggable(text) == 'Bad image <address> and <address> {"level":"x"}'
    assert loggable("\x1b[31mred\x00\u0085") == " [31mred "
    assert len(loggable("x" * 100_000)) == 300


@given(st.text())
def test_J1_logged_text_is_one_bounded_printable_line(text: str) -> None:
    line = loggable(text)
    assert len(line) <= 300
    assert not any(char < " " or "\x7f" <= char <= "\xa0" for char in line)
