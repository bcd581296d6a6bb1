"""How the servers that stand in for third parties are served: on this machine only, until SIGINT or SIGTERM."""

import asyncio
import signal

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from local.machine import HOST


async def serve(app: Litestar, port: int) -> None:
    """Serve an app until the process is told to end."""
    server = Server(app, address=HOST, port=port, interface=Interfaces.ASGI, log_enabled=False)
    loop = asyncio.get_running_loop()
    for received in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(received, server.stop)
    await server.serve()
