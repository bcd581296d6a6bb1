"""The body of every response: `{"data", "meta"}` or `{"error"}`."""

from typing import Any, Generic, TypeVar

from msgspec import UNSET, Struct, UnsetType

from api.request_id import current_request_id
from libs.services.paging import Page

T = TypeVar("T")


class Meta(Struct, frozen=True):
    """`next_cursor` is there on lists: null on the last page."""

    request_id: str
    next_cursor: str | UnsetType | None = UNSET


class Envelope(Struct, Generic[T], frozen=True):
    """A success."""

    data: T
    meta: Meta


class ErrorBody(Struct, frozen=True):
    """A failure: a stable code, a sentence for people, the facts, and the id to quote."""

    code: str
    message: str
    request_id: str
    details: dict[str, Any] | UnsetType = UNSET


class ErrorEnvelope(Struct, frozen=True):
    """A failure's envelope."""

    error: ErrorBody


def ok(data: T) -> Envelope[T]:
    """One thing."""
    return Envelope(data, Meta(current_request_id()))


def page(data: Page[T]) -> Envelope[list[T]]:
    """A page of things."""
    return Envelope(data.items, Meta(current_request_id(), data.next_cursor))


def part(data: T, next_cursor: str | None) -> Envelope[T]:
    """One thing that holds a page of others; `next_cursor` is None when it holds the last."""
    return Envelope(data, Meta(current_request_id(), next_cursor))
