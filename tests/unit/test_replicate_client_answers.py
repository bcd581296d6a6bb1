"""What the provider's words mean: predictions, progress, failures and text for logs."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.app_config.runtime import PRESETS
from libs.services.external.replicate_client import (
    Prediction,
    failure_code,
    is_run_of,
    loggable,
    model_input,
    progress_of,
)

WEBHOOK = "https://maquette.example/api/v1/webhooks/replicate?job=1"
PRESET = PRESETS[0]


def prediction(**values: object) -> Prediction:
    return Prediction(**{"id": "p1", "status": "processing", **values})


def bars(*percents: int) -> str:
    return "Using seed: 7\n" + "\n".join(
        f"{percent:3d}%|███       | 3/10 [00:01<00:02, 3.1it/s]" for percent in percents
    )


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
def test_progress_is_read_from_the_bars_of_all_pictures(outputs, logs, output, expected) -> None:
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


class TestIsRunOf:
    values = model_input(PRESET, {}, "A room", 2, 7, "https://x/inputs/alice/signed?token=1")

    def test_the_webhook_decides_where_the_provider_tells_it(self) -> None:
        own = prediction(webhook=WEBHOOK, input={})
        foreign = prediction(webhook=WEBHOOK + "2", input=self.values)
        assert is_run_of(own, PRESET, self.values, WEBHOOK)
        assert not is_run_of(foreign, PRESET, self.values, WEBHOOK)

    def test_else_the_input_does_but_for_the_signature_of_the_photo(self) -> None:
        sent = {**self.values, "image": "https://x/inputs/alice/signed?token=2"}
        assert is_run_of(prediction(input=sent), PRESET, self.values, WEBHOOK)
        assert is_run_of(prediction(input=sent), PRESET, {**self.values, "image": "inputs/alice/signed"}, WEBHOOK)

    @pytest.mark.parametrize(
        "change",
        [
            {"seed": 8},
            {"prompt": "B"},
            {"num_outputs": 1},
            {"prompt_strength": 0.5},
            {"image": "https://x/inputs/bob/signed?token=1"},
            {"image": None},
        ],
    )
    def test_another_input_is_another_run(self, change: dict[str, object]) -> None:
        sent = {**self.values, **change}
        assert not is_run_of(prediction(input=sent), PRESET, self.values, WEBHOOK)

    def test_removed_input_matches_nothing(self) -> None:
        assert not is_run_of(prediction(input=None), PRESET, self.values, WEBHOOK)
