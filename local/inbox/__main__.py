"""Serve the inbox: `INBOX_PORT` is the page, `INBOX_SMTP_PORT` the mail server."""

import asyncio
import os
import signal

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from local.inbox.app import HOST, create_app


async def serve(port: int, smtp_port: int) -> None:
    """Serve until SIGTERM or SIGINT. One process, because the mails are in its memory."""
    server = Server(
        create_app(port, smtp_port),
        address=HOST,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
    )
    for ending in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(ending, server.stop)
    await server.serve()


if __name__ == "__main__":
    asyncio.run(serve(int(os.environ["INBOX_PORT"]), int(os.environ["INBOX_SMTP_PORT"])))
