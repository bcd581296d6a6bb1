"""The API in a process whose clock is CLOCK_AHEAD_SECONDS ahead of the machine's; negative: behind."""

import datetime as dt
import inspect
import os
import sys
import time

import jose.jwt
import standardwebhooks.webhooks

from api import __main__ as api

AHEAD = float(os.environ["CLOCK_AHEAD_SECONDS"])
machine_time = time.time


class Skewed(dt.datetime):
    """Stands for `datetime` where its `now` is asked for; what it gives are plain times."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # pyright: ignore[reportIncompatibleMethodOverride]
        return dt.datetime.fromtimestamp(time.time(), tz)


def asks_for_now(name: str) -> bool:
    """Whether a module of ours, or of a library that checks signatures, reads the clock by `datetime`."""
    module = sys.modules[name]
    if name not in {jose.jwt.__name__, standardwebhooks.webhooks.__name__} and not name.startswith(("api.", "libs.")):
        return False
    return getattr(module, "datetime", None) is dt.datetime and "datetime.now(" in inspect.getsource(module)


if __name__ == "__main__":
    time.time = lambda: machine_time() + AHEAD
    for name in filter(asks_for_now, list(sys.modules)):
        sys.modules[name].datetime = Skewed  # pyright: ignore[reportAttributeAccessIssue]
    sys.exit(api.main())
