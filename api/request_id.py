"""The request id, which is in the response, in its log lines and in what a person reports."""

import re
from contextvars import ContextVar
from typing import Final
from uuid import uuid4

_current: ContextVar[str] = ContextVar("request_id", default="-")

# Accepted from a proxy in X-Request-ID; any other value is replaced, so that callers cannot write into our logs.
ACCEPTED: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")


def current_request_id() -> str:
    """The id of the request being served; `-` outside of one."""
    return _current.get()


def begin_request(offered: str | None) -> str:
    """Take the offered id if it is harmless, else make one."""
    request_id = offered if offered and ACCEPTED.fullmatch(offered) else uuid4().hex
    _current.set(request_id)
    return request_id
