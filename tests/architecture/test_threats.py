"""Every threat has its tests, and every test that names a threat names one that is written down."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from local.cli.steps import ROOT

# | id | … | tests | open |
ROW: Final = re.compile(r"^\| ([A-Z]\d+) \|.*\| ([^|]*)\| ([^|]*)\|$", re.MULTILINE)
FILE: Final = re.compile(r"`([^`]+)`")
# `def test_C1_C2_a_forged_token…` carries two ids, `it("I2 …` and `describe("I3: …` one.
PYTHON: Final = re.compile(r"def test_((?:[A-Z]\d+_)+)")
WEB: Final = re.compile(r"\b(?:it|describe)(?:\.\w+)?\(\s*[\"'`]([A-Z]\d+)\b")

Threats = dict[str, tuple[set[str], str]]
Carried = dict[str, set[str]]


def threats(text: str) -> Threats:
    """For each id of the document: the test files that its line names, and what it says is open."""
    return {name: (set(FILE.findall(tests)), is_open.strip()) for name, tests, is_open in ROW.findall(text)}


def carried(sources: Mapping[str, str]) -> Carried:
    """For each id that the name of a test carries: the files of these tests."""
    files: Carried = {}
    for file, text in sources.items():
        names = "".join(PYTHON.findall(text)).split("_") if file.endswith(".py") else WEB.findall(text)
        for name in filter(None, names):
            files.setdefault(name, set()).add(file)
    return files


def disagreements(document: Threats, tests: Carried) -> Iterator[str]:
    """What the document says of tests that is not so, and what tests say that is not in the document."""
    for name, files in tests.items():
        if name not in document:
            yield f"{name}: {sorted(files)} carry an id that docs/threats.md does not know"
    for name, (named, is_open) in document.items():
        there = tests.get(name, set())
        if not named and not is_open:
            yield f"{name}: no test is named, and nothing is said to be open"
        if there and not named:
            yield f"{name}: name its tests: {sorted(there)}"
        if wrong := named - there:
            yield f"{name}: no test of {sorted(wrong)} carries it"


def _sources() -> dict[str, str]:
    here = Path(__file__)
    files = [*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("web/src/**/__tests__/*.test.ts*")]
    return {str(path.relative_to(ROOT)): path.read_text() for path in files if path != here}


def test_document_and_tests_agree() -> None:
    document = threats((ROOT / "docs/threats.md").read_text())
    tests = carried(_sources())
    assert len(document) > 50
    assert len(tests) > 40
    assert not list(disagreements(document, tests))


def test_each_disagreement_is_found() -> None:
    tests = carried({"tests/a.py": "def test_A1_A2_b() -> None:", "web/a.test.ts": 'it("A3 b", () => {})'})
    assert tests == {"A1": {"tests/a.py"}, "A2": {"tests/a.py"}, "A3": {"web/a.test.ts"}}
    document = threats(
        "| A1 | attack | answer | `tests/a.py`, `tests/b.py` | |\n"
        "| A2 | attack | answer | | All of it |\n"
        "| A4 | attack | answer | | |\n"
    )
    assert [line[:2] for line in disagreements(document, tests)] == ["A3", "A1", "A2", "A4"]
