"""The request id, which is in the response, its log lines and what people report; and the code of a refusal."""

import re
from contextvars import ContextVar
from typing import Final
from uuid import uuid4

import msgspec


class CurrentRequest(msgspec.Struct):
    """What the log says about the request being served. `code` is why it was refused; None when it was not."""

    id: str
    code: str | None = None


_current: ContextVar[CurrentRequest | None] = ContextVar("request", default=None)

# Accepted from a proxy in X-Request-ID; any other value is replaced, so that callers cannot write into our logs.
ACCEPTED: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")


def current_request_id() -> str:
    """The id of the request being served; `-` outside of one."""
    request = _current.get()
    return request.id if request else "-"


def begin_request(offered: str | None) -> CurrentRequest:
    """Take the offered id if it is harmless, else make one."""
    request = CurrentRequest(offered if offered and ACCEPTED.fullmatch(offered) else uuid4().hex)
    _current.set(request)
    return request


def note_code(code: str) -> None:
    """Remember with which code the request is refused, for its log line."""
    if request := _current.get():
        request.code = code
