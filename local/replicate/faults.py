"""Faults that a test queues for the next requests, runs, deliveries and output fetches."""

from typing import Literal

import msgspec
from msgspec import Struct

from local.replicate.contracts import Event, RunFault

Operation = Literal["create", "get", "list", "cancel"]


class ApiFault(Struct, tag_field="on", tag="api", forbid_unknown_fields=True, frozen=True):
    """How the API answers the next call of `operation`."""

    kind: Literal["http", "hang", "slow", "garbage", "cut"]
    """`http` answers `status`; `slow` answers rightly after `seconds`; `hang` not at all within `seconds`."""
    operation: Operation = "create"
    times: int = 1
    status: int = 500
    retry_after: int = 30
    """Seconds, with status 429."""
    seconds: float = 3600.0
    performed: bool = False
    """Whether the operation is carried out although its answer is spoilt."""


class DeliveryFault(Struct, tag_field="on", tag="delivery", forbid_unknown_fields=True, frozen=True):
    """What happens to the next delivery of `event` (any, when not given)."""

    kind: Literal["lose", "duplicate", "delay", "reorder", "bad_signature"]
    """`lose` includes its retries; `reorder` holds it back until the prediction's next delivery was sent."""
    times: int = 1
    event: Event | None = None
    seconds: float = 1.0


class OutputFault(Struct, tag_field="on", tag="output", forbid_unknown_fields=True, frozen=True):
    """How the next output file is served."""

    kind: Literal[
        "expired", "html", "endless", "drip", "wrong_length", "gzip_bomb", "redirect", "huge_dimensions", "error"
    ]
    times: int = 1
    location: str = "http://169.254.169.254/latest/meta-data/"
    """Target of a `redirect`."""


Fault = ApiFault | RunFault | DeliveryFault | OutputFault


class FaultQueue:
    """First in, first out, per kind of moment; a fault leaves after its last `times`."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._queue.append(fault)

    def clear(self) -> None:
        self._queue.clear()

    def waiting(self) -> list[Fault]:
        return list(self._queue)

    def for_api(self, operation: Operation) -> ApiFault | None:
        for fault in self._queue:
            if isinstance(fault, ApiFault) and fault.operation == operation:
                self._use(fault)
                return fault
        return None

    def for_run(self) -> RunFault | None:
        for fault in self._queue:
            if isinstance(fault, RunFault):
                self._use(fault)
                return fault
        return None

    def for_delivery(self, event: Event) -> DeliveryFault | None:
        for fault in self._queue:
            if isinstance(fault, DeliveryFault) and fault.event in {None, event}:
                self._use(fault)
                return fault
        return None

    def for_output(self) -> OutputFault | None:
        for fault in self._queue:
            if isinstance(fault, OutputFault):
                self._use(fault)
                return fault
        return None

    def _use(self, fault: Fault) -> None:
        place = next(index for index, queued in enumerate(self._queue) if queued is fault)
        if fault.times > 1:
            self._queue[place] = msgspec.structs.replace(fault, times=fault.times - 1)
        else:
            del self._queue[place]
