"""How long tests wait for a server or for what it brings about: a busy machine keeps a process waiting for seconds."""

import asyncio
import time
from collections.abc import Callable

import httpx

SECONDS = 60.0


def wait_longer() -> None:
    """Make httpx wait as long wherever nothing else is said; its own default is five seconds."""
    default = httpx._config.DEFAULT_TIMEOUT_CONFIG  # pyright: ignore[reportPrivateUsage], there is no setting
    default.connect = default.read = SECONDS


async def until(condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait for what another process or task brings about; an AssertionError when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        await asyncio.sleep(0.05)
