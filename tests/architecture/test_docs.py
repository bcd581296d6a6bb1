"""What the documents point at exists."""

import re
from pathlib import Path

import pytest

from local.cli.steps import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
# A path of ours in code style, or the target of a relative link.
PATH = re.compile(r"`((?:api|libs|local|supabase|web|tests|docs)/[\w./-]*)`|\]\((?!https?:)([\w./-]+)\)")
# Made by a build.
BUILT = {"web/dist", "web/dist/"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_exists(document: Path) -> None:
    text = document.read_text()
    named = {ours or str((document.parent / link).relative_to(ROOT)) for ours, link in PATH.findall(text)}
    missing = sorted(path for path in named - BUILT if not (ROOT / path).exists())
    assert not missing


def test_paths_are_found() -> None:
    found = {ours or link for ours, link in PATH.findall("`api/app.py`, [deploy](docs/deploy.md), `./maquette up`")}
    assert found == {"api/app.py", "docs/deploy.md"}
