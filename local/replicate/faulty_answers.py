"""Answers spoilt by a queued fault: what a client sees when the provider or the network misbehaves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from litestar import MediaType, Response
from litestar.response import Stream

from local.replicate.contracts import Problem
from local.replicate.faults import ApiFault
from local.replicate.problems import ProblemError, throttled


class ConnectionCutError(Exception):
    """Raised inside a streamed body so that the server closes the connection in the middle of it."""


async def answer_under(fault: ApiFault | None, perform: Callable[[], Awaitable[Response[Any]]]) -> Response[Any]:
    """Perform the operation and answer, or do what `fault` says instead."""
    if fault is None:
        return await perform()
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return await perform()
    if fault.performed:
        await perform()
    if fault.kind == "http":
        if fault.status == 429:
            raise throttled(fault.retry_after)
        raise ProblemError(Problem("Provider fault", "This answer was asked for by a test.", fault.status))
    if fault.kind == "garbage":
        return Response("<html><body>Bad gateway</body></html>", status_code=200, media_type=MediaType.HTML)
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds)
    return cut_answer(b'{"id": "')


def cut_answer(beginning: bytes, status_code: int = 200, media_type: str = "application/json") -> Stream:
    """An answer that promises more bytes than it sends before the connection closes."""

    async def body() -> AsyncIterator[bytes]:
        yield beginning
        await asyncio.sleep(0)
        raise ConnectionCutError

    headers = {"content-length": str(len(beginning) + 1000)}
    return Stream(body(), status_code=status_code, media_type=media_type, headers=headers)
