"""The lines of the coverage table."""

import os
import subprocess
from pathlib import Path

import pytest

from local.cli import coverage_table
from local.cli.coverage_table import Summary, packages


def test_files_are_summed_by_package_and_lines_count_like_branches() -> None:
    found = packages(
        {
            "api/app.py": Summary(num_statements=6, covered_lines=6, num_branches=2, covered_branches=1),
            "libs/services/__init__.py": Summary(),
            "libs/services/media/uploads.py": Summary(num_statements=5, covered_lines=5),
            "libs/services/media/imaging/photos.py": Summary(num_statements=3, covered_lines=1),
        }
    )
    assert {name: summary.percent for name, summary in found.items()} == {"api": 87.5, "libs/services/media": 75.0}


def test_a_run_that_measured_nothing_reaches_no_floor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[tool.coverage.run]\ndata_file = "{tmp_path / "none"}"\n')
    monkeypatch.setattr(coverage_table, "ROOT", tmp_path)
    assert not coverage_table.print_table()
    assert "No data" in capsys.readouterr().out


@pytest.mark.parametrize(("floor", "reached"), [(66, True), (67, False)])
def test_the_floor_is_compared_with_the_total(
    floor: int, reached: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two lines of three ran, in a process that coverage.py measured as it does those of the stages."""
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "one.py").write_text("import sys\ndef never():\n    pass\n")
    settings = f'[tool.coverage.run]\nsource = ["part"]\n[tool.coverage.report]\nfail_under = {floor}\n'
    (tmp_path / "pyproject.toml").write_text(settings)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(coverage_table, "ROOT", tmp_path)
    monkeypatch.setattr(coverage_table, "DATA", tmp_path)
    # Without the settings of a run that measures this one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    subprocess.run([*coverage_table.MEASURED, "--parallel-mode", "part/one.py"], env=environment, check=True)
    assert coverage_table.print_table() is reached
    printed = capsys.readouterr().out.splitlines()
    assert printed[2].split() == ["part", "3", "0", "66.7"]
    assert printed[3].split() == ["total", "3", "0", "66.7"]
    assert ("The floor" in printed[-1]) is not reached
