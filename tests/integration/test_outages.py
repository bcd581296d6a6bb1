"""H2: the database or its gateway dies, hangs, runs full or speaks plain text; our process lives on and recovers."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import msgspec
import psutil
import pytest

from libs.errors import ErrorCode
from libs.repositories.database import CALL_SECONDS
from libs.repositories.storage import TIMEOUT
from local.machine import HOST
from local.postgres.server import Postgres
from tests.support.checks.invariants import assert_consistent
from tests.support.clients.api_user import ApiUser, assert_refused, signed_in
from tests.support.images import image_file
from tests.support.predictions import deliver, delivery_body, running_generation
from tests.support.processes.api import ApiProcess, running_api, submit, until_ended
from tests.support.processes.readiness import wait_until_ready
from tests.support.processes.replicate import running_replicate
from tests.support.processes.supabase_stack import running_gateway, running_supabase
from tests.support.waiting import until

# In seconds: a call that tries again after its timeout takes longer than this.
TWO_TRIES = 2 * min(CALL_SECONDS, TIMEOUT.read or 0)


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """An API whose parts may be broken without breaking other tests'."""

    api: ApiProcess
    postgres: Postgres
    folder: Path
    later: contextlib.ExitStack
    """Ends what was started again."""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broken]:
    folder = tmp_path_factory.mktemp("outages")
    with (
        running_supabase(folder) as supabase,
        contextlib.ExitStack() as later,
        running_replicate(speed=50) as replicate,
        running_api(folder, supabase, replicate) as api,
    ):
        port = httpx.URL(supabase.gateway.database_url).port
        assert port is not None
        postgres = Postgres(folder / "postgres", port, "test-superuser")
        yield Broken(api=api, postgres=postgres, folder=folder, later=later)


@pytest.fixture
async def alice(broken: Broken) -> AsyncIterator[ApiUser]:
    async with signed_in(broken.api, "alice") as user:
        yield user


def assert_unavailable(answer: httpx.Response, code: ErrorCode = ErrorCode.DATABASE_UNAVAILABLE) -> None:
    assert_refused(answer, code)
    assert int(answer.headers["retry-after"]) > 0
    assert answer.elapsed.total_seconds() < TWO_TRIES


async def assert_recovers(api: ApiProcess, person: ApiUser) -> None:
    """The same process serves again by itself, and the whole job runs."""
    assert api.process is not None
    assert api.process.poll() is None

    async def serves() -> bool:
        answer = await person.client.get("/me")
        if not answer.is_success:
            assert_refused(answer, ErrorCode.DATABASE_UNAVAILABLE)
        return answer.is_success

    await until(serves)
    generation = await person.generation()
    assert [variant["width"] > 0 for variant in generation["render"]["variants"]] == [True]


class PlainText(BaseHTTPRequestHandler):
    """A load balancer whose backend is gone."""

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(502)
        self.send_header("content-type", "text/plain")
        self.end_headers()
        self.wfile.write(b"upstream connect error or disconnect/reset before headers")

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in the base
        """Nothing to keep."""


@contextlib.contextmanager
def plain_text_at(port: int) -> Generator[None]:
    with ThreadingHTTPServer((HOST, port), PlainText) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def listener(port: int) -> int:
    """The process that listens on a port."""
    (process_id,) = {
        connection.pid
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
        and connection.laddr
        and connection.laddr.port == port
        and connection.pid
    }
    assert process_id
    return process_id


@contextlib.contextmanager
def hanging_gateway(broken: Broken) -> Generator[None]:
    """Its connections stand, and nothing is answered."""
    process_id = listener(broken.api.supabase.gateway.port)
    os.kill(process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process_id, signal.SIGCONT)


@contextlib.contextmanager
def killed_gateway(broken: Broken) -> Generator[None]:
    """A load balancer answers in its place, in plain text."""
    gateway = broken.api.supabase.gateway
    process = psutil.Process(listener(gateway.port))
    process.kill()
    psutil.wait_procs([process], timeout=5)
    try:
        with plain_text_at(gateway.port):
            yield
    finally:
        log = broken.folder / "gateway.log"
        restarted = broken.later.enter_context(running_gateway(gateway, log))
        wait_until_ready(restarted, gateway.is_ready, log)


@contextlib.contextmanager
def killed_postgres(broken: Broken) -> Generator[None]:
    """Ended as a crash would, and started again behind its clients' backs."""
    port = broken.postgres.port
    server = psutil.Process(listener(port))
    server.kill()
    psutil.wait_procs([server], timeout=5)
    try:
        yield
    finally:
        database = broken.postgres.start(broken.folder / "postgres.log")
        broken.later.callback(broken.postgres.stop, database)


@pytest.mark.parametrize("outage", [hanging_gateway, killed_gateway, killed_postgres], ids=lambda one: one.__name__)
async def test_H2_an_outage_is_told_in_bounded_time_and_ends_by_itself(
    broken: Broken, alice: ApiUser, outage: Callable[[Broken], contextlib.AbstractContextManager[None]]
) -> None:
    own = broken.api
    job, prediction_id = await running_generation(own, alice.client)
    body = delivery_body(own, prediction_id, "succeeded", outputs=1)
    with outage(broken):
        answers = await asyncio.gather(
            alice.client.get("/me"),
            submit(alice.client),
            alice.client.post("/uploads", files={"file": ("photo.jpg", image_file())}),
            # Anything but 2xx is delivered again by the provider.
            deliver(own, job, body),
        )
        # An answer of the second before the outage is given again.
        ready = await until(lambda: alice.client.get(f"{own.url}/readyz"), lambda answer: answer.status_code != 200)
        for answer in (*answers, ready):
            is_upload = answer.request.url.path.endswith("/uploads")
            assert_unavailable(answer, *[ErrorCode.STORAGE_UNAVAILABLE] * is_upload)
            (failure,), _ = await own.logged(answer)
            assert failure["code"] == answer.json()["error"]["code"]
            assert failure["causes"], "the log does not say what did not answer"
        assert (await alice.client.get(f"{own.url}/healthz")).status_code == 200
    await until(lambda: deliver(own, job, body), lambda answer: answer.status_code == 200)
    assert (await until_ended(alice.client, job))["status"] == "succeeded"
    await assert_recovers(own, alice)
    assert {entry["status"] for entry in await assert_consistent(own, alice.id)} == {"succeeded"}


async def test_H2_under_load_every_request_is_served_or_told(broken: Broken, alice: ApiUser) -> None:
    """Postgres dies in the midst of them, and not before the first one is sent."""
    own = broken.api
    answers: list[httpx.Response] = []
    is_over = asyncio.Event()

    async def keep_asking(method: str, address: str) -> None:
        while not is_over.is_set():
            body = {"name": "Ideas"} if method == "POST" else None
            answers.append(await alice.client.request(method, address, json=body))
            await asyncio.sleep(0.2)

    async with asyncio.TaskGroup() as load:
        for address in ("/me", "/renders", "/usage", "/generations", "/collections"):
            load.create_task(keep_asking("GET", address))
        for _ in range(2):
            load.create_task(keep_asking("POST", "/collections"))
        await until(lambda: len(answers), lambda count: count >= 20)
        with killed_postgres(broken):
            await until(lambda: sum(not answer.is_success for answer in answers), lambda count: count >= 20)
        is_over.set()
    served = [answer for answer in answers if answer.is_success]
    refused = [answer for answer in answers if not answer.is_success]
    assert served
    for answer in refused:
        assert_unavailable(answer)
    kept = {collection["id"] for collection in await collections(alice)}
    assert {answer.json()["data"]["id"] for answer in served if answer.request.method == "POST"} <= kept
    await assert_recovers(own, alice)


async def collections(person: ApiUser) -> list[dict[str, Any]]:
    """All of a person's collections."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = (await person.client.get("/collections", params=cursor)).raise_for_status().json()
        found += answer["data"]
        if not (following := answer["meta"].get("next_cursor")):
            return found
        cursor = {"cursor": following}


async def test_H2_a_full_disk_refuses_writes_and_serves_reads(broken: Broken, alice: ApiUser) -> None:
    """Postgres' own error for it, 53100, raised where the row would be written."""
    own = broken.api
    with own.supabase.connect() as connection:
        connection.execute(
            """
            create function private.full_disk() returns trigger language plpgsql as
            $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$;
            create trigger full_disk before insert on generation_jobs
              for each row execute function private.full_disk();
            """
        )
    try:
        assert_unavailable(await submit(alice.client))
        assert (await alice.client.get("/renders")).status_code == 200
    finally:
        with own.supabase.connect() as connection:
            connection.execute("drop trigger full_disk on generation_jobs; drop function private.full_disk()")
    assert await assert_consistent(own, alice.id) == []
    await assert_recovers(own, alice)
