"""What GitHub and newcomers read beside the code is complete and agrees with it."""

import json
import re
import tomllib
from typing import Final

from local.cli.steps import ROOT

USES: Final = re.compile(r"uses: *(\S+)(.*)")
PINNED: Final = re.compile(r"[\w./-]+@[0-9a-f]{40}")
VERSION: Final = re.compile(r" # v\d+\.\d+\.\d+")
MAX_LINES_FOR_AGENTS: Final = 100


def unpinned(workflow: str) -> list[str]:
    """The actions that are not pinned by a full commit with its version beside it."""
    return [
        action
        for action, comment in USES.findall(workflow)
        if not PINNED.fullmatch(action) or not VERSION.fullmatch(comment)
    ]


def test_actions_are_pinned() -> None:
    workflows = [path.read_text() for path in (ROOT / ".github/workflows").iterdir()]
    assert sum(len(USES.findall(workflow)) for workflow in workflows) >= 2
    assert not [action for workflow in workflows for action in unpinned(workflow)]
    commit = "0123456789" * 4
    assert unpinned(f"uses: actions/checkout@{commit} # v6.0.2") == []
    assert len(unpinned(f"uses: a/b@v6\nuses: a/b@{commit}\nuses: a/b@{commit} # main")) == 3


def test_the_workflow_runs_what_a_developer_runs() -> None:
    assert "run: .ci/run" in (ROOT / ".github/workflows/test.yml").read_text()
    assert "./maquette test" in (ROOT / ".ci/run").read_text()


def test_every_lock_file_is_kept_current() -> None:
    named = set(re.findall(r"^ +- (/\S+)$", (ROOT / ".github/dependabot.yml").read_text(), re.MULTILINE))
    folders = [path.parent for path in ROOT.rglob("package-lock.json") if not {"node_modules", ".venv"} & {*path.parts}]
    assert len(folders) > 2
    assert named == {f"/{folder.relative_to(ROOT)}" for folder in folders if ".maquette" not in folder.parts}


def test_one_version_stands_everywhere() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert json.loads((ROOT / "web/package.json").read_text())["version"] == version
    first = re.search(r"^## \[(\d[^]]*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert first
    assert first[1] == version


def test_the_guide_for_agents_is_short() -> None:
    assert len((ROOT / "AGENTS.md").read_text().splitlines()) <= MAX_LINES_FOR_AGENTS
