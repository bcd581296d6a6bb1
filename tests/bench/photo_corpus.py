"""The colors, orientation and damage of every photo of the corpus, by API and through the page of each browser.

    python -m tests.bench.photo_corpus [--pairs]

Prints the largest error of a channel (of 255) to what Chromium shows, for each format and way of stating colors, and
how many damaged files were refused. The whole corpus takes minutes; `--pairs` takes the files of the test suite. Exits
with 1 when one is not right. Firefox takes part where it is installed.
"""

import argparse
import sys
from collections import defaultdict

from local.cli.browser import ensure_chromium, find_firefox
from tests.support.checks.photo_corpus import API, Verdict, judge
from tests.support.photo_corpus import DAMAGED, every_case, pairwise_cases
from tests.support.processes.photo_page import chromium, firefox


def main() -> None:
    """Judge, print the table, exit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", action="store_true", help="every pair of values only")
    cases = pairwise_cases() if parser.parse_args().pairs else list(every_case())
    browsers = {"Chromium": chromium(ensure_chromium())}
    if program := find_firefox():
        browsers["Firefox"] = firefox(program)
    verdicts = list(judge(cases, browsers))
    print_table(verdicts, (API, *browsers))
    wrong = [verdict for verdict in verdicts if not verdict.is_right]
    for verdict in wrong:
        print(verdict, file=sys.stderr)
    print(f"{len(cases)} files, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


def print_table(verdicts: list[Verdict], ways: tuple[str, ...]) -> None:
    """A line for each format and way of stating colors, or kind of damage. "-": the page sends the file as it is."""
    groups: dict[tuple[str, str], dict[str, list[Verdict]]] = defaultdict(lambda: defaultdict(list))
    for verdict in verdicts:
        case = verdict.case
        topic = case.state if case.state in DAMAGED else case.color
        groups[case.format, topic][verdict.way].append(verdict)
    print(f"{'format':<8}{'colors or damage':<20}{'files':>6}" + "".join(f"{way:>20}" for way in ways))
    for (image_format, topic), by_way in groups.items():
        cells = "".join(f"{_cell(topic, by_way[way]):>20}" for way in ways)
        print(f"{image_format:<8}{topic:<20}{len(by_way[API]):>6}{cells}")


def _cell(topic: str, verdicts: list[Verdict]) -> str:
    if not verdicts:
        return "-"
    if topic in DAMAGED:
        return f"{sum(verdict.refused is not None for verdict in verdicts)} of {len(verdicts)} refused"
    return str(max((verdict.error for verdict in verdicts if verdict.error is not None), default="?"))


if __name__ == "__main__":
    main()
