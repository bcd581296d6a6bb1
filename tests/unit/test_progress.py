"""Progress and failures as a prediction's log, output and error tell them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.services.external.replicate_client import Prediction
from libs.services.generation.progress import failure_code, progress_of


def prediction(**values: Any) -> Prediction:
    usual: dict[str, Any] = {"id": "p1", "status": "processing"}
    return Prediction(**{**usual, **values})


def bars(*percents: int) -> str:
    return "Using seed: 7\n" + "\n".join(
        f"{percent:3d}%|███       | 3/10 [00:01<00:02, 3.1it/s]" for percent in percents
    )


@pytest.mark.parametrize(
    ("outputs", "logs", "output", "expected"),
    [
        (1, None, None, (0, 0)),
        (1, "Using seed: 100%", None, (0, 0)),
        (1, bars(0, 10, 45), None, (45, 0)),
        (1, bars(0, 50, 100), None, (99, 0)),
        (1, bars(0, 50, 100), "https://x/0.webp", (99, 1)),
        (4, bars(50), None, (12, 0)),
        (4, bars(0, 100), None, (25, 0)),
        (4, bars(0, 100, 0, 50), ["https://x/0.webp"], (37, 1)),
        (4, bars(0, 100, 0, 100, 0, 20), ["https://x/0.webp", "https://x/1.webp"], (55, 2)),
        (4, bars(0, 5), ["https://x/0.webp"] * 3, (75, 3)),
        (2, bars(0), ["https://x/0.webp"] * 9, (99, 2)),
        ("four", bars(30), None, (30, 0)),
        (1, "9999%| 250%|", None, (99, 0)),
    ],
)
def test_progress_is_read_from_the_bars_of_all_pictures(
    outputs: int | str, logs: str | None, output: str | list[str] | None, expected: tuple[int, int]
) -> None:
    assert progress_of(prediction(input={"num_outputs": outputs}, logs=logs, output=output)) == expected


@given(st.text(alphabet="0123456789%| \nab", max_size=300), st.integers(1, 4))
def test_progress_is_a_percentage_whatever_the_log_says(logs: str, outputs: int) -> None:
    percent, ready = progress_of(prediction(input={"num_outputs": outputs}, logs=logs))
    assert 0 <= percent <= 99
    assert ready == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("NSFW content detected. Try running it again, or try a different prompt.", "safety_blocked"),
        ("All generated images contained NSFW content. Try running it again.", "safety_blocked"),
        ("The input or output was flagged as sensitive. Please try again. (E005)", "safety_blocked"),
        ("Request failed: e005", "safety_blocked"),
        ("CUDA out of memory", "provider_failed"),
        ("Error E0051", "provider_failed"),
        ("", "provider_failed"),
        (None, "provider_failed"),
    ],
)
def test_a_safety_refusal_is_told_from_a_failure(error: str | None, code: str) -> None:
    assert failure_code(error) == code
