"""The import contracts of pyproject.toml hold, and each of them sees what breaks it."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from local.cli.steps import ROOT

# Imports that each contract must refuse, by the contract's name: who imports, and what.
BREAKING = {
    "Calls go one way: api, services, repositories, configuration": [
        ("libs.errors", "libs.services.paging"),
        ("libs.repositories.usage", "libs.services.billing.usage"),
    ],
    "Features use media and external, never each other": [
        ("libs.services.publishing.community", "libs.services.gallery.renders"),
        ("libs.services.account.account", "libs.services.billing.sync"),
        ("libs.services.generation.prompt", "libs.services.gallery.downloads"),
        ("libs.services.gallery.views", "libs.services.generation.views"),
        ("libs.services.media.uploads", "libs.services.generation.prompt"),
        ("libs.services.external.replicate_client", "libs.services.generation.model_input"),
        ("libs.services.gallery.renders", "libs.services.operations.purge"),
    ],
    "Controllers import services only": [("api.controllers.health", "httpx")],
    "The service role exists inside the webhook handlers only": [
        ("api.app", "api.controllers.webhooks.service_role"),
    ],
    "Services know no HTTP framework and no SDK": [("libs.text", "litestar")],
    "Only its client knows Replicate's SDK": [("libs.services.external.output_fetcher", "replicate")],
    "Only its clients know Stripe's SDK": [("libs.services.billing.prices", "stripe")],
    "Only repositories know PostgREST and Storage": [("libs.services.billing.usage", "postgrest")],
    "Only the service role and its repository know the supabase client": [("libs.repositories.usage", "supabase")],
}


def lint_imports(project: Path) -> str:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", project / "pyproject.toml"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True).stdout


def outcomes(report: str) -> dict[str, str]:
    """KEPT or BROKEN by contract."""
    return dict(re.findall(r"^(.+) (KEPT|BROKEN)\b", report, re.MULTILINE))


def contracts() -> set[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


def test_import_contracts_hold() -> None:
    assert outcomes(lint_imports(ROOT)) == dict.fromkeys(contracts(), "KEPT")


def test_each_import_contract_sees_what_breaks_it(tmp_path: Path) -> None:
    for folder in ("api", "libs", "local"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    arrows = [arrow for broken in BREAKING.values() for arrow in broken]
    for importer, imported in arrows:
        path = tmp_path / f"{importer.replace('.', '/')}.py"
        path.write_text(f"{path.read_text()}\nimport {imported}\n")

    report = lint_imports(tmp_path)

    assert BREAKING.keys() == contracts()
    assert outcomes(report) == dict.fromkeys(BREAKING, "BROKEN")
    missed = [arrow for arrow in arrows if not re.search(r"{} ->\s+{} \(l".format(*map(re.escape, arrow)), report)]
    assert not missed
