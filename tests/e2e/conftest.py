"""A running product and a browser. A test opens windows; whatever a page complains of fails the test."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from local.cli.browser import ensure_chromium
from tests.support.checks.page_problems import PageProblems
from tests.support.clients.browser_user import BrowserUser
from tests.support.processes.site import Site, running_site

# Enough for a picture on a machine that is busy with other things.
PATIENCE_MS = 45_000

OpenWindow = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("state")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure_chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page_problems() -> PageProblems:
    """What the pages of this test complained of."""
    return PageProblems()


@pytest.fixture
def open_window(
    browser: Browser, site: Site, page_problems: PageProblems, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[OpenWindow]:
    """Opens a fresh browser profile at the product; options are those of Playwright's `new_context`."""
    windows: list[BrowserContext] = []

    def open_one(**options: object) -> BrowserContext:
        window = browser.new_context(base_url=site.url, **options)  # pyright: ignore[reportArgumentType]
        window.set_default_timeout(PATIENCE_MS)
        window.tracing.start(snapshots=True)
        page_problems.listen(window)
        windows.append(window)
        return window

    yield open_one
    for number, window in enumerate(windows):
        if request.node.stash.get(FAILED, False):
            trace = tmp_path / f"trace-{number}.zip"
            window.tracing.stop(path=trace)
            print(f"what the browser saw: playwright show-trace {trace}")
        window.close()
    assert page_problems.seen == []


@pytest.fixture
def alice(open_window: OpenWindow, site: Site) -> BrowserUser:
    """A new person at Create, in a browser of their own."""
    return BrowserUser.with_account(open_window().new_page(), site, "alice")


@pytest.fixture
def bob(open_window: OpenWindow, site: Site) -> BrowserUser:
    """Another new person, in a browser of their own."""
    return BrowserUser.with_account(open_window().new_page(), site, "bob")


FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of a browser more time than pyproject.toml gives to others: they wait for pages one after another."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(240))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes for the fixtures whether the test failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
