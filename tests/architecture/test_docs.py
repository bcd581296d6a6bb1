"""What documents and comments point at exists: files, links, decisions."""

import re
from pathlib import Path
from typing import Final

import pytest

from local.cli.steps import ROOT

DOCUMENTS: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob(".github/*.md")])
CODE: Final = {".py", ".sql", ".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".toml", ".yml", ".yaml", ".sh"}
FOLDERS: Final = ("api", "libs", "local", "supabase", "tests", "web/src", "web/public", ".github", ".ci")

# A path of ours in code style, or the target of a relative link.
PATH: Final = re.compile(
    r"`((?:api|libs|local|supabase|web|tests|docs|\.github|\.ci)/[\w./-]*)`|\]\((?!https?:|#)([\w./-]+)(?:#[\w-]+)?\)"
)
URL: Final = re.compile(r"https?://\S+")
DOCUMENT: Final = re.compile(r"(?<![\w./*-])[\w.][\w./-]*\.md\b")
DECISION: Final = re.compile(r"[Dd]ecisions? (\d+)(?:(?: and | to |, )(\d+))*")
# Made by a build.
BUILT: Final = {"web/dist", "web/dist/"}

TITLE: Final = re.compile(r"^## (\d+)\. (.+)$", re.MULTILINE)
PARTS: Final = ["Context", "Decision", "Cost", "Alternatives", "Test"]
MAX_LINES: Final = 20


def missing_paths(text: str, folder: Path) -> list[str]:
    """The paths and relative links of a document in `folder` that lead nowhere."""
    named = {ROOT / ours if ours else folder / link: ours or link for ours, link in PATH.findall(text)}
    return sorted(name for path, name in named.items() if name not in BUILT and not path.exists())


def missing_documents(text: str, folder: Path) -> list[str]:
    """The documents that a text names, with or without their folder, and that are nowhere."""
    named = set(DOCUMENT.findall(URL.sub("", text)))
    return sorted(name for name in named if not any((place / name).exists() for place in (ROOT, ROOT / "docs", folder)))


def missing_decisions(text: str, known: set[int]) -> list[int]:
    """The numbers of decisions that a text cites and that are not there."""
    return sorted({int(number) for cited in DECISION.findall(text) for number in cited if number} - known)


def _texts() -> dict[Path, str]:
    files = [*DOCUMENTS, *(path for path in ROOT.iterdir() if path.suffix in CODE or path.name == "Dockerfile")]
    for folder in FOLDERS:
        found = (path for path in (ROOT / folder).rglob("*") if path.suffix in CODE)
        files += [path for path in found if "node_modules" not in path.parts]
    return {path: path.read_text() for path in files if path != Path(__file__)}


def _decisions() -> dict[int, str]:
    text = (ROOT / "docs/decisions.md").read_text()
    starts = list(TITLE.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return {int(start[1]): text[start.start() : end] for start, end in zip(starts, ends, strict=True)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_and_link_of_a_document_exists(document: Path) -> None:
    assert not missing_paths(document.read_text(), document.parent)


def test_every_document_and_decision_that_is_cited_exists() -> None:
    texts, known = _texts(), set(_decisions())
    assert len(texts) > 500
    assert {
        str(path.relative_to(ROOT)): wrong
        for path, text in texts.items()
        if (wrong := [*missing_documents(text, path.parent), *missing_decisions(text, known)])
    } == {}


def test_each_decision_is_short_and_has_the_same_parts() -> None:
    decisions = _decisions()
    assert list(decisions) == list(range(1, len(decisions) + 1))
    for number, text in decisions.items():
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == PARTS, number
        assert len(text.strip().splitlines()) <= MAX_LINES, number


def test_each_fault_is_found() -> None:
    docs = ROOT / "docs"
    assert missing_paths("`api/app.py`, [deploy](deploy.md#x), [there](https://x/y), `./maquette up`", docs) == []
    assert missing_paths("`api/gone.py`, [gone](gone.md)", docs) == ["api/gone.py", "gone.md"]
    assert (
        missing_documents("(deploy.md, 5), docs/deploy.md, https://x.y/docs/far.md, glob('*.md')", ROOT / "api") == []
    )
    assert missing_documents("# see gone.md, docs/gone.md", ROOT / "api") == ["docs/gone.md", "gone.md"]
    assert missing_decisions("decision 1, decisions 21 to 99", {1, 21}) == [99]
