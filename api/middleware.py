"""Around every request: its id, its log line and metrics, the deadline of its body, and the security headers."""

import asyncio
import time
from collections.abc import Mapping
from functools import cache
from typing import Final

import structlog
from litestar.datastructures import Headers
from litestar.enums import HttpMethod
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send, WebSocketReceiveMessage
from prometheus_client import Counter, Gauge, Histogram

from api.callers import Callers
from api.errors import TransportCode, TransportError
from api.request_id import begin_request

# Between two pieces of a body. A phone with a bad connection sends more often.
BODY_PIECE_SECONDS: Final = 20
# A 25 MB photo at 1.2 Mbit/s.
BODY_SECONDS: Final = 180

# Of every response, unless its route sets another value.
DEFAULT_HEADERS: Final = [
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
]
STAY_WITH_HTTPS: Final = (b"strict-transport-security", b"max-age=31536000")

LABELS: Final = ["method", "path", "status_code"]
REQUESTS: Final = Counter("maquette_requests_total", "Requests by route", LABELS)
IN_PROGRESS: Final = Gauge("maquette_requests_in_progress", "Requests being answered now")
SECONDS: Final = Histogram("maquette_request_duration_seconds", "Seconds until a request was answered", LABELS)

log = structlog.get_logger()


def request_context(app: ASGIApp, callers: Callers, *, https: bool) -> ASGIApp:
    """Give the request its id, answer with it, and write one log line and count it when it is done.

    `https`: the app is served by HTTPS, and browsers must use it for a year (RFC 6797).
    """
    default_headers = [*DEFAULT_HEADERS, STAY_WITH_HTTPS] if https else DEFAULT_HEADERS

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = Headers.from_scope(scope)
        method = scope["method"]
        request = begin_request(headers.get("x-request-id"))
        began = time.perf_counter()
        status = 500
        body_left = has_body(headers)

        async def receive_noting_end() -> HTTPReceiveMessage | WebSocketReceiveMessage:
            nonlocal body_left
            message = await receive()
            body_left = bool(message["type"] == "http.request" and message.get("more_body"))
            return message

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                # Bytes as they are sent, and names in lower case as Litestar makes them: its own class for headers
                # encodes and looks through all of them for each one that is added.
                answered = list(message["headers"])
                named = {name for name, _ in answered}
                answered += [header for header in default_headers if header[0] not in named]
                answered.append((b"x-request-id", request.id.encode()))
                if body_left:
                    # The server does not read the rest, so no request may follow on this connection.
                    answered.append((b"connection", b"close"))
                message["headers"] = answered
            await send(message)

        IN_PROGRESS.inc()
        try:
            await app(scope, receive_noting_end, send_with_headers)
        finally:
            IN_PROGRESS.dec()
            seconds = time.perf_counter() - began
            path = scope.get("path_template")
            if path:
                # An address without a route could have any name, and each name would be a series of its own.
                requests, durations = _metrics(method, path, status)
                requests.inc()
                durations.observe(seconds)
            log.info(
                "request",
                method=method,
                path=path or "-",
                status=status,
                code=request.code,
                caller=callers.pseudonym_of(scope),
                ms=round(seconds * 1000, 1),
            )

    return serve


@cache
def _metrics(method: str, path: str, status: int) -> tuple[Counter, Histogram]:
    labels = (method, path, str(status))
    return REQUESTS.labels(*labels), SECONDS.labels(*labels)


def answer_head(app: ASGIApp) -> ASGIApp:
    """Answer HEAD as GET without the content (RFC 9110, section 9.3.2).

    What a stream would say is not made: it is told at its start that nobody listens.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return
        scope["method"] = HttpMethod.GET
        answered = False

        async def receive_until_answered() -> HTTPReceiveMessage | WebSocketReceiveMessage:
            return {"type": "http.disconnect"} if answered else await receive()

        async def send_head(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                answered = True

        await app(scope, receive_until_answered, send_head)

    return serve


def has_body(headers: Mapping[str, str]) -> bool:
    """Whether a request announces a body."""
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def body_deadline(app: ASGIApp) -> ASGIApp:
    """Raise request_timeout for a body that comes too slowly: it would hold a connection for ever."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        ends = time.monotonic() + BODY_SECONDS
        complete = False

        async def receive_in_time() -> HTTPReceiveMessage | WebSocketReceiveMessage:
            nonlocal complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout(min(BODY_PIECE_SECONDS, ends - time.monotonic())):
                    message = await receive()
            except TimeoutError as error:
                raise TransportError(TransportCode.REQUEST_TIMEOUT) from error
            complete = message["type"] != "http.request" or not message.get("more_body")
            return message

        await app(scope, receive_in_time, send)

    return serve
