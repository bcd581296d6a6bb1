"""A page in a real browser that is given photos: how it shows each, and what the product would send of it.

The browser is a plain process and needs no driver: the page fetches the photos from a server of this module, and posts
its results there. So any browser can be asked.
"""

import base64
import contextlib
import queue
import subprocess
import tempfile
import threading
from collections.abc import Callable, Generator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from local.cli.node import WEB, environment, npm
from local.cli.steps import overlay

PAGE: Final = Path(__file__).parents[1] / "pages" / "photo_corpus.js"
PREPARE_PHOTO: Final = WEB / "src" / "features" / "create" / "prepare-photo.ts"
# For a start of the browser on a busy machine; a photo takes about 20 ms.
START_SECONDS: Final = 60.0
PHOTO_SECONDS: Final = 0.5

Color = tuple[int, int, int]
Command = Callable[[Path, str], Sequence[str]]
"""From a folder for the browser's profile and an address to a command line."""


class Photo(NamedTuple):
    """A file as a person chooses it. `mime` is what their system says of it."""

    name: str
    mime: str
    data: bytes


class Bounds(msgspec.Struct, frozen=True):
    """What the page knows of the API's limits."""

    upload_bytes: int
    upload_pixels: int
    input_longest_side: int


class Shown(msgspec.Struct, frozen=True):
    """A photo on white, as the browser draws it: its size, and the color in the middle of each of four fields."""

    width: int
    height: int
    fields: tuple[Color, Color, Color, Color]


class Sent(msgspec.Struct, frozen=True):
    """What the page sends: `data`, or the file as it is (None). Nothing when it is `refused`, with this sentence."""

    data: bytes | None
    refused: str | None


class Result(msgspec.Struct, frozen=True):
    """Of one photo. `shown` is None when the browser cannot open it."""

    shown: Shown | None
    sent: Sent


def chromium(program: str) -> Command:
    """Chromium without a window, with the colors of no display."""
    return lambda folder, url: [
        program,
        "--headless",
        "--no-sandbox",
        "--no-first-run",
        "--force-color-profile=srgb",
        f"--user-data-dir={folder}",
        url,
    ]


def firefox(program: str) -> Command:
    """The same of Firefox."""

    def command(folder: Path, url: str) -> Sequence[str]:
        (folder / "user.js").write_text('user_pref("gfx.color_management.force_srgb", true);\n')
        return [program, "--headless", "--no-remote", "--profile", str(folder), url]

    return command


def ask(command: Command, photos: Sequence[Photo], bounds: Bounds) -> list[Result]:
    """Load the page once, with all photos. Raises queue.Empty when the browser does not answer in time."""
    files = [{"name": name, "type": mime, "data": base64.b64encode(data).decode()} for name, mime, data in photos]
    answers = {
        "/": ("text/html", b'<!doctype html><script type="module" src="/page.js"></script>'),
        "/page.js": ("text/javascript", PAGE.read_bytes()),
        "/prepare-photo.js": ("text/javascript", _bundled(PREPARE_PHOTO)),
        "/corpus": ("application/json", msgspec.json.encode({"files": files, "limits": bounds})),
    }
    with _server(answers) as (url, posted), tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = subprocess.Popen(
            command(Path(folder), url),
            env=overlay({"HOME": folder}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            results = posted.get(timeout=START_SECONDS + PHOTO_SECONDS * len(photos))
        finally:
            browser.terminate()
            browser.wait()
    return msgspec.json.decode(results, type=list[Result])


def _bundled(module: Path) -> bytes:
    command = npm("exec", "--no", "--", "rolldown", str(module), "--format", "esm", "--log-level", "silent")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "module.js"
        subprocess.run([*command, "--file", file], cwd=WEB, env=overlay(environment()), check=True, capture_output=True)
        return file.read_bytes()


@contextlib.contextmanager
def _server(answers: dict[str, tuple[str, bytes]]) -> Generator[tuple[str, queue.Queue[bytes]]]:
    """Answers GET with these; what is posted comes out of the queue."""
    posted: queue.Queue[bytes] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mime, body = answers.get(self.path, ("text/plain", b""))
            self._answer(200 if self.path in answers else 404, mime, body)

        def do_POST(self) -> None:
            posted.put(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(204, "text/plain", b"")

        def _answer(self, status: int, mime: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", mime)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", posted
        finally:
            server.shutdown()
            thread.join()
