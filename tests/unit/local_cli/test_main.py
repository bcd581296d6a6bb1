"""What a person reads when a command cannot do its work: a sentence, never a traceback."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.cli import __main__ as command_line
from local.cli.state import StackError, State
from local.cli.steps import ROOT, StepError
from local.database.sources import SourceError
from local.machine import DISK_FULL
from local.secrets import SecretsError


def refused(name: str, path: str | None = None) -> OSError:
    number: int = getattr(errno, name)
    return OSError(number, os.strerror(number), path)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StackError("Port 8000 is used."), "Port 8000 is used."),
        (StepError("Installing failed."), "Installing failed."),
        (SecretsError("secrets.json cannot be read."), "secrets.json cannot be read."),
        (SourceError("0001.sql has no name."), "0001.sql has no name."),
        (refused("ENOSPC", "/state/up.lock"), DISK_FULL),
        (
            refused("EACCES", "/state/logs"),
            "/state/logs: Permission denied. Run the command as the user whom this folder belongs to.",
        ),
        (
            refused("EROFS", "/state"),
            "/state: Read-only file system. Move the checkout, or MAQUETTE_STATE, to where this user may write.",
        ),
        (refused("EMFILE"), "[Errno 24] Too many open files. Close other programs and run the same command again."),
        (FileNotFoundError("A wheel is gone. Delete .venv"), "A wheel is gone. Delete .venv."),
    ],
)
def test_error_that_a_person_can_mend_is_a_sentence(
    error: Exception, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(_: State) -> None:
        raise error

    monkeypatch.setattr(command_line, "current_state", lambda: forget(State(Path())))
    monkeypatch.setattr(sys, "argv", ["maquette", "reset", "--yes"])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == sentence


@pytest.mark.parametrize("command", ["up", "reset"])
def test_folder_that_cannot_be_made_is_named(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "-m", "local.cli", command],
        cwd=ROOT,
        env={**os.environ, "MAQUETTE_STATE": str(tmp_path / "file" / "state")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, f"{tmp_path}/file/state: Not a directory.\n")
