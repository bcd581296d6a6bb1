"""One TLS context for all clients of a process. Nothing in the tests speaks TLS, and making one costs 50 ms."""

import functools

import httpx
import httpx._transports.default as transports


def share_tls_context() -> None:
    """Make httpx build its context once for all clients of this process, ours and those of the code under test."""
    shared = functools.lru_cache(httpx.create_ssl_context)
    httpx.create_ssl_context = shared
    transports.create_ssl_context = shared  # pyright: ignore[reportPrivateImportUsage], where the clients find it
