"""J2: what is installed is what was locked, and what listens is heard on this machine only."""

import json
import tomllib
from pathlib import Path

import psutil
import pytest

from tests.support.clients import http_client
from tests.support.processes.api import ApiProcess

ROOT = Path(__file__).parents[2]


def test_J2_every_python_package_is_locked_by_hash() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    bought = [package for package in lock["package"] if "registry" in package["source"]]
    assert len(bought) > 50
    for package in bought:
        files = package.get("wheels", []) + ([package["sdist"]] if "sdist" in package else [])
        assert files, package["name"]
        assert all(file["hash"].startswith("sha256:") for file in files), package["name"]


def test_J2_every_npm_package_is_locked_by_hash_and_runs_nothing() -> None:
    folders = ("web", "local/*", "local/*/*", "tests/support/*")
    locks = {
        path: json.loads(path.read_text())["packages"]
        for folder in folders
        for path in ROOT.glob(f"{folder}/package-lock.json")
    }
    assert len(locks) > 5
    bought = {
        (path, name): entry
        for path, packages in locks.items()
        for name, entry in packages.items()
        if name and not entry.get("link")
    }
    assert len(bought) > 100
    assert all(entry.get("integrity", "").startswith("sha") for entry in bought.values())
    # `npm ci` of the launcher installs exactly this, and lets nothing run.
    assert 'npm("ci", "--ignore-scripts")' in (ROOT / "local/cli/node.py").read_text()


def test_J2_the_image_installs_what_was_locked() -> None:
    runs = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("RUN")]
    assert [run for run in runs if any(tool in run for tool in ("npm", "npx", "pip", "uv", "apt", "curl"))] == [
        "RUN npm ci",
        "RUN npm run build",
        "RUN pip install --no-cache-dir --require-hashes -r uv.txt",
        "RUN uv sync --frozen --no-build --no-default-groups",
    ]


def test_F3_the_image_has_bytecode_for_what_it_runs() -> None:
    """Its user can write none: each image worker would compile its modules anew, 0.3 s of a core per picture."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = [line.split()[-1] for line in lines if line in {"COPY api api", "COPY libs libs"}]
    compiled = lines.index(f"RUN .venv/bin/python -m compileall -q {' '.join(copied)}")
    assert lines.index("ENV UV_COMPILE_BYTECODE=1") < lines.index("RUN uv sync --frozen --no-build --no-default-groups")
    assert compiled < lines.index("USER maquette")


def test_J2_everything_listens_on_loopback(api: ApiProcess) -> None:
    assert api.process
    assert api.replicate.process
    listening: list[str] = []
    for pid in (api.process.pid, api.replicate.process.pid, api.supabase.process_id):
        for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
            listening += [at.laddr.ip for at in process.net_connections("tcp") if at.status == psutil.CONN_LISTEN]
    assert len(listening) >= 3
    assert set(listening) == {"127.0.0.1"}


@pytest.mark.parametrize("path", ["/_local/faults", "/_local/clock", "/_local/deliveries", "/api/v1/_local/faults"])
def test_J2_the_api_has_no_controls_of_the_stand_ins(api: ApiProcess, path: str) -> None:
    assert http_client.post(f"{api.url}{path}").status_code in {404, 405}
    # What is no address of the API is a page of the web app, or nothing.
    assert "json" not in http_client.get(f"{api.url}{path}").headers["content-type"] or path.startswith("/api/")
    token = http_client.get(f"{api.replicate.base_url}/_local/faults", headers=api.replicate.headers)
    assert token.is_success, "the control itself is there, in the stand-in"
