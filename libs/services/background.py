"""Work that is asked for and that nobody waits for."""

import asyncio
from collections.abc import Awaitable, Callable


class Background:
    """Runs `work` once for all requests made meanwhile. `work` logs its failures: nobody else hears of them."""

    def __init__(self, work: Callable[[], Awaitable[object]]) -> None:
        self._work = work
        self._task: asyncio.Task[None] | None = None
        self._is_due = False

    def request(self) -> None:
        """Run the work soon, without waiting."""
        self._is_due = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._is_due:
            self._is_due = False
            await self._work()

    async def aclose(self) -> None:
        """Stop, wherever the work is."""
        if self._task:
            self._task.cancel()
