"""Faults that tests queue at the local Replicate and Stripe."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct, structs


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall go wrong the next `times` times that it can."""

    times: int = 1


F = TypeVar("F", bound=Fault)


class FaultQueue:
    """The faults that wait for their turn, oldest first."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._queue.append(fault)

    def clear(self) -> None:
        self._queue.clear()

    def waiting(self) -> list[Fault]:
        return list(self._queue)

    def take(self, kind: type[F], matches: Callable[[F], bool] = lambda _: True) -> F | None:
        """The oldest fault of a kind that matches; it leaves the queue when it was taken `times` times."""
        for place, fault in enumerate(self._queue):
            if isinstance(fault, kind) and matches(fault):
                if fault.times > 1:
                    self._queue[place] = structs.replace(fault, times=fault.times - 1)
                else:
                    del self._queue[place]
                return fault
        return None
