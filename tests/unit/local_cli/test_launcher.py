"""The shell part of `./maquette`, and the pin of the one package it installs by itself."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def test_machine_without_python_is_told_what_to_install(tmp_path) -> None:
    checkout, programs = tmp_path / "checkout", tmp_path / "bin"
    checkout.mkdir()
    programs.mkdir()
    shutil.copy(ROOT / "maquette", checkout)
    for name in ("sh", "dirname", "cmp"):
        (programs / name).symlink_to(shutil.which(name))
    (programs / "python3").write_text("#!/bin/sh\nexit 1\n")  # too old
    (programs / "python3").chmod(0o755)
    done = subprocess.run(
        [checkout / "maquette", "up"], env={"PATH": str(programs)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == (
        "maquette: Python 3.11 or newer is needed and none was found. Install it, or set MAQUETTE_PYTHON to its path.\n"
    )


@pytest.mark.parametrize("group", ["dev", "local"])
def test_tests_need_the_development_packages_and_up_does_not(tmp_path, group: str) -> None:
    """The launcher hands over at once when what the command needs is installed."""
    shutil.copy(ROOT / "maquette", tmp_path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "ran $*"\n')
    python.chmod(0o755)
    (tmp_path / "uv.lock").write_text("lock")
    (tmp_path / ".venv" / f"maquette-{group}.lock").write_text("lock")

    def output(command: str) -> str:
        environment = {"PATH": "/usr/bin:/bin", "MAQUETTE_PYTHON": str(tmp_path / "absent")}
        return subprocess.run(
            [tmp_path / "maquette", command], env=environment, capture_output=True, text=True, check=False
        ).stdout

    assert output("up") == "ran -m local.cli up\n"
    assert output("test") == ("ran -m local.cli test\n" if group == "dev" else "")


def test_J2_uv_is_installed_by_the_hashes_of_the_lock_file() -> None:
    requirement = (ROOT / "local" / "cli" / "uv.txt").read_text()
    locked = next(
        package for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"] if package["name"] == "uv"
    )
    assert re.search(r"^uv==(\S+)", requirement, re.MULTILINE)[1] == locked["version"]
    hashes = {file["hash"] for file in [locked["sdist"], *locked["wheels"]]}
    assert set(re.findall(r"--hash=(\S+)", requirement)) == hashes
