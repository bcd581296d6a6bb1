"""What the API adds to a read: a page of 20 renders from it and from PostgREST directly, and the API before a stub.

    python -m tests.bench.api_overhead [--seconds 8] [--connections 16] [--beside CHECKOUT]

Prints requests a second, the median and the 99th percentile of their times, the processor time of a request in the
API's process, and the ratio of the rates; all measured by turns. The gateway that stands for PostgREST here is a Node
process on this machine and bounds the first pair; the stub answers from memory, so the second pair shows what our own
code costs. `--beside` measures the API of another checkout, with its own `.venv`, before the same stub.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import aiohttp
import httpx
import msgspec
import psutil

from tests.bench.preparation import prepare_stack
from tests.support.factories import Draft, add_renders
from tests.support.processes.api import ApiProcess, running_api
from tests.support.processes.replicate import running_replicate
from tests.support.processes.supabase_stack import SupabaseStack, free_port, running_supabase

ROUNDS = 3
# Reads are limited to 600 a minute: a minute's worth would be over at once.
UNLIMITED = "tests.bench.unlimited_api"


async def store_thumbnails(supabase: SupabaseStack) -> None:
    """Files for the rows: a URL is signed, and then kept, only for what is there."""
    with supabase.connect() as connection:
        names = [name for (name,) in connection.execute("select thumbnail_path from render_variants")]
    key = supabase.gateway.secret_key
    headers = {"apikey": key, "Authorization": f"Bearer {key}", "content-type": "image/webp"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for name in names:
            async with session.post(f"{supabase.url}/storage/v1/object/renders/{name}", data=b"RIFF") as answer:
                assert answer.status == 200, await answer.text()


async def load(target: "Target", connections: int, seconds: float) -> list[float]:
    """Latencies in milliseconds of as many requests as fit."""
    times: list[float] = []
    ends = time.perf_counter() + seconds
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(headers=target.headers, connector=connector) as session:

        async def ask() -> None:
            while time.perf_counter() < ends:
                began = time.perf_counter()
                async with session.request(target.method, target.url, json=target.body) as answer:
                    assert answer.status == 200, await answer.text()
                    await answer.read()
                times.append((time.perf_counter() - began) * 1000)

        await asyncio.gather(*(ask() for _ in range(connections)))
    return times


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Something to ask, and how."""

    name: str
    url: str
    headers: dict[str, str]
    method: str = "GET"
    body: object = None
    process: psutil.Process | None = None
    """Whose processor time is counted."""

    def processor_seconds(self) -> float:
        """What the process used since its start; 0 where none is counted."""
        if self.process is None:
            return 0.0
        used = self.process.cpu_times()
        return used.user + used.system


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What one turn of a target took. Times in milliseconds; `processor` is of one request."""

    rate: float
    median: float
    p99: float
    processor: float


async def measure(target: Target, seconds: float, connections: int) -> Round:
    """One turn: as many requests as fit into the seconds."""
    before = target.processor_seconds()
    times = await load(target, connections, seconds)
    used = target.processor_seconds() - before
    return Round(
        rate=len(times) / seconds,
        median=statistics.median(times),
        p99=statistics.quantiles(times, n=100)[98],
        processor=used * 1000 / len(times),
    )


async def compare(targets: list[Target], seconds: float, connections: int) -> None:
    """By turns, so that whatever else the machine does meets all alike; the medians of the rounds are printed."""
    rounds: dict[str, list[Round]] = {target.name: [] for target in targets}
    for _ in range(ROUNDS):
        for target in targets:
            rounds[target.name].append(await measure(target, seconds, connections))
    print(f"\n{'':<24}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'CPU ms':>10}")
    for target in targets:
        made = rounds[target.name]
        rate, median, p99, processor = (
            statistics.median(values)
            for values in zip(*((turn.rate, turn.median, turn.p99, turn.processor) for turn in made), strict=True)
        )
        cost = f"{processor:.2f}" if target.process else "-"
        print(f"{target.name:<24}{rate:>12.0f}{median:>10.1f}{p99:>10.1f}{cost:>10}")
    ours, theirs = (statistics.median(turn.rate for turn in rounds[target.name]) for target in targets)
    print(f"ratio of the rates {ours / theirs:.2f}", flush=True)


def api_target(name: str, api: ApiProcess, headers: dict[str, str]) -> Target:
    """The list of renders at our API."""
    assert api.process
    process = psutil.Process(api.process.pid)
    return Target(name=name, url=f"{api.url}/api/v1/renders", headers=headers, process=process)


@contextlib.contextmanager
def running_stub(page: Path) -> Generator[str]:
    """The stub upstream on a free port; its URL."""
    port = free_port()
    environment = {**os.environ, "STUB_PORT": str(port), "STUB_PAGE": str(page)}
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.stub_upstream"], env=environment)
    try:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"http://127.0.0.1:{port}/")
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def main() -> None:
    """Start Supabase, fill a gallery, measure against PostgREST and against the stub."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--beside", type=Path)
    options = parser.parse_args()
    prepare_stack()
    with (
        tempfile.TemporaryDirectory() as name,
        running_supabase(Path(name)) as supabase,
        running_replicate() as replicate,
    ):
        folder = Path(name)
        person = asyncio.run(supabase.sign_up())
        with supabase.connect() as connection:
            add_renders(connection, person.id, [Draft() for _ in range(100)])
        asyncio.run(store_thumbnails(supabase))
        bearer = {"Authorization": f"Bearer {person.token}"}
        direct = Target(
            name="PostgREST directly",
            url=f"{supabase.url}/rest/v1/rpc/list_renders",
            method="POST",
            headers=supabase.headers(person.token),
            body={"filter": {}, "sort": "newest", "page_size": 20},
        )
        with running_api(folder, supabase, replicate, module=UNLIMITED) as api:
            ours = api_target("API", api, bearer)
            asyncio.run(compare([ours, direct], options.seconds, options.connections))

        page = folder / "page.json"
        page.write_bytes(httpx.post(direct.url, json=direct.body, headers=direct.headers).raise_for_status().content)
        with (
            running_stub(page) as stub,
            running_api(folder, supabase, replicate, {"SUPABASE_URL": stub}, module=UNLIMITED) as api,
        ):
            ours = api_target("API before the stub", api, bearer)
            alone = Target(name="the stub alone", url=f"{stub}/rest/v1/rpc/list_renders", headers=bearer)
            asyncio.run(compare([ours, alone], options.seconds, options.connections))
            if options.beside:
                settings = {"SUPABASE_URL": stub}
                with running_api(folder, supabase, replicate, settings, None, UNLIMITED, options.beside) as other:
                    theirs = api_target(f"API of {options.beside.name}", other, bearer)
                    asyncio.run(compare([ours, theirs], options.seconds, options.connections))


if __name__ == "__main__":
    main()
