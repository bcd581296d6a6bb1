"""`python -m api`: serve until SIGTERM or SIGINT."""

import asyncio
import gc
import os
import resource
import signal
import socket
import sys

import structlog
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from litestar import Litestar

from api.app import create_app, create_internal_app
from api.logging import configure_logging
from api.middleware import answer_head, request_context
from libs.app_config.settings import ServiceRole, Settings, SettingsError, load_settings
from libs.services.media.imaging.confinement import hide_memory_and_environment, missing_mechanisms

# A request head must be complete after this time; 64 kB are eight times what browsers send.
HEAD_TIMEOUT_MS = 10_000
MAX_HEAD_BYTES = 65_536
# Granian serves this many connections at once and keeps the others waiting: with its default of 128 as many slow
# clients would shut everybody else out.
MAX_CONNECTIONS = 4_096
# New objects between two collections; 700 by default. A page of a list makes hundreds, and few of them in cycles.
COLLECTED_AFTER = 10_000


async def serve(settings: Settings, service_role: ServiceRole) -> None:
    """Serve one process; several run behind a load balancer (docs/deploy.md)."""
    app = create_app(settings, service_role)
    app.on_startup.append(leave_out_of_collections)
    servers = [_server(app, settings, settings.port)]
    if settings.internal_port is not None:
        servers.append(_server(create_internal_app(app), settings, settings.internal_port))
    for ending in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(ending, lambda: [server.stop() for server in servers])
    await asyncio.gather(*(server.serve() for server in servers))


def leave_out_of_collections() -> None:
    """Take what the start has made out of the garbage collector's sight: it stays until the process ends.

    Otherwise each full collection walks all modules, types and routes, and every request of that moment waits for it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, 10, 10)


def _server(app: Litestar, settings: Settings, port: int) -> Server:
    return Server(
        # Outside of the framework, so that what its router refuses has an id, a log line and the headers too.
        request_context(answer_head(app), app.state.callers, https=settings.public_url.startswith("https://")),
        address=settings.host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_TIMEOUT_MS, max_buffer_size=MAX_HEAD_BYTES),
        backlog=1_024,
        backpressure=MAX_CONNECTIONS,
        websockets=False,
        log_enabled=False,
    )


def main() -> None:
    """Read the environment, and serve or exit with what is wrong with it."""
    hide_memory_and_environment()
    try:
        settings, service_role = load_settings(os.environ)
    except SettingsError as error:
        sys.exit(f"The environment is not complete:\n{error}")
    for port in filter(None, (settings.port, settings.internal_port)):
        _require_port(settings.host, port)
    configure_logging(settings.log_level)
    if missing := missing_mechanisms():
        structlog.get_logger().warning("image_worker_less_confined", missing=missing)
    _allow_open_files()
    uvloop.run(serve(settings, service_role))


def _require_port(host: str, port: int) -> None:
    """Exit with a sentence when the port cannot be used: Granian would panic with a trace of Rust."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        sys.exit(f"The API cannot listen on port {port} of {host}: {reason}. HOST and PORT choose another place.")


def _allow_open_files() -> None:
    """Raise the limit of open files: shells set 1,024, and each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MAX_CONNECTIONS if hard == resource.RLIM_INFINITY else min(2 * MAX_CONNECTIONS, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


if __name__ == "__main__":
    main()
