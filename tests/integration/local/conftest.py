"""A Supabase with a small project of its own, empty projects beside it, and a mailbox for Auth's mail."""

import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import msgspec
import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from local.database.shadow import Shadow, running_shadow
from local.database.sources import ROOT, Sources, read_sources
from local.inbox.mailbox import Mail, Mailbox
from tests.support.processes.readiness import wait_until_ready
from tests.support.processes.supabase_stack import (
    SupabaseStack,
    free_port,
    running_gateway,
    running_supabase,
)

NewProject: TypeAlias = Callable[[], AbstractContextManager[psycopg.Connection]]


class Mails:
    """Keeps what arrives by SMTP."""

    def __init__(self) -> None:
        self.port = free_port()
        self._mailbox = Mailbox()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self._mailbox.receive(envelope.mail_from or "", list(envelope.rcpt_tos), envelope.content)
        return "250 OK"

    def to(self, address: str) -> list[Mail]:
        """One person's mails, oldest first. Auth answers after SMTP took the mail, so there is nothing to wait for."""
        return [mail for mail in reversed(self._mailbox.newest_first()) if address in mail.recipients]


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mails]:
    box = Mails()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture(scope="session")
def project() -> Sources:
    return read_sources(Path(__file__).parent / "project")


@pytest.fixture(scope="session")
def supabase(tmp_path_factory: pytest.TempPathFactory, mailbox: Mails, project: Sources) -> Iterator[SupabaseStack]:
    folder = tmp_path_factory.mktemp("supabase")
    with running_supabase(folder, inbox_smtp_port=mailbox.port, sources=project) as running:
        yield running


@pytest.fixture(scope="session")
def confirming(supabase: SupabaseStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SupabaseStack]:
    """The same database behind a gateway that asks new people for the code of a mail."""
    gateway = msgspec.structs.replace(supabase.gateway, port=free_port(), studio_port=free_port(), confirm_email=True)
    log = tmp_path_factory.mktemp("confirming") / "gateway.log"
    with running_gateway(gateway, log) as process:
        wait_until_ready(process, gateway.is_ready, log)
        yield msgspec.structs.replace(supabase, gateway=gateway, process_id=process.pid)


@pytest.fixture(scope="session")
def new_project(supabase: SupabaseStack, tmp_path_factory: pytest.TempPathFactory) -> NewProject:
    """Makes databases as a new project has them: auth, storage and the roles, nothing of ours."""
    template = f"platform_{uuid4().hex}"
    with supabase.connect() as connection:
        connection.execute(f"create database {template}".encode())
    database_url = supabase.gateway.database_url.removesuffix("postgres")
    gateway = msgspec.structs.replace(
        supabase.gateway, database_url=database_url + template, port=free_port(), studio_port=free_port()
    )
    log = tmp_path_factory.mktemp("platform") / "gateway.log"
    with running_gateway(gateway, log) as process:
        wait_until_ready(process, gateway.is_ready, log)

    @contextmanager
    def made() -> Generator[psycopg.Connection]:
        name = f"project_{uuid4().hex}"
        with supabase.connect() as owner:
            owner.execute(f"create database {name} template {template}".encode())
            with psycopg.connect(database_url + name, autocommit=True) as connection:
                yield connection
            owner.execute(f"drop database {name} with (force)".encode())

    return made


@pytest.fixture
def database(new_project: NewProject) -> Iterator[psycopg.Connection]:
    """A new project's database."""
    with new_project() as connection:
        yield connection


@pytest.fixture(scope="session")
def shadow() -> Iterator[Shadow]:
    with running_shadow() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of supabase/."""
    return Path(shutil.copytree(ROOT, tmp_path / "supabase"))


def edit(file: Path, old: str, new: str) -> None:
    """Replace what stands there once."""
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))
