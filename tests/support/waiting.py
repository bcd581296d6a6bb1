"""The one way to wait for what another process or task brings about: look again until it is there, with a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import TypeVar, cast, overload

# A busy machine keeps a process waiting for seconds. Nothing but a failure waits as long as this.
SECONDS = 60.0
# Between two looks.
PAUSE_SECONDS = 0.05

T = TypeVar("T")


@overload
async def until(
    look: Callable[[], Awaitable[T]], is_wanted: Callable[[T], bool] = ..., *, seconds: float = ...
) -> T: ...
@overload
async def until(look: Callable[[], T], is_wanted: Callable[[T], bool] = ..., *, seconds: float = ...) -> T: ...
async def until(
    look: Callable[[], object], is_wanted: Callable[..., bool] = bool, *, seconds: float = SECONDS
) -> object:
    """Call `look` until `is_wanted` holds of what it returns, and return that.

    Raises AssertionError after `seconds`, with what was seen last.
    """
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if isawaitable(seen):
            seen = cast("object", await seen)
        if is_wanted(seen):
            return seen
        _check(deadline, seconds, seen)
        await asyncio.sleep(PAUSE_SECONDS)


def wait_until(look: Callable[[], T], is_wanted: Callable[[T], bool] = bool, *, seconds: float = SECONDS) -> T:
    """`until` for code that runs without an event loop."""
    deadline = time.monotonic() + seconds
    while not is_wanted(seen := look()):
        _check(deadline, seconds, seen)
        time.sleep(PAUSE_SECONDS)
    return seen


def equals(expected: object) -> Callable[[object], bool]:
    """For `is_wanted`: what was seen equals `expected`."""
    return lambda seen: seen == expected


def _check(deadline: float, seconds: float, seen: object) -> None:
    if time.monotonic() > deadline:
        raise AssertionError(f"waited {seconds:g} s, last seen: {seen!r}")
