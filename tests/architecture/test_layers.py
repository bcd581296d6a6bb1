"""The import contracts of pyproject.toml hold, and each of them sees what breaks it."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from local.cli.steps import ROOT

# One line that breaks each contract, by the contract's name, and the file that it stands in.
BREAKING = {
    "Calls go one way: api, services, repositories, configuration": (
        "libs/errors.py",
        "from libs.services import paging",
    ),
    "Features import one way: nobody imports operations, external imports no feature": (
        "libs/services/external/replicate_client.py",
        "from libs.services.generation import prompt",
    ),
    "Generation knows of the other features how a render looks, and nothing else": (
        "libs/services/generation/prompt.py",
        "from libs.services.gallery import downloads",
    ),
    "Controllers import services only": ("api/controllers/health.py", "import httpx"),
    "The service role exists inside the webhook handlers only": (
        "api/app.py",
        "from api.controllers.webhooks import service_role",
    ),
    "Services know no HTTP framework and no SDK": ("libs/text.py", "import litestar"),
    "Only adapters know a third party": ("libs/services/media/uploads.py", "import replicate"),
    "Only its adapter knows Stripe": ("libs/services/billing/prices.py", "import stripe"),
    "Only repositories know PostgREST and Storage": ("libs/services/billing/usage.py", "import postgrest"),
    "Only the service role and its repository know the supabase client": (
        "libs/repositories/usage.py",
        "import supabase",
    ),
}


def outcomes(project: Path) -> dict[str, str]:
    """KEPT or BROKEN for each contract of a project, as lint-imports prints them."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", project / "pyproject.toml"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    return dict(re.findall(r"^(.+) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE))


def contracts() -> set[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


def test_import_contracts_hold() -> None:
    assert outcomes(ROOT) == dict.fromkeys(contracts(), "KEPT")


def test_each_import_contract_sees_what_breaks_it(tmp_path: Path) -> None:
    for folder in ("api", "libs", "local"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, line in BREAKING.values():
        path = tmp_path / file
        path.write_text(f"{path.read_text()}\n{line}\n")

    assert BREAKING.keys() == contracts()
    assert outcomes(tmp_path) == dict.fromkeys(BREAKING, "BROKEN")
