"""The kinds of faults that a test can queue for requests, deliveries and output files; for runs see contracts.py."""

from typing import Literal

from local.faults import Fault
from local.replicate.contracts import Event, RunFault

Operation = Literal["create", "get", "list", "cancel"]


class ApiFault(Fault, tag_field="on", tag="api", frozen=True):
    """How the API answers the next call of `operation`."""

    kind: Literal["http", "hang", "slow", "garbage", "cut"]
    """`http` answers `status`; `slow` answers rightly after `seconds`; `hang` not at all within `seconds`."""
    operation: Operation = "create"
    status: int = 500
    retry_after: int = 30
    """Seconds, with status 429."""
    seconds: float = 3600.0
    performed: bool = False
    """Whether the operation is carried out although its answer is wrong."""


class DeliveryFault(Fault, tag_field="on", tag="delivery", frozen=True):
    """What happens to the next delivery of `event` (any, when not given)."""

    kind: Literal["lose", "duplicate", "delay", "reorder", "bad_signature"]
    """`lose` includes its retries; `reorder` holds it back until the prediction's next delivery was sent."""
    event: Event | None = None
    seconds: float = 1.0


class OutputFault(Fault, tag_field="on", tag="output", frozen=True):
    """How the next output file is served."""

    kind: Literal[
        "expired", "html", "endless", "drip", "wrong_length", "gzip_bomb", "redirect", "huge_dimensions", "error"
    ]
    location: str = "http://169.254.169.254/latest/meta-data/"
    """Target of a `redirect`."""


AnyFault = ApiFault | RunFault | DeliveryFault | OutputFault
