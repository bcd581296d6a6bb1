"""The API as a process that holds still at one step of its work, until a test lets it go on or kills it."""

import asyncio
import contextlib
import functools
import itertools
import multiprocessing
import os
import time
from collections.abc import AsyncGenerator, Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec

import api.__main__
from libs.repositories.generation_jobs import GenerationJobRepository
from libs.repositories.storage import Storage
from libs.repositories.webhook_jobs import WebhookJobRepository
from libs.services.external.output_fetcher import OutputFetcher
from libs.services.external.replicate_client import ReplicateClient
from libs.services.generation.ingest import WebhookIngest
from tests.support.processes.api import ApiProcess
from tests.support.processes.supabase_stack import READY_SECONDS, free_port
from tests.support.tls import share_tls_context
from tests.support.waiting import SECONDS

# Forked from one that has imported everything: a test needs many of these processes.
FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["__main__", __name__])

# Made before the fork: each process would make seven.
share_tls_context()
httpx.Client().close()

CLASSES = {
    owner.__name__: owner
    for owner in (
        GenerationJobRepository,
        OutputFetcher,
        ReplicateClient,
        Storage,
        WebhookIngest,
        WebhookJobRepository,
    )
}


class PausedApi(msgspec.Struct, frozen=True, kw_only=True):
    """A second process of an API. It serves until it reaches its step; then nothing in it moves."""

    api: ApiProcess
    process: ForkServerProcess
    pipe: Connection

    async def wait_until_paused(self, seconds: float = SECONDS) -> None:
        """Wait until it holds still."""
        async with asyncio.timeout(seconds):
            while not self.pipe.poll():
                assert self.process.is_alive(), "it ended before the step"
                await asyncio.sleep(0.02)
        self.pipe.recv()

    def resume(self) -> None:
        """Let it finish its work."""
        self.pipe.send("go on")

    def kill(self) -> None:
        """End it as a crash does, wherever it is."""
        self.process.kill()
        self.process.join()


@contextlib.asynccontextmanager
async def paused_at(step: str, api: ApiProcess) -> AsyncGenerator[PausedApi]:
    """Run a replica that holds still at `step`: `before` or `after` a class's method, and which call of it.

    `"after Storage.upload 3"` is right after the third upload. Its webhooks go to `api`.
    """
    replica = ApiProcess(
        supabase=api.supabase,
        replicate=api.replicate,
        folder=api.folder,
        port=free_port(),
        overrides={**api.overrides, "PUBLIC_URL": api.url},
    )
    ours, theirs = cast("tuple[Connection, Connection]", FORKSERVER.Pipe())
    process = FORKSERVER.Process(target=_serve, args=(step, replica.environment(), replica.log, theirs), daemon=True)
    process.start()
    theirs.close()
    paused = PausedApi(api=replica, process=process, pipe=ours)
    try:
        await _ready(paused)
        yield paused
    finally:
        paused.kill()
        ours.close()


async def _ready(paused: PausedApi) -> None:
    deadline = time.monotonic() + READY_SECONDS
    async with httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(f"{paused.api.url}/readyz", timeout=2)).is_success:
                    return
            except httpx.HTTPError:
                assert paused.process.is_alive(), paused.api.log.read_text()[-2000:]
            assert time.monotonic() < deadline, "the API did not start"
            await asyncio.sleep(0.1)


def _serve(step: str, environment: Mapping[str, str], log: Path, pipe: Connection) -> None:
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.update(environment)
    _hold_at(step, pipe)
    api.__main__.main()


def _hold_at(step: str, pipe: Connection) -> None:
    moment, place, *which = step.split()
    class_name, _, method = place.partition(".")
    original = getattr(CLASSES[class_name], method)
    calls = itertools.count(1)
    wanted = int(which[0]) if which else 1

    def hold() -> None:
        # Blocks the event loop on purpose: nothing else of this process moves on.
        pipe.send("reached")
        pipe.recv()

    @functools.wraps(original)
    async def paused(*args: Any, **kwargs: Any) -> Any:
        here = next(calls) == wanted
        if here and moment == "before":
            hold()
        answer = await original(*args, **kwargs)
        if here and moment == "after":
            hold()
        return answer

    setattr(CLASSES[class_name], method, paused)
