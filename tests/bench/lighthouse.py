"""Lighthouse on the built SPA, behind TLS and HTTP/2 as it is deployed: scores and shift of what people see first.

`python -m tests.bench.lighthouse` starts the product with data of its own, signs somebody up who has a few renders, and
prints a line for each page and device: the median score of a few loads with an empty cache, and the worst layout
shift. It ends with 1 when one misses its bound. Paths as arguments choose among the pages. CHROMIUM_PATH names
a browser other than the installed one; Lighthouse comes from npm at the version below, into npm's own cache.

A phone takes four times as long for a task as this machine, where the servers, the rest of the browser and Lighthouse
share the processor with the page: what a task waits for them is multiplied too. So each line ends with the performance
of the same loads when a task counts with the processor time it used. The bound is for the score as it is.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import msgspec
from playwright.sync_api import Playwright, sync_playwright

from local.cli.node import environment, npm
from tests.bench.https_proxy import https_in_front
from tests.bench.preparation import prepare_browser, prepare_stack
from tests.support.clients.browser_user import BrowserUser
from tests.support.processes.site import Site, running_site

LIGHTHOUSE = "lighthouse@13.5.0"
# The median of five is twice as stable as one load:
# https://github.com/GoogleChrome/lighthouse/blob/main/docs/variability.md
RUNS = 5
MOST_RUNS = 20
# Below it Lighthouse warns that the machine is slower than its throttling expects: core/gather/driver/environment.js.
LEAST_BENCHMARK_INDEX = 1000
LEAST_SCORE = 0.95
MOST_SHIFT = 0.02
QUALITIES = ("performance", "accessibility", "best-practices")
VISITOR = ("/", "/community", "/community/warm-rooms")
MEMBER = ("/dashboard/create", "/dashboard/renders")
PAGES = [*VISITOR, *MEMBER]
DEVICES = {"desktop": ["--preset=desktop"], "mobile": []}
# What chrome-launcher, which starts Chrome for Lighthouse, says to it, as far as it is about what runs beside a page.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--ignore-certificate-errors",
    "--mute-audio",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-extensions",
    "--disable-component-extensions-with-background-pages",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--metrics-recording-only",
)


@contextmanager
def browser(chromium: str, playwright: Playwright, site: Site, profile: Path, *, member: bool) -> Generator[int]:
    """A browser that only Lighthouse drives, by its port; with `member`, somebody with renders is signed in there."""
    if member:
        window = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium, args=["--no-sandbox"], base_url=site.url, ignore_https_errors=True
        )
        person = BrowserUser.with_account(window.pages[0], site, "lighthouse")
        for seed in range(8):
            person.make(preset_id="first-ideas", prompt=f"Islands that float, {seed}", variants=1)
        window.close()
    command = [chromium, *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        # It says where it listens, as the address of a WebSocket.
        try:
            yield next(
                int(said[1]) for line in process.stderr if (said := re.search(r"ws://127\.0\.0\.1:(\d+)/", line))
            )
        finally:
            process.terminate()


@contextmanager
def site_over_https(folder: Path) -> Generator[Site]:
    """The product as it is deployed: TLS and HTTP/2 in front."""
    with running_site(folder) as site:
        supabase_url: str = httpx.get(f"{site.url}/api/v1/config").json()["data"]["supabase_url"]
        with https_in_front([site.url, supabase_url], folder) as (url, _):
            yield msgspec.structs.replace(site, url=url)


def lighthouse(url: str, port: int, categories: tuple[str, ...], options: list[str]) -> dict[str, Any]:
    """Lighthouse's report of one page; with `-A=folder` among the options, of a load that was gathered there."""
    command = [
        *npm("exec", "--yes", "--", LIGHTHOUSE),
        url,
        f"--port={port}",
        "--output=json",
        "--quiet",
        f"--only-categories={','.join(categories)}",
        *options,
    ]
    output = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment()}).stdout
    return json.loads(output) if output.strip() else {}


def audit(url: str, port: int, categories: tuple[str, ...], options: list[str]) -> tuple[dict[str, Any], float]:
    """The report of one load, and its performance by processor time."""
    with tempfile.TemporaryDirectory() as folder:
        lighthouse(url, port, categories, [f"-G={folder}", *options])
        report = lighthouse(url, port, categories, [f"-A={folder}", *options])
        trace = next(path for path in Path(folder).glob("*.json") if "trace" in path.name)
        content = json.loads(trace.read_bytes())
        for event in content["traceEvents"]:
            if event.get("tdur"):
                event["dur"] = min(event["dur"], event["tdur"])
        trace.write_text(json.dumps(content))
        own = lighthouse(url, port, categories, [f"-A={folder}", *options])
    return report, own["categories"]["performance"]["score"]


def audits(url: str, port: int, categories: tuple[str, ...], options: list[str]) -> list[tuple[dict[str, Any], float]]:
    """Loads that Lighthouse has nothing against: recorded whole, on a machine as fast as it expects."""
    good: list[tuple[dict[str, Any], float]] = []
    for _ in range(MOST_RUNS):
        try:
            load = audit(url, port, categories, options)
        except subprocess.CalledProcessError:
            # "Something went wrong with recording the trace over your page load. Please run Lighthouse again."
            continue
        if load[0]["environment"]["benchmarkIndex"] > LEAST_BENCHMARK_INDEX:
            good.append(load)
        if len(good) == RUNS:
            return good
    raise SystemExit(f"{len(good)} of {MOST_RUNS} loads were good; {RUNS} are needed")


def judge(path: str, device: str, reports: list[dict[str, Any]], own: list[float]) -> bool:
    """Print the line of a page, and what holds it back. Answers whether it passes."""
    scores = {
        name: median(report["categories"][name]["score"] for report in reports) for name in reports[0]["categories"]
    }
    shift = max(report["audits"]["cumulative-layout-shift"]["numericValue"] for report in reports)
    passes = min(scores.values()) >= LEAST_SCORE and shift < MOST_SHIFT
    words = (f"{name} {100 * score:3.0f}" for name, score in scores.items())
    by_own = f"performance by processor time {100 * median(own):3.0f}"
    print(f"{path:24} {device:8}", *words, f"CLS {shift:.3f}", by_own, "" if passes else "BELOW", flush=True)
    for name, score in scores.items():
        if score >= LEAST_SCORE:
            continue
        report = next(each for each in reports if each["categories"][name]["score"] == score)
        for reference in report["categories"][name]["auditRefs"]:
            found = report["audits"][reference["id"]]
            if reference["weight"] and found["score"] is not None and found["score"] < 0.9:
                print(f"    {name}: {found['title']} {found.get('displayValue', '')}")
    return passes


def main() -> int:
    """Each page on each device. The exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", metavar="PATH", help=f"of {', '.join(PAGES)}; all of them if none is named")
    pages: list[str] = parser.parse_args().pages or PAGES
    if unknown := set(pages).difference(PAGES):
        parser.error(f"there is no page {', '.join(unknown)} here")
    prepare_stack()
    chromium = prepare_browser()
    passed: list[bool] = []
    # A phone has no servers and no Lighthouse beside the page: they take what the browser leaves of the processor, as
    # whatever is started by a thread inherits its policy.
    servers = ThreadPoolExecutor(1, initializer=os.sched_setscheduler, initargs=(0, os.SCHED_IDLE, os.sched_param(0)))
    with servers, sync_playwright() as playwright, ExitStack() as exit_stack:
        folder = Path(exit_stack.enter_context(tempfile.TemporaryDirectory()))
        site = servers.submit(exit_stack.enter_context, site_over_https(folder)).result()
        site.community_sets()
        for member, paths, categories in ((False, VISITOR, (*QUALITIES, "seo")), (True, MEMBER, QUALITIES)):
            chosen = [path for path in paths if path in pages]
            if not chosen:
                continue
            with browser(chromium, playwright, site, folder / f"profile-{member}", member=member) as port:
                for path in chosen:
                    for device, options in DEVICES.items():
                        loads = servers.submit(audits, site.url + path, port, categories, options).result()
                        passed.append(judge(path, device, *map(list, zip(*loads, strict=True))))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
