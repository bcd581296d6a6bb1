"""Shadow databases: what migrations make of an empty project, on a Postgres of the version that the target has."""

import secrets
import socket
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psycopg

from local.database.catalogue import Catalogue, read_catalogue
from local.database.sources import SqlFile
from local.machine import HOST
from local.postgres.programs import MAJOR
from local.postgres.server import Postgres
from local.supabase.gateway import FOLDER as GATEWAY

_PLATFORM = (Path(__file__).with_name("platform.sql"), GATEWAY / "platform.sql")


class ShadowError(Exception):
    """A file cannot be applied to an empty project; the message names it."""


class Shadow(msgspec.Struct, frozen=True):
    """A server whose new databases are empty projects. `url` is its superuser's, without a database."""

    url: str

    @contextmanager
    def project(self) -> Generator[psycopg.Connection]:
        """An empty project: roles, Auth's and Storage's schemas. It is gone at the end."""
        name = f"shadow_{secrets.token_hex(8)}"
        with psycopg.connect(self.url, dbname="postgres", autocommit=True) as owner:
            owner.execute(f"create database {name}".encode())
            try:
                with psycopg.connect(self.url, dbname=name, autocommit=True) as connection:
                    yield connection
            finally:
                owner.execute(f"drop database {name} with (force)".encode())

    def catalogue(self, files: Iterable[SqlFile]) -> Catalogue:
        """What these files make of an empty project. Raises ShadowError."""
        with self.project() as connection:
            apply_files(connection, files)
            return read_catalogue(connection)


@contextmanager
def running_shadow(major: int = MAJOR) -> Generator[Shadow]:
    """Start a server of that major version in a temporary folder. Raises PostgresError."""
    with TemporaryDirectory(prefix="maquette-shadow-") as folder:
        server = Postgres(Path(folder, "data"), _free_port(), secrets.token_urlsafe(), durable=False, major=major)
        process = server.start(Path(folder, "log"))
        try:
            shadow = Shadow(server.url.removesuffix("/postgres"))
            with psycopg.connect(shadow.url, dbname="template1") as template:
                for path in _PLATFORM:
                    template.execute(path.read_bytes())
            yield shadow
        finally:
            server.stop(process)


def apply_files(connection: psycopg.Connection, files: Iterable[SqlFile]) -> None:
    """Run files, each in a transaction of its own. Raises ShadowError for the first that fails."""
    for file in files:
        try:
            with connection.transaction():
                connection.execute(file.sql.encode())
        except psycopg.Error as error:
            reason = error.diag.message_primary or error
            raise ShadowError(f"{file.path} cannot be applied to an empty project: {reason}") from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
