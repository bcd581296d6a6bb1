"""What the servers of local Replicate, Stripe and inbox have in common: settings, readiness, files, serving."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from litestar import Litestar, get

from local.machine import HOST

Settings = TypeVar("Settings")


def read_settings(kind: type[Settings]) -> Settings:
    """A struct whose fields are named after environment variables. Raises SystemExit with a sentence."""
    try:
        return msgspec.convert(dict(os.environ), kind, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise SystemExit(f"{kind.__name__}: {error}") from error


def _decode(kind: type[Any], value: Any) -> Any:  # noqa: ANN401 - the signature that msgspec asks for
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)


@get("/_local/health", media_type="text/plain", sync_to_thread=False)
def health() -> str:
    """Answers as soon as the server is ready."""
    return "ok"


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one step: after a crash it has its old content or the new one, never a part."""
    new = path.with_suffix(".new")
    new.write_bytes(content)
    new.replace(path)


async def serve(app: Litestar, port: int) -> None:
    """Serve on this machine only, in one process, until SIGINT or SIGTERM."""
    server = Server(
        app,
        address=HOST,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    for received in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(received, server.stop)
    await server.serve()
