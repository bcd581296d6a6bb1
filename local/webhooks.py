"""Webhooks as a provider sends them: in the background, and again until the receiver accepts them."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any

import httpx


class WebhookSender:
    """Sends the webhooks of one local provider."""

    def __init__(self, timeout: float, delays: Sequence[float]) -> None:
        """`timeout`: seconds a receiver has to answer. `delays`: seconds before each repeat."""
        self._client = httpx.AsyncClient(timeout=timeout)
        self._delays = delays
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Drop what is being sent or waits for its repeat."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str]:
        """The receiver's status and its reason; None and the kind of failure when no answer came."""
        try:
            answer = await self._client.post(url, content=body, headers={"content-type": "application/json", **headers})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return None, type(error).__name__
        return answer.status_code, answer.reason_phrase

    async def _repeat(self, attempt: Callable[[int], Awaitable[bool]]) -> None:
        """Call `attempt` with 2, 3 …, after each delay, until it returns True."""
        for number, delay in enumerate(self._delays, start=2):
            await asyncio.sleep(delay)
            if await attempt(number):
                return


def accepted(status_code: int | None) -> bool:
    """Whether the receiver took the webhook; a provider repeats what was answered otherwise."""
    return status_code is not None and 200 <= status_code < 300
