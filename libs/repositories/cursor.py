"""Keyset cursors: the sort key and id of the last row of a page, opaque to clients."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import msgspec

from libs.errors import ErrorCode, MaquetteError

MAX_LENGTH: Final = 200

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class TimeCursor(msgspec.Struct, frozen=True, array_like=True):
    """Where a page sorted by a moment ended."""

    key: Moment
    id: UUID


class PlaceCursor(msgspec.Struct, frozen=True, array_like=True):
    """Where a page in a collection's own order ended."""

    key: float
    id: UUID


C = TypeVar("C", bound=msgspec.Struct)


def encode_cursor(cursor: msgspec.Struct) -> str:
    """A cursor as clients carry it."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def decode_cursor(text: str | None, into: type[C]) -> C | None:
    """Read a cursor. Raises MaquetteError invalid_cursor for anything that was not made for such a list."""
    if text is None:
        return None
    try:
        if len(text) > MAX_LENGTH:
            raise ValueError
        return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=into)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise MaquetteError(ErrorCode.INVALID_CURSOR) from error


def after(query: Any, cursor: TimeCursor) -> Any:  # noqa: ANN401 - postgrest's builders narrow with every call
    """Narrow a query, sorted by (created_at desc, id desc), to the rows after the cursor.

    The first condition is implied by the second; an index can start there, where it cannot start at an OR.
    """
    moment = cursor.key.isoformat()
    return query.lte("created_at", moment).or_(f'created_at.lt."{moment}",id.lt.{cursor.id}')
