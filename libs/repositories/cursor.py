"""Keyset cursors: the sort key and id of the last row of a page, opaque to clients."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import msgspec

from libs.errors import ErrorCode, MaquetteError

MAX_LENGTH: Final = 200

Timestamp = Annotated[datetime, msgspec.Meta(tz=True)]


class TimeCursor(msgspec.Struct, frozen=True, array_like=True):
    """The last row of a page that is sorted by a timestamp."""

    key: Timestamp
    id: UUID


class PlaceCursor(msgspec.Struct, frozen=True, array_like=True):
    """The last row of a page in a collection's own order."""

    key: float
    id: UUID


C = TypeVar("C", bound=msgspec.Struct)


def encode_cursor(cursor: msgspec.Struct) -> str:
    """The text that clients send back for the next page."""
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

    The first condition follows from the second: Postgres can start an index scan there, which an OR does not allow.
    """
    created_at = cursor.key.isoformat()
    return query.lte("created_at", created_at).or_(f'created_at.lt."{created_at}",id.lt.{cursor.id}')
