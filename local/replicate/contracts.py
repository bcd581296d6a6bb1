"""Shapes of Replicate's HTTP API that this server answers with, and the record it keeps on disk."""

from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from local.faults import Fault

Status = Literal["starting", "processing", "succeeded", "failed", "canceled", "aborted"]
Event = Literal["start", "output", "logs", "completed"]

TERMINAL: frozenset[Status] = frozenset({"succeeded", "failed", "canceled", "aborted"})

DEFAULT_EVENTS: tuple[Event, ...] = ("output", "completed")
"""Sent when a request names no filter: "new outputs or the prediction has finished" (API reference)."""


class PredictionUrls(Struct, frozen=True):
    web: str
    get: str
    cancel: str


class Metrics(Struct, frozen=True):
    """Seconds."""

    predict_time: float
    total_time: float


class Prediction(Struct):
    """`schemas_prediction_response` of the OpenAPI document. Members that are unset are left out, as upstream does."""

    id: str
    model: str
    version: str
    """`hidden` for official models."""
    input: dict[str, Any] | None
    logs: str | None
    output: Any
    data_removed: bool
    error: str | None
    status: Status
    source: Literal["api", "web"]
    created_at: datetime
    urls: PredictionUrls
    started_at: datetime | UnsetType = UNSET
    completed_at: datetime | UnsetType = UNSET
    deadline: datetime | UnsetType = UNSET
    metrics: Metrics | UnsetType = UNSET


class RunFault(Fault, tag_field="on", tag="run", frozen=True):
    """What goes wrong with the next run."""

    kind: Literal["fail", "nsfw", "e005", "stall", "slow", "abort", "output"]
    """`stall` never ends by itself; `slow` takes `seconds` a picture at any speed; `output` succeeds at once with
    `output` as it is, whatever it is."""
    error: str = "CUDA out of memory. Tried to allocate 2.00 GiB"
    phase: Literal["starting", "processing"] = "processing"
    """The status in which a `stall` stays."""
    seconds: float = 3.0
    output: Any = None


class Record(Struct):
    """One prediction as kept on disk."""

    prediction: Prediction
    model: str
    """Catalogue key; `prediction.model` is what the API shows."""
    seed: int
    webhook: str | None = None
    events: tuple[Event, ...] = DEFAULT_EVENTS
    fault: RunFault | None = None
    final_delivery_pending: bool = False

    @property
    def finished(self) -> bool:
        return self.prediction.status in TERMINAL


class PredictionPage(Struct, frozen=True):
    previous: str | None
    next: str | None
    results: list[Prediction]


class SigningSecret(Struct, frozen=True):
    key: str


class InvalidField(Struct, frozen=True):
    type: str
    field: str
    description: str


class Problem(Struct, omit_defaults=True, frozen=True):
    """The error body of Replicate's API, close to RFC 7807."""

    title: str
    detail: str
    status: int
    invalid_fields: list[InvalidField] = []
    retry_after: int | None = None


def now() -> datetime:
    return datetime.now(UTC)
