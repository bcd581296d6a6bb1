"""What a person is told when an installation step fails."""

import sys
from pathlib import Path

import pytest

from local.cli import steps
from local.cli.steps import StepError, likely_cause, run_step

PLENTY = 10**12


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("npm error code ENOSPC", "disk is full"),
        ("invalid peer certificate: UnknownIssuer", "SSL_CERT_FILE"),
        ("npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "NODE_EXTRA_CA_CERTS"),
        ("failed to lookup address information: Temporary failure in name resolution", "cannot be reached"),
        ("npm error code ENOTFOUND", "cannot be reached"),
        ("E: Failed to fetch chromium.deb  Temporary failure resolving 'deb.debian.org'", "cannot be reached"),
        ("The virtual environment was not created successfully because ensurepip is not available.", "python3-venv"),
        ("something else", "The whole output"),
    ],
)
def test_output_of_an_installer_is_explained(output: str, words: str) -> None:
    assert words in likely_cause(output, PLENTY)


def test_full_disk_is_recognised_even_when_the_installer_could_not_say_so() -> None:
    assert "disk is full" in likely_cause("", 0)


def test_failed_step_shows_its_last_lines_and_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(steps, "LOG", tmp_path / "logs" / "setup.log")
    script = "print('first'); print('npm error ENOTFOUND'); raise SystemExit(3)"
    with pytest.raises(StepError) as failure:
        run_step("Installing something", [sys.executable, "-c", script])
    assert "npm error ENOTFOUND" in str(failure.value)
    assert "Installing something failed. A package registry cannot be reached" in str(failure.value)
    assert capsys.readouterr().err == "  Installing something ... failed\n"


def test_step_that_works_says_so_with_its_time_and_gets_its_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(steps, "LOG", tmp_path / "setup.log")
    run_step("Greeting", [sys.executable, "-c", "import os; print(os.environ['WORD'])"], environment={"WORD": "hello"})
    assert (tmp_path / "setup.log").read_text() == "hello\n"
    assert capsys.readouterr().err.endswith(" s\n")


def test_missing_program_is_a_failed_step_not_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "LOG", tmp_path / "setup.log")
    with pytest.raises(StepError, match="No such file"):
        run_step("Installing something", [tmp_path / "absent"])
