"""The API without its limit of requests a minute, so that a bench meets the server and not the limit."""

from limits import RateLimitItemPerSecond

import api.limits
from api.__main__ import main

api.limits.READS_PER_MINUTE = RateLimitItemPerSecond(1_000_000)  # pyright: ignore[reportAttributeAccessIssue]

if __name__ == "__main__":
    main()
