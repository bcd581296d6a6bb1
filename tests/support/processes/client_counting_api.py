"""The API in a process that notes each HTTP client and TLS context it builds.

One line for each in the file that BUILT_FILE names.
"""

import os
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import httpx

from api.__main__ import main


def noted(kind: type, method: str) -> None:
    """Write a line whenever `kind` is built."""
    build: Callable[..., Any] = getattr(kind, method)

    def building(*arguments: Any, **options: Any) -> Any:
        with Path(os.environ["BUILT_FILE"]).open("a") as file:
            file.write(f"{kind.__name__}\n")
        return build(*arguments, **options)

    setattr(kind, method, building)


if __name__ == "__main__":
    for client in (httpx.AsyncClient, httpx.Client, aiohttp.ClientSession, aiohttp.TCPConnector):
        noted(client, "__init__")
    noted(ssl.SSLContext, "__new__")
    sys.exit(main())
