"""Time zones of calls that count by month or day. Postgres knows their names (its copy of the IANA database)."""

from collections.abc import Generator
from contextlib import contextmanager

from libs.errors import FieldError
from libs.repositories.database import INVALID_PARAMETER_VALUE, DatabaseRefused


@contextmanager
def known_time_zone() -> Generator[None]:
    """Around a call with a time zone: raises FieldError when there is no such zone."""
    try:
        yield
    except DatabaseRefused as refusal:
        if refusal.code != INVALID_PARAMETER_VALUE:
            raise
        raise FieldError("time_zone", "There is no such time zone. Send a name such as Europe/Berlin.") from refusal
