"""The shell part of `./maquette`, and the pin of the one package it installs by itself."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def test_machine_without_python_is_told_what_to_install(tmp_path: Path) -> None:
    checkout, programs = tmp_path / "checkout", tmp_path / "bin"
    checkout.mkdir()
    programs.mkdir()
    shutil.copy(ROOT / "maquette", checkout)
    for name in ("sh", "dirname", "cmp"):
        program = shutil.which(name)
        assert program
        (programs / name).symlink_to(program)
    (programs / "python3").write_text("#!/bin/sh\nexit 1\n")  # too old
    (programs / "python3").chmod(0o755)
    done = subprocess.run(
        [checkout / "maquette", "up"], env={"PATH": str(programs)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        "maquette: Python 3.11 or newer is needed and none was found. Install it, or set MAQUETTE_PYTHON to its path.\n"
    )


# The system's own, without our packages: what runs before the installation must not import one.
SYSTEM_PYTHON = Path(sys.base_prefix) / "bin" / "python3"


def newcomers_checkout(folder: Path, venv: str) -> Path:
    """What runs before anything is installed, and no more. `venv` is the code of this Python's `-m venv`."""
    for name in (
        "maquette",
        "uv.lock",
        "local/__init__.py",
        "local/machine.py",
        "local/cli/__init__.py",
        "local/cli/bootstrap.py",
        "local/cli/steps.py",
        "local/cli/uv.txt",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "venv.py").write_text(venv)
    return folder


# A virtual environment whose pip finds no network.
OFFLINE = """
import pathlib
python = pathlib.Path(".venv/bin/python")
python.parent.mkdir(parents=True)
python.write_text("#!/bin/sh\\necho Temporary failure in name resolution\\nexit 1\\n")
python.chmod(0o755)
"""


@pytest.mark.parametrize(
    ("venv", "sentence"),
    [
        (
            "raise SystemExit('The virtual environment was not created because ensurepip is not available.')",
            "Making .venv failed. This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install",
        ),
        ("raise OSError(28, 'No space left on device')", "Making .venv failed. The disk is full. Free some space"),
        (OFFLINE, "Installing uv failed. A package registry cannot be reached. Check the network and proxy settings"),
    ],
    ids=["python3-venv", "disk", "network"],
)
def test_newcomer_whose_machine_lacks_something_is_told_what_to_do(tmp_path: Path, venv: str, sentence: str) -> None:
    done = subprocess.run(
        [newcomers_checkout(tmp_path, venv) / "maquette", "up"],
        env={"PATH": "/usr/bin:/bin", "MAQUETTE_PYTHON": str(SYSTEM_PYTHON)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(sentence)


def test_ctrl_c_during_the_installation_is_no_traceback(tmp_path: Path) -> None:
    with subprocess.Popen(
        [newcomers_checkout(tmp_path, "import time; time.sleep(60)") / "maquette", "up"],
        env={"PATH": "/usr/bin:/bin", "MAQUETTE_PYTHON": str(SYSTEM_PYTHON)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Where the tests run in the background, they and what they start ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr is not None
        assert process.stderr.read(len("  Making .venv ...")) == "  Making .venv ..."
        os.killpg(process.pid, signal.SIGINT)
        assert process.stderr.read().strip() == "Interrupted. The same command goes on from here."
    assert process.returncode != 0


@pytest.mark.parametrize("group", ["dev", "local"])
def test_tests_need_the_development_packages_and_up_does_not(tmp_path: Path, group: str) -> None:
    """The launcher hands over at once when what the command needs is installed."""
    installed(tmp_path, group, says="ran $*")
    assert output(tmp_path, "up") == "ran -m local.cli up\n"
    assert output(tmp_path, "test") == ("ran -m local.cli test\n" if group == "dev" else "")


def test_bytecode_is_kept_where_the_environment_forbids_it(tmp_path: Path) -> None:
    installed(tmp_path, "dev", says="${PYTHONDONTWRITEBYTECODE-kept}")
    assert output(tmp_path, "up", PYTHONDONTWRITEBYTECODE="1") == "kept\n"


def installed(folder: Path, group: str, says: str) -> None:
    """A checkout in which a group of packages is installed, with a Python that speaks a line of shell."""
    shutil.copy(ROOT / "maquette", folder)
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\necho "{says}"\n')
    python.chmod(0o755)
    (folder / "uv.lock").write_text("lock")
    (folder / ".venv" / f"maquette-{group}.lock").write_text("lock")


def output(folder: Path, command: str, **variables: str) -> str:
    environment = {"PATH": "/usr/bin:/bin", "MAQUETTE_PYTHON": str(folder / "absent"), **variables}
    return subprocess.run(
        [folder / "maquette", command], env=environment, capture_output=True, text=True, check=False
    ).stdout


def test_J2_uv_is_installed_by_the_hashes_of_the_lock_file() -> None:
    requirement = (ROOT / "local" / "cli" / "uv.txt").read_text()
    locked = next(
        package for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"] if package["name"] == "uv"
    )
    pinned = re.search(r"^uv==(\S+)", requirement, re.MULTILINE)
    assert pinned
    assert pinned[1] == locked["version"]
    hashes = {file["hash"] for file in [locked["sdist"], *locked["wheels"]]}
    assert set(re.findall(r"--hash=(\S+)", requirement)) == hashes
