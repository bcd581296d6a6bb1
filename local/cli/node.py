"""The Node parts of the project, installed and built when their sources changed, by the Node of the nodejs wheel."""

import os
import shutil
from hashlib import sha256
from pathlib import Path

from local.cli.steps import ROOT, StepError, run_step
from local.postgres.programs import MAJOR, PostgresError, folder_of, link_libraries
from local.supabase.gateway import node

GATEWAY = ROOT / "local" / "supabase"
SUPABASE_CLI = ROOT / "tests" / "support" / "supabase_cli"
WEB = ROOT / "web"
# The build depends on these.
WEB_SOURCES = (
    "src",
    "public",
    "build",
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "tsconfig.json",
)


def npm(*arguments: str) -> list[str | Path]:
    """A command line of npm. The wheel's own `npm` script does not find its library, so npm's entry file is called."""
    binary = node()
    return [binary, binary.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", *arguments]


def environment() -> dict[str, str]:
    """For npm: its scripts use the same Node, and it sends no reports and asks no questions."""
    return {
        "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "NPM_CONFIG_FUND": "false",
        "NPM_CONFIG_AUDIT": "false",
    }


def install_gateway() -> None:
    """Install the packages of the Supabase gateway if its lock file changed. Raises StepError."""
    _install("Installing the Supabase gateway", GATEWAY)


def install_postgres(major: int = MAJOR) -> None:
    """Install the programs of a major version of Postgres if its lock file changed. Raises StepError."""
    try:
        _install(f"Installing Postgres {major}", folder_of(major))
        link_libraries(major)
    except PostgresError as error:
        raise StepError(f"{error}.") from error


def install_stack() -> None:
    """Install and build whatever a running stack takes from npm. Raises StepError."""
    install_gateway()
    install_postgres()
    build_web()


def install_supabase_cli() -> None:
    """Install the official CLI, which a test runs, if its lock file changed. Raises StepError."""
    _install("Installing the Supabase CLI", SUPABASE_CLI)


def install_web() -> None:
    """Install the packages of the web app if its lock file changed. Raises StepError."""
    _install("Installing web packages", WEB)


def build_web() -> None:
    """Build the web app if one of its sources changed. Raises StepError."""
    install_web()
    stamp = WEB / "node_modules" / ".maquette-built"
    digest = _digest(WEB_SOURCES)
    if (WEB / "dist" / "index.html").exists() and stamp.exists() and stamp.read_text() == digest:
        return
    # Without the type check of `npm run build`: that is a stage of `test`, and `up` works without it.
    run_step("Building the web app", npm("exec", "--no", "--", "vite", "build"), cwd=WEB, environment=environment())
    stamp.write_text(digest)


def _install(title: str, folder: Path) -> None:
    lock, stamp = folder / "package-lock.json", folder / "node_modules" / ".maquette-lock.json"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    # No install scripts: installing a package must not run its code.
    run_step(title, npm("ci", "--ignore-scripts"), cwd=folder, environment=environment())
    shutil.copyfile(lock, stamp)


def _digest(names: tuple[str, ...]) -> str:
    digest = sha256()
    for name in names:
        top = WEB / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                content = path.read_bytes()
                digest.update(f"{path.relative_to(WEB)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
