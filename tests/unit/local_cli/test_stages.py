"""How test stages are counted: nothing that failed, or ran nothing, may look passed."""

from pathlib import Path

import pytest

from local.cli import coverage_table, stages
from local.cli.stages import Counts, read_junit
from local.cli.steps import StepError


def test_report_of_pytest_is_counted(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"/></testsuites>')
    assert read_junit(report) == Counts(passed=3, failed=2, skipped=2)


def test_report_of_vitest_with_a_suite_per_file_is_summed(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    suites = '<testsuite tests="2" failures="0" errors="0" skipped="1"/><testsuite tests="3" failures="1" errors="0"/>'
    report.write_text(f'<testsuites tests="5" failures="1">{suites}</testsuites>')
    assert read_junit(report) == Counts(passed=3, failed=1, skipped=1)


def _stage(*steps: Counts | StepError):
    def run():
        for step in steps:
            if isinstance(step, StepError):
                raise step
            yield step

    return run


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "REPORTS", tmp_path)


def test_closing_line_sums_all_stages_and_the_exit_code_tells(
    reports: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stages, "STAGES", {"a": _stage(Counts(2), Counts(1, 0, 1)), "b": _stage(Counts(4, 1))})
    assert stages.run([]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "7 passed, 1 failed, 1 skipped"
    assert stages.run(["a"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 0 failed, 1 skipped"


def test_stage_that_cannot_run_counts_as_failed_and_the_next_one_still_runs(
    reports: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stages, "STAGES", {"a": _stage(StepError("no browser")), "b": _stage(Counts(1))})
    assert stages.run([]) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == "1 passed, 1 failed, 0 skipped"
    assert "no browser" in printed.err


def test_unknown_stage_is_refused_by_name(reports: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert stages.run(["unti"]) == 2
    assert "There is no stage unti" in capsys.readouterr().err


def test_folder_without_tests_is_a_failure(reports: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tests" / "empty").mkdir(parents=True)
    monkeypatch.setattr(stages, "ROOT", tmp_path)
    assert stages.run_pytest("empty") == Counts(failed=1)
    (tmp_path / "tests" / "empty" / "test_one.py").write_text("def test_one(): pass\n")
    assert stages.run_pytest("empty") == Counts(passed=1)


@pytest.mark.parametrize(
    ("reached", "code", "last"), [(True, 0, "4 passed, 0 failed"), (False, 1, "3 passed, 1 failed")]
)
def test_coverage_is_judged_when_all_that_it_counts_ran(
    reports: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    reached: bool,
    code: int,
    last: str,
) -> None:
    monkeypatch.setattr(stages, "STAGES", {name: _stage(Counts(1)) for name in sorted(stages.COVERED)})
    monkeypatch.setattr(coverage_table, "DATA", tmp_path / "coverage")
    monkeypatch.setattr(coverage_table, "print_table", lambda: reached)
    assert stages.run([]) == code
    assert capsys.readouterr().out.splitlines()[-1] == f"{last}, 0 skipped"
    assert stages.run(["unit", "security"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 passed, 0 failed, 0 skipped"
