"""Wrong answers, for queued faults: what a client sees when the provider or the network fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from litestar import MediaType, Response
from litestar.response import Stream

from local.faults import FaultQueue
from local.replicate.contracts import Problem
from local.replicate.faults import ApiFault, Operation
from local.replicate.problems import ProblemError, throttled


class ConnectionCutError(Exception):
    """Raised inside a streamed body so that the server closes the connection in the middle of it."""


async def answer(
    faults: FaultQueue, operation: Operation, perform: Callable[[], Awaitable[Response[Any]]]
) -> Response[Any]:
    """Perform the operation and answer, or do what its next fault says instead."""
    fault = faults.take(ApiFault, lambda one: one.operation == operation)
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
        raise ProblemError(Problem("Provider fault", "A test asked for this answer.", fault.status))
    if fault.kind == "garbage":
        return Response("<html><body>Bad gateway</body></html>", status_code=200, media_type=MediaType.HTML)
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds)
    return cut_answer(b'{"id": "')


def cut_answer(beginning: bytes, media_type: str = "application/json") -> Stream:
    """An answer that promises more bytes than it sends before the connection closes."""

    async def body() -> AsyncIterator[bytes]:
        yield beginning
        await asyncio.sleep(0)
        raise ConnectionCutError

    headers = {"content-length": str(len(beginning) + 1000)}
    return Stream(body(), status_code=200, media_type=media_type, headers=headers)
