"""A Supabase with a small project of its own, and a mailbox for Auth's mail."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from local.database.sources import Sources, read_sources
from tests.support.processes.supabase_stack import SupabaseStack, free_port, running_supabase


class Mailbox:
    """Keeps what arrives by SMTP."""

    def __init__(self) -> None:
        self.port = free_port()
        self._received: list[tuple[list[str], EmailMessage]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self._received.append((envelope.rcpt_tos, message))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """One person's mails, oldest first. Auth answers after SMTP took the mail, so there is nothing to wait for."""
        return [message for recipients, message in self._received if address in recipients]


def text_of(message: EmailMessage) -> str:
    """The plain-text part."""
    body = message.get_body(("plain",))
    assert body is not None
    return body.get_content()


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture(scope="session")
def project() -> Sources:
    return read_sources(Path(__file__).parent / "project")


@pytest.fixture(scope="session")
def supabase(tmp_path_factory: pytest.TempPathFactory, mailbox: Mailbox, project: Sources) -> Iterator[SupabaseStack]:
    folder = tmp_path_factory.mktemp("supabase")
    with running_supabase(folder, inbox_smtp_port=mailbox.port, sources=project) as running:
        yield running
