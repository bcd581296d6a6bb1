"""The id that ties an answer, its log lines and a person's report together."""

import re
from contextvars import ContextVar
from typing import Final
from uuid import uuid4

_current: ContextVar[str] = ContextVar("request_id", default="-")

# What we accept from a proxy in X-Request-ID; anything else is replaced, so that no caller writes into our logs.
ACCEPTED: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")


def current_request_id() -> str:
    """The id of the request being served; `-` outside of one."""
    return _current.get()


def begin_request(offered: str | None) -> str:
    """Take the offered id if it is harmless, else make one."""
    request_id = offered if offered and ACCEPTED.fullmatch(offered) else uuid4().hex
    _current.set(request_id)
    return request_id
