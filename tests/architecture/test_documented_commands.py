"""Every command that the documents show exists, with its options: nobody copies a line that ends in an error."""

import json
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from local.cli.__main__ import app
from local.cli.stages import STAGES
from local.cli.steps import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob(".github/*.md")])
INLINE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
OURS = ("./maquette", "python", "npm", "pytest", "prek")
OPTION = re.compile(r"--[a-z][a-z-]*")


def commands(text: str) -> list[list[str]]:
    """The words of each command of ours, without what the shell does with their output."""
    lines = INLINE.findall(text) + [line for block in BLOCK.findall(text) for line in block.splitlines()]
    parts = [re.split(r" [>|#] ", part)[0].strip() for line in lines for part in line.split(" && ")]
    return [shlex.split(part) for part in parts if part.split(" ")[0] in OURS]


def shown() -> dict[str, list[str]]:
    return {" ".join(words): words for document in DOCUMENTS for words in commands(document.read_text())}


@pytest.mark.parametrize("words", shown().values(), ids=" ".join)
def test_the_command_exists(words: list[str]) -> None:
    kind, *arguments = words
    match kind:
        case "./maquette":
            check_maquette(arguments)
        case "python":
            check_module(arguments)
        case "npm":
            check_npm(arguments)
        case "pytest":
            found = run("-m", "pytest", "--collect-only", "-q", *arguments)
            assert found.returncode == 0, found.stdout
        case _:
            assert Path(sys.executable).with_name(kind).exists()


def check_maquette(arguments: list[str]) -> None:
    """The command line understands it: it parses everything before it prints its help."""
    answer = CliRunner().invoke(app, [*arguments, "--help"])
    assert answer.exit_code == 0, answer.output
    if arguments[:1] == ["test"]:
        assert set(arguments[1:]) <= set(STAGES)


def check_module(arguments: list[str]) -> None:
    """The module can be run, and its help knows the options: not run itself, since some serve for ever."""
    option, module, *others = arguments
    assert option == "-m"
    found = find_spec(module)
    assert found, f"there is no module {module}"
    if found.submodule_search_locations:
        assert find_spec(f"{module}.__main__"), f"{module} is no program"
    if options := [word for word in others if word.startswith("--")]:
        told = run("-m", module, "--help")
        assert set(options) <= set(OPTION.findall(told.stdout)), told.stdout + told.stderr


@pytest.mark.parametrize("bench", sorted({words[2] for words in shown().values() if "tests.bench" in " ".join(words)}))
def test_a_bench_starts(bench: str) -> None:
    told = run("-m", bench, "--help")
    assert told.returncode == 0, told.stderr
    assert "usage:" in told.stdout


def check_npm(arguments: list[str]) -> None:
    if arguments[0] == "run":
        assert arguments[1] in json.loads((ROOT / "web" / "package.json").read_text())["scripts"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_commands_are_found() -> None:
    text = "`./maquette db review --url …`, `uv sync`\n```sh\n./maquette up   # serves\n```\n```sql\nselect;\n```"
    assert commands(text) == [["./maquette", "db", "review", "--url", "…"], ["./maquette", "up"]]
    assert len(shown()) > 10


@pytest.mark.parametrize(
    "words",
    [
        ["./maquette", "upp"],
        ["./maquette", "db", "review", "--adress", "x"],
        ["./maquette", "test", "unti"],
        ["python", "-m", "tests.bench.nothing"],
        ["python", "-m", "api.reconcile", "--never"],
        ["npm", "run", "nothing"],
    ],
    ids=" ".join,
)
def test_a_command_that_does_not_exist_fails(words: list[str]) -> None:
    with pytest.raises(AssertionError):
        test_the_command_exists(words)
