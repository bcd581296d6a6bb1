"""The API as a process that pauses at one step of its work, until a test resumes or kills it."""

import contextlib
import functools
import itertools
import multiprocessing
import os
from collections.abc import AsyncGenerator, Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, cast

import msgspec

import api.__main__
from libs.repositories.account import AccountRepository
from libs.repositories.closed_accounts import ClosedAccountRepository
from libs.repositories.file_changes import FileChangeRepository
from libs.repositories.generation_jobs import GenerationJobRepository
from libs.repositories.storage import Storage
from libs.repositories.webhook_jobs import WebhookJobRepository
from libs.services.external.output_fetcher import OutputFetcher
from libs.services.external.replicate_client import ReplicateClient
from libs.services.external.stripe_client import StripeClient
from libs.services.generation.ingest import WebhookIngest
from tests.support.clients import http_client
from tests.support.processes.api import ApiProcess
from tests.support.processes.readiness import READY_SECONDS, answers
from tests.support.processes.supabase_stack import free_port
from tests.support.tls import share_tls_context
from tests.support.waiting import until

# Forked from one that has imported everything: a test needs many of these processes.
FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["__main__", __name__])

# Made before the fork: each process would make seven.
share_tls_context()
http_client.Client().close()

CLASSES = {
    owner.__name__: owner
    for owner in (
        AccountRepository,
        ClosedAccountRepository,
        FileChangeRepository,
        GenerationJobRepository,
        OutputFetcher,
        ReplicateClient,
        Storage,
        StripeClient,
        WebhookIngest,
        WebhookJobRepository,
    )
}


class PausedApi(msgspec.Struct, frozen=True, kw_only=True):
    """A second process of an API. It serves until it reaches its step; then it does nothing."""

    api: ApiProcess
    process: ForkServerProcess
    pipe: Connection

    async def wait_until_paused(self) -> None:
        """Wait until it has reached its step. Raises RuntimeError when it ends before."""

        def look() -> bool:
            if not self.process.is_alive():
                raise RuntimeError("the API ended before the step")
            return self.pipe.poll()

        await until(look)
        self.pipe.recv()

    def resume(self) -> None:
        """Let it go on after its step."""
        self.pipe.send("resume")

    def kill(self) -> None:
        """End it as a crash does, wherever it is."""
        self.process.kill()
        self.process.join()


@contextlib.asynccontextmanager
async def paused_at(step: str, api: ApiProcess) -> AsyncGenerator[PausedApi]:
    """Run a replica that pauses at `step`: `before` or `after` a class's method, and which call of it.

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
        await _until_ready(paused)
        yield paused
    finally:
        paused.kill()
        ours.close()


async def _until_ready(paused: PausedApi) -> None:
    def look() -> bool:
        if not paused.process.is_alive():
            raise RuntimeError(f"the API ended:\n{paused.api.log.read_text()[-2000:]}")
        return answers(f"{paused.api.url}/readyz")

    await until(look, seconds=READY_SECONDS)


def _serve(step: str, environment: Mapping[str, str], log: Path, pipe: Connection) -> None:
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.update(environment)
    _pause_at(step, pipe)
    api.__main__.main()


def _pause_at(step: str, pipe: Connection) -> None:
    when, place, *which = step.split()
    class_name, _, method = place.partition(".")
    original = getattr(CLASSES[class_name], method)
    calls = itertools.count(1)
    wanted = int(which[0]) if which else 1

    def pause() -> None:
        # Blocks the event loop on purpose: nothing else of this process goes on.
        pipe.send("paused")
        pipe.recv()

    @functools.wraps(original)
    async def pausing(*args: Any, **kwargs: Any) -> Any:
        is_step = next(calls) == wanted
        if is_step and when == "before":
            pause()
        answer = await original(*args, **kwargs)
        if is_step and when == "after":
            pause()
        return answer

    setattr(CLASSES[class_name], method, pausing)
