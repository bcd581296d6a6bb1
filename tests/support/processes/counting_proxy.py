"""A proxy in front of the gateway that writes down what the API asks of it."""

import contextlib
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from local.machine import HOST
from tests.support.clients import http_client

# These belong to one connection, not to the message.
HOP_BY_HOP = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}


class CountingProxy(ThreadingHTTPServer):
    """`calls` are `METHOD /path` in the order in which they came."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__((HOST, 0), Forwarder)
        self.upstream = http_client.Client(base_url=upstream)
        self.calls: list[str] = []

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.server_port}"


class Forwarder(BaseHTTPRequestHandler):
    """Sends a request on and its answer back."""

    protocol_version = "HTTP/1.1"
    server: CountingProxy  # pyright: ignore[reportIncompatibleVariableOverride], it serves no other

    def forward(self) -> None:
        self.server.calls.append(f"{self.command} {self.path.partition('?')[0]}")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        request = self.server.upstream.build_request(self.command, self.path, headers=headers, content=body)
        answer = self.server.upstream.send(request, stream=True)
        content = b"".join(answer.iter_raw())
        self.send_response(answer.status_code)
        for name, value in answer.headers.multi_items():
            if name not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = forward  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in the base
        """Nothing: `calls` is the log."""


@contextlib.contextmanager
def counting_proxy(upstream: str) -> Generator[CountingProxy]:
    """Serve on a free port, in threads, until the block ends."""
    with CountingProxy(upstream) as proxy:
        thread = Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
            proxy.upstream.close()
