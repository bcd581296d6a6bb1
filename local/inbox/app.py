"""The inbox as a web app, with the mail server that fills it in the same process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from aiosmtpd.smtp import SMTP, Envelope, Session
from litestar import Litestar, Response, delete, get
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.exceptions import NotFoundException
from litestar.params import Dependency
from litestar.static_files import create_static_files_router  # pyright: ignore[reportUnknownVariableType]

from local.inbox.mailbox import Mail, Mailbox
from local.machine import HOST

MAIL_BYTES = 1024 * 1024
HERE = Path(__file__).parent
WEB = HERE.parents[1] / "web"

# A mail may contain anything: no scripts, no remote pictures (they tell a sender that it was read), links in new tabs.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    f"frame-ancestors 'self'; sandbox {SANDBOX}"
)
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

Kept = Annotated[Mailbox, Dependency(skip_validation=True)]


@get("/", media_type="text/html", sync_to_thread=False)
def page() -> Response[bytes]:
    """The page on which a person reads mail."""
    return Response((HERE / "page" / "index.html").read_bytes(), headers={"Content-Security-Policy": PAGE_POLICY})


@get("/messages", sync_to_thread=False)
def messages(mailbox: Kept) -> list[Mail]:
    """All mails, newest first."""
    return mailbox.newest_first()


@get("/messages/{mail_id:int}/html", media_type="text/html", sync_to_thread=False)
def message_html(mail_id: int, mailbox: Kept) -> Response[str]:
    """The HTML part of a mail, with a policy that runs nothing and loads nothing."""
    mail = mailbox.find(mail_id)
    if mail is None or mail.html is None:
        raise NotFoundException("No such mail.")
    return Response(
        f'<base target="_blank">{mail.html}',
        headers={"Content-Security-Policy": MAIL_POLICY, "Referrer-Policy": "no-referrer"},
    )


@delete("/messages", sync_to_thread=False)
def clear(mailbox: Kept) -> None:
    """Delete all mails."""
    mailbox.clear()


class _Delivery:
    """aiosmtpd calls this for each mail."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802, aiosmtpd's name
        content = envelope.original_content or b""
        self._mailbox.receive(envelope.mail_from or "", list(envelope.rcpt_tos), content)
        return "250 OK"


def create_app(port: int, smtp_port: int) -> Litestar:
    """The inbox, served on `port`. It receives mail on `smtp_port`. Both listen on this machine only."""
    mailbox = Mailbox()

    @asynccontextmanager
    async def mail_server(_app: Litestar) -> AsyncGenerator[None]:
        def session() -> SMTP:
            return SMTP(_Delivery(mailbox), data_size_limit=MAIL_BYTES, enable_SMTPUTF8=True, hostname="localhost")

        server = await asyncio.get_running_loop().create_server(session, HOST, smtp_port)
        try:
            yield
        finally:
            server.close()

    def provide_mailbox() -> Mailbox:
        return mailbox

    fonts = WEB / "node_modules" / "@fontsource-variable"
    return Litestar(
        [
            page,
            messages,
            message_html,
            clear,
            create_static_files_router("/page", [HERE / "page"]),
            create_static_files_router("/styles", [WEB / "src" / "styles"]),
            create_static_files_router("/mark", [WEB / "public"]),
            # Installed with the web app; without it the page falls back to the system's fonts.
            *([create_static_files_router("/fonts", [fonts])] if fonts.exists() else []),
        ],
        dependencies={"mailbox": provide_mailbox},
        lifespan=[mail_server],
        # Otherwise a page of another site could read the codes, by pointing its own name at 127.0.0.1 (DNS rebinding).
        allowed_hosts=AllowedHostsConfig([f"{HOST}:{port}", f"localhost:{port}"]),
        openapi_config=None,
    )
