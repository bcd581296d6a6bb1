"""Time zones of calls that count by month or day. Postgres knows their names (its copy of the IANA database)."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from libs.errors import FieldError
from libs.repositories.database import DatabaseRefused

# https://www.postgresql.org/docs/current/errcodes-appendix.html: invalid_parameter_value
_UNKNOWN: Final = "22023"


@contextmanager
def known_time_zone() -> Generator[None]:
    """Around a call with a time zone: raises FieldError when there is no such zone."""
    try:
        yield
    except DatabaseRefused as refusal:
        if refusal.code != _UNKNOWN:
            raise
        raise FieldError("time_zone", "There is no such time zone. Send a name such as Europe/Berlin.") from refusal
