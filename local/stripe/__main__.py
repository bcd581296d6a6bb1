"""`python -m local.stripe`: serve until SIGINT or SIGTERM."""

import asyncio
import signal

from granian.constants import Interfaces
from granian.server.embed import Server

from local.stripe.app import create_app
from local.stripe.settings import load_settings


async def serve() -> None:
    settings = load_settings()
    server = Server(
        create_app(settings),
        address="127.0.0.1",
        port=settings.port,
        interface=Interfaces.ASGI,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    for received in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(received, server.stop)
    await server.serve()


if __name__ == "__main__":
    asyncio.run(serve())
