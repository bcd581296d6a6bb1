"""`./maquette test`: runs the checks and tests in stages and prints a table at the end."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from local.cli import coverage_table
from local.cli.browser import ensure_chromium, ensure_firefox
from local.cli.client import require_current_client
from local.cli.node import WEB, build_web, environment, install_stack, install_supabase_cli, install_web, npm
from local.cli.steps import ROOT, STATE, StepError, overlay

REPORTS = STATE / "reports"

# One more than there are cores: tests wait for about a third of their time.
WORKERS = min(4, (os.cpu_count() or 1) + 1)
# Each worker has a stack of its own; all tests of a file run in one worker, so that its fixtures are made once.
IN_PARALLEL = (f"--numprocesses={WORKERS}", "--dist=loadfile")

# Each of these keeps one core busy, so two run at a time; the output of a command is printed when it ends.
SIDE_BY_SIDE = ("lint", "web", "types", "architecture", "unit")
_is_beside_another: ContextVar[bool] = ContextVar("_is_beside_another", default=False)

# What these run of api/ and libs/ is counted together, so only when all of them run.
COVERED = frozenset({"unit", "integration", "security"})
_is_measured: ContextVar[bool] = ContextVar("_is_measured", default=False)


class Counts(NamedTuple):
    """Tests of one step. A check without tests of its own, such as the linter, counts as one."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0


PASSED, FAILED = Counts(passed=1), Counts(failed=1)


class Outcome(NamedTuple):
    """One stage, run to its end."""

    stage: str
    counts: Counts
    seconds: float


def run(names: Sequence[str]) -> int:
    """Run the named stages, or all, each to its end even if another failed. Returns the exit code."""
    wanted = names or list(STAGES)
    unknown = [name for name in wanted if name not in STAGES]
    if unknown:
        print(f"There is no stage {', '.join(unknown)}. The stages are: {', '.join(STAGES)}.", file=sys.stderr)
        return 2
    REPORTS.mkdir(parents=True, exist_ok=True)
    measured = COVERED.issubset(wanted)
    if measured:
        coverage_table.forget()
    run_stage = partial(_run_stage, measured=measured)
    beside = [name for name in SIDE_BY_SIDE if name in wanted]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(partial(run_stage, beside_another=len(beside) > 1), beside))
    done += [run_stage(name) for name in STAGES if name in wanted and name not in beside]
    outcomes = sorted(done, key=lambda outcome: list(STAGES).index(outcome.stage))
    _print_stages(outcomes)
    counts = [outcome.counts for outcome in outcomes]
    if measured:
        counts.append(PASSED if coverage_table.print_table() else FAILED)
    total = _total(counts)
    print(f"\n{total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return 1 if total.failed else 0


def _run_stage(name: str, *, measured: bool, beside_another: bool = False) -> Outcome:
    _is_measured.set(measured and name in COVERED)
    _is_beside_another.set(beside_another)
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    steps: list[Counts] = []
    try:
        steps.extend(STAGES[name]())
    except StepError as error:
        print(error, file=sys.stderr)
        steps.append(FAILED)
    return Outcome(name, _total(steps), time.monotonic() - started)


def _lint() -> Iterator[Counts]:
    yield _check([sys.executable, "-m", "ruff", "check"])
    yield _check([sys.executable, "-m", "ruff", "format", "--check"])


def _types() -> Iterator[Counts]:
    yield _check([sys.executable, "-m", "basedpyright"])


def _architecture() -> Iterator[Counts]:
    yield run_pytest("architecture")


def _unit() -> Iterator[Counts]:
    yield run_pytest("unit")


def _web() -> Iterator[Counts]:
    install_web()
    for script in ("typecheck", "lint"):
        yield _check(npm("run", script), cwd=WEB, variables=environment())
    yield _vitest()
    require_current_client()
    yield PASSED
    build_web()
    yield PASSED


def _integration() -> Iterator[Counts]:
    install_stack()
    install_supabase_cli()
    # In the order of their names: xdist's order, by number of tests, would run test_outages.py last and alone.
    yield run_pytest("integration", (*IN_PARALLEL, "--no-loadscope-reorder"))


def _security() -> Iterator[Counts]:
    install_stack()
    yield run_pytest("security", IN_PARALLEL)


def _e2e() -> Iterator[Counts]:
    chromium = ensure_chromium()
    ensure_firefox()
    install_stack()
    yield run_pytest("e2e", IN_PARALLEL, {"CHROMIUM_PATH": chromium})


STAGES: Mapping[str, Callable[[], Iterator[Counts]]] = {
    "lint": _lint,
    "types": _types,
    "architecture": _architecture,
    "unit": _unit,
    "web": _web,
    "integration": _integration,
    "security": _security,
    "e2e": _e2e,
}


def _check(
    command: Sequence[str | Path], *, cwd: Path | None = None, variables: Mapping[str, str] | None = None
) -> Counts:
    return PASSED if _run(command, cwd=cwd, variables=variables) == 0 else FAILED


def run_pytest(folder: str, options: Sequence[str] = (), variables: Mapping[str, str] | None = None) -> Counts:
    """Run the tests of one folder, its usual output included."""
    report = REPORTS / f"{folder}.xml"
    python = coverage_table.MEASURED if _is_measured.get() else (sys.executable,)
    command = [*python, "-m", "pytest", f"tests/{folder}", f"--junit-xml={report}", *options]
    return _with_report(report, lambda: _run(command, variables=variables))


def _vitest() -> Counts:
    report = REPORTS / "web.xml"
    command = npm("run", "test", "--", "--reporter=default", "--reporter=junit", f"--outputFile.junit={report}")
    return _with_report(report, lambda: _run(command, cwd=WEB, variables=environment()))


def _with_report(report: Path, run_tests: Callable[[], int]) -> Counts:
    report.unlink(missing_ok=True)
    code = run_tests()
    counts = read_junit(report) if report.exists() else Counts()
    # A runner that crashed or found no test has failed, whatever it counted.
    return counts if code == 0 or counts.failed else _total([counts, FAILED])


def read_junit(report: Path) -> Counts:
    """Sum the test suites of a JUnit report."""
    suites = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314, written by our own test run

    def total(*names: str) -> int:
        return sum(int(suite.get(name, 0)) for suite in suites for name in names)

    failed, skipped = total("failures", "errors"), total("skipped")
    return Counts(total("tests") - failed - skipped, failed, skipped)


def _run(command: Sequence[str | Path], *, cwd: Path | None = None, variables: Mapping[str, str] | None = None) -> int:
    collected = subprocess.PIPE if _is_beside_another.get() else None
    done = subprocess.run(
        command,
        cwd=cwd or ROOT,
        env=overlay(variables or {}),
        stdin=subprocess.DEVNULL,
        stdout=collected,
        stderr=collected and subprocess.STDOUT,
        check=False,
    )
    if collected:
        sys.stdout.buffer.write(done.stdout)
        sys.stdout.flush()
    return done.returncode


def _total(steps: Sequence[Counts]) -> Counts:
    return Counts(*map(sum, zip(*steps, strict=True))) if steps else Counts()


def _print_stages(outcomes: Sequence[Outcome]) -> None:
    print(f"\n{'stage':<14}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>10}")
    for stage, counts, seconds in outcomes:
        print(f"{stage:<14}{counts.passed:>8}{counts.failed:>8}{counts.skipped:>9}{seconds:>10.1f}")
