"""`./maquette up`: starts the parts in the order in which they need each other, waits, and stops them all."""

import asyncio
import os
import signal
import sys
import time

import httpx

from local.cli.node import install_stack
from local.cli.parts import Parts, api_environment, build_parts, migrate
from local.cli.state import Ports, StackError, State, require_free
from local.machine import explained
from local.secrets import LocalSecrets, load_or_create
from local.supervisor import PartError, Supervisor, end_leftovers

PROBE_SECONDS = 5.0  # the readiness of the API includes a query to the database


def run(state: State, ports: Ports, *, confirm_email: bool) -> None:
    """Run the stack until Ctrl-C or SIGTERM; `confirm_email` is that of the gateway.

    Raises StackError, StepError, SecretsError or OSError when it cannot.
    """
    with state.locked(ports):
        if end_leftovers(str(state.folder)):
            _say("Ended what an interrupted run had left behind.")
        require_free(ports)
        install_stack()
        secrets = load_or_create(state.folder)
        failures: list[str] = []
        try:
            asyncio.run(_serve(state, ports, secrets, confirm_email=confirm_email))
        except* PartError as group:
            failures.extend(str(failure) for failure in group.exceptions)
        except* OSError as group:
            failures.extend(explained(failure) for failure in group.exceptions if isinstance(failure, OSError))
        if failures:
            raise StackError("\n".join(failures))


async def _serve(state: State, ports: Ports, secrets: LocalSecrets, *, confirm_email: bool) -> None:
    state.keep_previous_logs()
    supervisor = Supervisor(str(state.folder), state.logs, _say)
    stopping = asyncio.Event()

    def ask_to_stop() -> None:
        if stopping.is_set():
            supervisor.kill()
        else:
            _say("\nStopping. Ctrl-C again ends everything at once.")
            stopping.set()

    for received in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(received, ask_to_stop)
    # Keys that the shell exported are for another deployment, and parts inherit the environment.
    for name in api_environment(ports, secrets).keys() - {"NO_PROXY"}:
        os.environ.pop(name, None)
    # Proxies that the environment names are for the internet, not for parts on this machine.
    async with httpx.AsyncClient(timeout=PROBE_SECONDS, trust_env=False) as http:
        started = time.monotonic()
        parts = build_parts(state, ports, secrets, http, confirm_email=confirm_email)
        start = asyncio.create_task(_start(supervisor, parts, state, ports, secrets))
        stop = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({start, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not stopping.is_set():
                await start
                _say(_ready_text(state, ports, time.monotonic() - started))
                await stop
        finally:
            start.cancel()
            await asyncio.gather(start, return_exceptions=True)
            await supervisor.stop()


async def _start(supervisor: Supervisor, parts: Parts, state: State, ports: Ports, secrets: LocalSecrets) -> None:
    async def database() -> None:
        await supervisor.start(parts.postgres)
        await supervisor.start(parts.supabase)  # it makes the schemas that our migrations refer to
        await asyncio.to_thread(migrate, state, ports, secrets)

    _say("Starting ...")
    async with asyncio.TaskGroup() as group:
        group.create_task(database())
        group.create_task(supervisor.start(parts.inbox))
        group.create_task(supervisor.start(parts.replicate))
        group.create_task(supervisor.start(parts.stripe))
        # Started now, because loading it takes as long as the database takes to start.
        group.create_task(supervisor.start(parts.api))
    await supervisor.start(parts.reconcile)
    if not state.seeded.exists():
        await _seed()


async def _seed() -> None:
    """Add the community sets at the first start, which takes some seconds. The product works without them too."""
    seeding = await asyncio.create_subprocess_exec(sys.executable, "-m", "local.community")
    try:
        if await seeding.wait():
            _say("Community: the sets could not be brought; the next start tries again.")
    finally:
        if seeding.returncode is None:
            seeding.terminate()
            await seeding.wait()


def _ready_text(state: State, ports: Ports, seconds: float) -> str:
    return f"""\
Ready in {seconds:.1f} s.

  App     {ports.app_url}
  Inbox   {ports.inbox_url}  (mail that the app sends)
  Studio  {ports.studio_url}  (the database)

Logs are in {state.logs}. Ctrl-C stops everything; the data stays."""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
