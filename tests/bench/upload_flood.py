"""How long one person's upload takes while another account sends all it can, and what memory the API takes then.

    python -m tests.bench.upload_flood [--uploads 10]

One account sends forty photos of 25 MB and a JPEG of a thousand scans at once, each again once it is answered.
Exits with 1 when the other person's median upload takes more than three times its time alone, when any of them is
refused, or when the API's resident memory passes 512 MB.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx
import psutil

from libs.app_config.runtime import LIMITS
from tests.bench.preparation import prepare_stack
from tests.support.clients import http_client
from tests.support.clients.api_user import ApiUser, signed_in
from tests.support.images import image_file, jpeg_of_many_scans
from tests.support.processes.api import ApiProcess, running_api
from tests.support.processes.replicate import running_replicate
from tests.support.processes.supabase_stack import running_supabase

LARGE_PHOTOS = 40
LARGEST_RATIO = 3.0
LARGEST_MEMORY = 512_000_000
SCANS = 1000
SAMPLE_SECONDS = 0.05
# Longer than the other person's uploads take.
FLOOD_SECONDS = 60


async def upload(client: httpx.AsyncClient, photo: bytes) -> int:
    """The status of one upload; 0 when the server hung up while it was being sent, as it may after a refusal."""
    try:
        return (await client.post("/uploads", files={"file": ("photo.jpg", photo)})).status_code
    except httpx.TransportError:
        return 0


async def timed_uploads(person: ApiUser, photo: bytes, count: int) -> list[float]:
    """Seconds of each upload, which must be taken."""
    times: list[float] = []
    for _ in range(count):
        began = time.monotonic()
        status = await upload(person.client, photo)
        times.append(time.monotonic() - began)
        if status != 201:
            sys.exit(f"the other person's upload was answered {status}")
        # As a person does, who chooses the next one.
        await asyncio.sleep(0.5)
    return times


async def flood(client: httpx.AsyncClient, photo: bytes, statuses: Counter[int]) -> None:
    """One photo without end."""
    while True:
        statuses[await upload(client, photo)] += 1
        # A sender that does not even wait for the network would take the processor that the API needs here.
        await asyncio.sleep(0.2)


def flood_from_elsewhere(url: str, token: str) -> None:
    """The other account, in a process of its own: what it costs to send must not slow the one that is timed."""
    asyncio.run(_flood(url, token))


async def _flood(url: str, token: str) -> None:
    # A photo may end with anything; a decoder stops at its end.
    large = image_file("JPEG", (8000, 7900))
    large += bytes(LIMITS.upload_bytes - len(large))
    scans = jpeg_of_many_scans((8000, 7900), SCANS)
    headers = {"Authorization": f"Bearer {token}"}
    statuses: Counter[int] = Counter()
    async with http_client.AsyncClient(base_url=f"{url}/api/v1", headers=headers) as client:
        try:
            async with asyncio.timeout(FLOOD_SECONDS):
                await asyncio.gather(*(flood(client, one, statuses) for one in [*[large] * LARGE_PHOTOS, scans]))
        except TimeoutError:
            print(f"answers to the flood: {dict(statuses)}")


async def watch(process: psutil.Process, memory: list[int]) -> None:
    """Resident bytes of the API, again and again; its workers are processes of their own."""
    while True:
        memory.append(process.memory_info().rss)
        await asyncio.sleep(SAMPLE_SECONDS)


async def measure(api: ApiProcess, uploads: int) -> list[str]:
    """Print what was measured; answers what is beyond its bound."""
    photo = image_file("JPEG", (4000, 3000))
    assert api.process is not None
    process = psutil.Process(api.process.pid)
    memory = [process.memory_info().rss]
    async with signed_in(api, "attacker") as attacker, signed_in(api, "person") as person:
        await upload(person.client, photo)
        alone = statistics.median(await timed_uploads(person, photo, uploads))
        at_start = process.memory_info().rss
        crowd = multiprocessing.get_context("spawn").Process(
            target=flood_from_elsewhere, args=(api.url, attacker.account.token)
        )
        crowd.start()
        watching = asyncio.create_task(watch(process, memory))
        # Until its photos are made.
        await asyncio.sleep(8)
        attacked = statistics.median(await timed_uploads(person, photo, uploads))
        await asyncio.to_thread(crowd.join)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    await asyncio.sleep(2)
    left = process.memory_info().rss
    print(f"upload alone, median of {uploads}       {alone:8.2f} s")
    print(f"upload beside the flood              {attacked:8.2f} s  {attacked / alone:.2f} times")
    print(f"memory before, most, after the flood {at_start // 10**6:5} {max(memory) // 10**6} {left // 10**6} MB")
    failures: list[str] = []
    if attacked > LARGEST_RATIO * alone:
        failures.append(f"an upload takes {attacked / alone:.2f} times as long")
    if max(memory) > LARGEST_MEMORY:
        failures.append(f"the API takes {max(memory) // 10**6} MB")
    return failures


def main() -> None:
    """Alone, then beside the flood."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uploads", type=int, default=10)
    uploads: int = parser.parse_args().uploads
    prepare_stack()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_supabase(Path(folder)) as supabase,
        running_replicate() as replicate,
        running_api(Path(folder), supabase, replicate) as api,
    ):
        failures = asyncio.run(measure(api, uploads))
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
