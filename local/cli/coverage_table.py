"""How much of api/ and libs/ the tests run, a line for each package, from what coverage.py wrote while they ran."""

import shutil
import sys
import warnings
from collections import defaultdict
from pathlib import PurePosixPath

import msgspec

from local.cli.steps import ROOT, STATE

DATA = STATE / "coverage"
# What runs Python under measurement, in place of `python`; its settings are in pyproject.toml.
MEASURED = (sys.executable, "-m", "coverage", "run")
# libs/services/<feature> is a package of its own; what lies deeper counts there.
DEPTH = 3


class Summary(msgspec.Struct):
    """Lines and branches of one file or more, named as in coverage's JSON."""

    num_statements: int = 0
    covered_lines: int = 0
    num_branches: int = 0
    covered_branches: int = 0

    @property
    def percent(self) -> float:
        """Lines and branches together, as coverage.py counts; 100 where there are none."""
        whole = self.num_statements + self.num_branches
        return 100 * (self.covered_lines + self.covered_branches) / whole if whole else 100.0

    def add(self, other: "Summary") -> None:
        """Count another file in."""
        self.num_statements += other.num_statements
        self.covered_lines += other.covered_lines
        self.num_branches += other.num_branches
        self.covered_branches += other.covered_branches


class _File(msgspec.Struct):
    summary: Summary


class _Report(msgspec.Struct):
    files: dict[str, _File]
    totals: Summary


def forget() -> None:
    """Remove what an earlier run measured."""
    shutil.rmtree(DATA, ignore_errors=True)


def print_table() -> bool:
    """Combine what all processes wrote and print it. Answers whether the total reaches the floor (`fail_under`)."""
    # A development package, where the rest of the command line does without.
    from coverage import Coverage
    from coverage.exceptions import CoverageException, CoverageWarning

    measured = Coverage(config_file=str(ROOT / "pyproject.toml"))
    try:
        with warnings.catch_warnings():
            # A process that was killed while it wrote leaves half a file.
            warnings.simplefilter("ignore", CoverageWarning)
            measured.combine()
        measured.json_report(outfile=str(DATA / "report.json"))
    except CoverageException as error:
        print(f"Nothing could be said of what the tests cover: {error}")
        return False
    report = msgspec.json.decode((DATA / "report.json").read_bytes(), type=_Report)
    print(f"\n{'covered':<30}{'lines':>8}{'branches':>10}{'percent':>9}")
    for name, summary in packages({path: file.summary for path, file in report.files.items()}).items():
        _print_line(name, summary)
    _print_line("total", report.totals)
    floor = float(str(measured.get_option("report:fail_under")))
    if report.totals.percent < floor:
        print(f"The floor is {floor:g} % (fail_under in pyproject.toml).")
        return False
    return True


def packages(files: dict[str, Summary]) -> dict[str, Summary]:
    """The sums of the packages that hold code, by name. `files` are named from the root of the repository."""
    sums: defaultdict[str, Summary] = defaultdict(Summary)
    for path, summary in files.items():
        if summary.num_statements:
            sums["/".join(PurePosixPath(path).parent.parts[:DEPTH])].add(summary)
    return dict(sorted(sums.items()))


def _print_line(name: str, summary: Summary) -> None:
    print(f"{name:<30}{summary.num_statements:>8}{summary.num_branches:>10}{summary.percent:>9.1f}")
