"""The built SPA as it is sent: in the smallest coding that the browser takes, and not again to who has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.testing import TestClient

from api.spa import YEAR, Spa, serve_spa
from libs.app_config.settings import Settings, load_settings
from local.cli.parts import api_environment
from local.cli.state import DEFAULT_PORTS
from local.secrets import LocalSecrets

CODE = "/assets/start-1a2b.js"
FILES = {
    "index.html": b"plain page",
    "index.html.br": b"br page",
    "index.html.gz": b"gzip page",
    "assets/start-1a2b.js": b"plain code",
    "assets/start-1a2b.js.br": b"br code",
    "assets/start-1a2b.js.gz": b"gzip code",
    "samples/room.webp": b"a picture",
}


@pytest.fixture
def settings() -> Settings:
    return load_settings(api_environment(DEFAULT_PORTS, LocalSecrets()))[0]


@pytest.fixture
def browser(tmp_path: Path, settings: Settings) -> Iterator[TestClient[Litestar]]:
    for name, data in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    with TestClient(
        Litestar([serve_spa], state=State({"spa": Spa(tmp_path, settings)}), openapi_config=None)
    ) as client:
        # What a browser accepts is for the tests to say, not for the client.
        client.headers["Accept-Encoding"] = "identity"
        yield client


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, gzip", "br"),
        ("gzip", "gzip"),
        ("deflate, gzip;q=1.0", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0", None),
        ("identity", None),
        ("", None),
        ("brotli", None),
    ],
)
def test_a_file_comes_in_the_smallest_coding_that_is_accepted(
    browser: TestClient[Litestar], accepted: str, coding: str | None
) -> None:
    with browser.stream("GET", CODE, headers={"Accept-Encoding": accepted}) as answer:
        sent = b"".join(answer.iter_raw())
    assert sent == f"{coding or 'plain'} code".encode()
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == YEAR


@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
def test_what_the_browser_has_is_not_sent_again(browser: TestClient[Litestar], accepted: str) -> None:
    etag = browser.get(CODE).headers["etag"]
    again = browser.get(CODE, headers={"If-None-Match": etag, "Accept-Encoding": accepted})
    assert (again.status_code, again.content) == (304, b"")
    assert (again.headers["etag"], again.headers["vary"]) == (etag, "Accept-Encoding")
    assert browser.get(CODE, headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_picture_has_one_coding(browser: TestClient[Litestar]) -> None:
    answer = browser.get("/samples/room.webp", headers={"Accept-Encoding": "br, gzip"})
    assert answer.content == FILES["samples/room.webp"]
    assert not {"vary", "content-encoding"} & set(answer.headers)


@pytest.mark.parametrize("name", ["index.html.br", "assets/start-1a2b.js.gz", "assets/gone.js"])
def test_only_what_was_built_is_a_file(browser: TestClient[Litestar], name: str) -> None:
    assert browser.get(f"/{name}").status_code == 404


def test_a_page_says_where_its_pictures_will_come_from(browser: TestClient[Litestar], settings: Settings) -> None:
    page = browser.get("/dashboard/create")
    assert page.content == FILES["index.html"]
    assert page.headers["link"] == f"<{settings.supabase_url}>; rel=preconnect"
    assert page.headers["cache-control"] == "no-cache"
