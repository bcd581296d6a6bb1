"""Lighthouse on the built SPA as it is served: scores and layout shift of the pages people see first.

`python -m tests.bench.lighthouse` starts the product with data of its own, signs somebody up who has a few renders, and
prints one line a page and device. Lighthouse comes from npm at the version below, into npm's own cache.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright

from local.cli.node import environment, npm
from tests.e2e.person import Person
from tests.e2e.site import Site, running_site
from tests.stack import free_port

LIGHTHOUSE = "lighthouse@13"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
VISITOR = ("/", "/community", "/community/warm-rooms")
MEMBER = ("/dashboard/create", "/dashboard/renders")
DEVICES = {"desktop": ["--preset=desktop"], "mobile": []}
SETS_SECONDS = 60


@contextmanager
def browser(site: Site, profile: Path, *, member: bool) -> Iterator[int]:
    """A browser that Lighthouse drives by its port; with `member`, one that somebody with renders is signed in at."""
    port = free_port()
    with sync_playwright() as playwright:
        window = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=os.environ["CHROMIUM_PATH"],
            args=["--no-sandbox", f"--remote-debugging-port={port}"],
            base_url=site.url,
        )
        if member:
            person = Person.with_account(window.pages[0], site, "lighthouse")
            for seed in range(8):
                person.make(preset_id="first-ideas", prompt=f"Islands that float, {seed}", variants=1)
        yield port
        window.close()


def audit(url: str, port: int, options: list[str]) -> dict[str, Any]:
    """Lighthouse's report of one page."""
    command = [
        *npm("exec", "--yes", "--", LIGHTHOUSE),
        url,
        f"--port={port}",
        "--disable-storage-reset",
        "--output=json",
        "--quiet",
        f"--only-categories={','.join(CATEGORIES)}",
        *options,
    ]
    return json.loads(
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment()}).stdout
    )


def print_line(path: str, device: str, report: dict[str, Any]) -> None:
    scores = {name: report["categories"][name]["score"] for name in CATEGORIES}
    shift = report["audits"]["cumulative-layout-shift"]["numericValue"]
    print(
        f"{path:26} {device:8}", *(f"{name} {100 * score:3.0f}" for name, score in scores.items()), f"CLS {shift:.3f}"
    )
    for name, score in scores.items():
        if score < 0.95:
            for reference in report["categories"][name]["auditRefs"]:
                found = report["audits"][reference["id"]]
                if reference["weight"] and found["score"] is not None and found["score"] < 0.9:
                    print(f"    {name}: {found['title']} {found.get('displayValue', '')}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder)) as site:
        deadline = time.monotonic() + SETS_SECONDS
        while not httpx.get(f"{site.url}/api/v1/community").json()["data"] and time.monotonic() < deadline:
            time.sleep(0.5)
        for member, paths in ((False, VISITOR), (True, MEMBER)):
            with browser(site, Path(folder) / f"profile-{member}", member=member) as port:
                for path in paths:
                    for device, options in DEVICES.items():
                        print_line(path, device, audit(site.url + path, port, options))


if __name__ == "__main__":
    main()
