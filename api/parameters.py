"""Parameters that several resources share."""

import re
from typing import Annotated, Final

from litestar.params import HeaderParameter, QueryParameter

from api.errors import TransportCode, TransportError
from libs.app_config.runtime import LIMITS

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        required=False,
        description=f"1 to {LIMITS.idempotency_key_characters} printable ASCII characters, new for every new "
        "generation. A repeat with the same body is safe.",
    ),
]
CursorParameter = Annotated[
    str | None, QueryParameter(name="cursor", required=False, max_length=200, description="`next_cursor` of a page")
]
LimitParameter = Annotated[
    int, QueryParameter(name="limit", ge=1, le=LIMITS.max_page_size, description="rows of a page")
]
TimeZoneParameter = Annotated[
    str,
    QueryParameter(
        name="time_zone",
        max_length=64,
        pattern=r"^[A-Za-z][A-Za-z0-9_+/-]*$",
        description="IANA name of the zone whose days and months count, such as Europe/Berlin",
    ),
]

_KEY: Final = re.compile(rf"[\x21-\x7e]{{1,{LIMITS.idempotency_key_characters}}}")


def checked_key(key: str | None) -> str:
    """The key, or TransportError invalid_idempotency_key when it is missing or malformed."""
    if key is None or not _KEY.fullmatch(key):
        raise TransportError(TransportCode.INVALID_IDEMPOTENCY_KEY)
    return key
