"""Keyset cursors: the (created_at, id) of the last row of a page, opaque to clients."""

import base64
import binascii
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from libs.errors import ErrorCode, MaquetteError

MAX_LENGTH: Final = 200


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended."""

    created_at: datetime
    id: UUID

    def encode(self) -> str:
        """The cursor as clients carry it."""
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


def decode_cursor(text: str | None) -> Cursor | None:
    """Read a cursor. Raises MaquetteError invalid_cursor for anything that `Cursor.encode` did not make."""
    if text is None:
        return None
    try:
        if len(text) > MAX_LENGTH:
            raise ValueError
        cursor = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Cursor)
        if cursor.created_at.tzinfo is None:
            raise ValueError
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise MaquetteError(ErrorCode.INVALID_CURSOR) from error
    return cursor


def after(cursor: Cursor) -> str:
    """The PostgREST `or` filter for rows after the cursor in (created_at desc, id desc) order."""
    moment = cursor.created_at.isoformat()
    return f'created_at.lt."{moment}",and(created_at.eq."{moment}",id.lt.{cursor.id})'
