"""How long one person's upload takes while another account sends all it can, and what memory the API takes then.

    python -m tests.bench.upload_flood [--uploads 10]

One account sends forty photos of 25 MB and a JPEG of a thousand scans at once, each again once it is answered.
Exits with 1 when the other person's median upload takes more than three times its time alone, when any of them is
refused, or when the API's resident memory passes 512 MB.
"""

import argparse
import asyncio
import contextlib
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


async def upload(person: ApiUser, photo: bytes) -> int:
    """The status of one upload; 0 when the server hung up while it was being sent, as it may after a refusal."""
    try:
        return (await person.client.post("/uploads", files={"file": ("photo.jpg", photo)})).status_code
    except httpx.TransportError:
        return 0


async def timed_uploads(person: ApiUser, photo: bytes, count: int) -> list[float]:
    """Seconds of each upload, which must be taken."""
    times: list[float] = []
    for _ in range(count):
        began = time.monotonic()
        status = await upload(person, photo)
        times.append(time.monotonic() - began)
        if status != 201:
            sys.exit(f"the other person's upload was answered {status}")
        # As a person does, who chooses the next one.
        await asyncio.sleep(0.5)
    return times


async def flood(person: ApiUser, photo: bytes, statuses: Counter[int]) -> None:
    """One photo without end."""
    while True:
        statuses[await upload(person, photo)] += 1
        # A sender that does not even wait for the network would take the processor that the API needs here.
        await asyncio.sleep(0.2)


async def watch(process: psutil.Process, memory: list[int]) -> None:
    """Resident bytes of the API, again and again; its workers are processes of their own."""
    while True:
        memory.append(process.memory_info().rss)
        await asyncio.sleep(SAMPLE_SECONDS)


async def measure(api: ApiProcess, uploads: int) -> list[str]:
    """Print what was measured; answers what is beyond its bound."""
    photo = image_file("JPEG", (4000, 3000))
    # A photo may end with anything; a decoder stops at its end.
    large = image_file("JPEG", (8000, 7900))
    large += bytes(LIMITS.upload_bytes - len(large))
    scans = jpeg_of_many_scans((8000, 7900), SCANS)
    assert api.process is not None
    process = psutil.Process(api.process.pid)
    memory = [process.memory_info().rss]
    statuses: Counter[int] = Counter()
    async with signed_in(api, "attacker") as attacker, signed_in(api, "person") as person:
        await upload(person, photo)
        alone = statistics.median(await timed_uploads(person, photo, uploads))
        at_start = process.memory_info().rss
        tasks = [asyncio.create_task(flood(attacker, one, statuses)) for one in [*[large] * LARGE_PHOTOS, scans]]
        tasks.append(asyncio.create_task(watch(process, memory)))
        await asyncio.sleep(1)
        attacked = statistics.median(await timed_uploads(person, photo, uploads))
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)
    await asyncio.sleep(2)
    left = process.memory_info().rss
    print(f"upload alone, median of {uploads}       {alone:8.2f} s")
    print(f"upload beside the flood              {attacked:8.2f} s  {attacked / alone:.2f} times")
    print(f"memory before, most, after the flood {at_start // 10**6:5} {max(memory) // 10**6} {left // 10**6} MB")
    print(f"answers to the flood: {dict(statuses)}")
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
