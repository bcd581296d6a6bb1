"""httpx with the timeout of tests: its own default of five seconds is too short for a busy machine."""

from functools import partial

import httpx

from tests.support.waiting import SECONDS

AsyncClient = partial(httpx.AsyncClient, timeout=SECONDS)
Client = partial(httpx.Client, timeout=SECONDS)
delete = partial(httpx.delete, timeout=SECONDS)
get = partial(httpx.get, timeout=SECONDS)
post = partial(httpx.post, timeout=SECONDS)
request = partial(httpx.request, timeout=SECONDS)
