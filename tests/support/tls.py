"""One TLS context for all clients of a process. Nothing in the tests speaks TLS, and making one costs 50 ms."""

import functools
import ssl
from unittest import mock


def share_tls_context() -> None:
    """Let Python make its default context once for all clients of this process, those of the code under test too."""
    mock.patch.object(ssl, "create_default_context", functools.cache(ssl.create_default_context)).start()
