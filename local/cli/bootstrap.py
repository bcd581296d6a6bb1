"""Make `.venv` and install the locked packages into it.

Run by the launcher with the system's Python, before anything is installed: standard library only.
"""

import shutil
import sys
from pathlib import Path

from local.cli.steps import ROOT, StepError, run_step
from local.machine import explained

VENV = ROOT / ".venv"
LOCK = ROOT / "uv.lock"


def stamp(group: str) -> Path:
    """The copy of the lock file that says what `group` was installed from; the launcher compares it."""
    return VENV / f"maquette-{group}.lock"


def install(command: str | None) -> None:
    """Install what `command` needs: the development packages for `test`, or when they were there before."""
    if not (VENV / "bin" / "python").exists() or not (VENV / "bin" / "uv").exists():
        run_step("Making .venv", [sys.executable, "-m", "venv", "--clear", VENV])
        # Only the pinned wheels, by their hashes in the lock file; nothing is built.
        pip = [VENV / "bin" / "python", "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:"]
        run_step("Installing uv", [*pip, "-r", ROOT / "local" / "cli" / "uv.txt"])
    group = "dev" if command == "test" or stamp("dev").exists() else "local"
    stamp(group).write_bytes(b"")  # so that a failed step does not count as installed
    run_step(
        "Installing Python packages",
        # Wheels only: building a source package would run its code.
        [VENV / "bin" / "uv", "sync", "--frozen", "--no-build", "--no-default-groups", "--group", group],
        environment={"UV_PROJECT_ENVIRONMENT": str(VENV), "UV_PYTHON": str(VENV / "bin" / "python")},
    )
    shutil.copyfile(LOCK, stamp(group))
    if group == "dev":
        stamp("local").unlink(missing_ok=True)


def main() -> None:
    """Install. Errors that a person can correct are printed as a sentence, without a traceback."""
    try:
        install(sys.argv[1] if len(sys.argv) > 1 else None)
    except StepError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(explained(error))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. The same command goes on from here.")


if __name__ == "__main__":
    main()
