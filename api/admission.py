"""Around an upload: it is let in before its body is read, and ended when its client leaves."""

import asyncio
from contextlib import AsyncExitStack, suppress
from typing import Any, Final, cast

from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send, WebSocketReceiveMessage

from libs.errors import MaquetteError

# nginx's number for a client that left: there is nobody to answer, but the log has a status.
CLIENT_LEFT: Final = 499
# A connection that closes while its client still sends takes the answer along, so what comes within this time is read
# and thrown away first.
DISCARD_SECONDS: Final = 2


def admit_upload(app: ASGIApp) -> ASGIApp:
    """Raise upload_under_way, uploads_busy or limits_unavailable instead of reading a body that nobody has time for."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        services = cast("dict[str, Any]", scope)["litestar_app"].state.services
        async with AsyncExitStack() as held:
            try:
                await held.enter_async_context(
                    services.upload_admission.place(cast("dict[str, Any]", scope)["user"].subject)
                )
            except MaquetteError:
                await _discard_body(receive)
                raise

            async def send_when_free(message: Message) -> None:
                # The photo is stored: whoever reads the answer may send the next one, to another replica too.
                await held.aclose()
                await send(message)

            await _while_connected(app, scope, receive, send_when_free)

    return serve


async def _discard_body(receive: Receive) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_SECONDS):
            while (message := await receive())["type"] == "http.request" and message.get("more_body"):
                pass


async def _while_connected(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve, and cancel what is being done when the client leaves."""
    body_read = asyncio.Event()

    async def receive_noting_end() -> HTTPReceiveMessage | WebSocketReceiveMessage:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            body_read.set()
        return message

    async def wait_until_left() -> None:
        await body_read.wait()
        while (await receive())["type"] != "http.disconnect":
            pass

    work = asyncio.create_task(_serve(app, scope, receive_noting_end, send))
    leaving = asyncio.create_task(wait_until_left())
    try:
        await asyncio.wait((work, leaving), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            await work
            return
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        await send({"type": "http.response.start", "status": CLIENT_LEFT, "headers": []})
    finally:
        leaving.cancel()
        work.cancel()


async def _serve(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)
