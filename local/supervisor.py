"""Starts the processes of a stack, restarts those that end by themselves, and ends them all.

No part outlives the supervisor: on Linux the kernel signals each part when the supervisor ends, also after a crash.
Where a process is left nevertheless (another system, a child of a killed part), the next start finds it by the mark in
its environment and ends it. A recorded process id could by then belong to another program.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import time
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from local.machine import explained

MARK = "MAQUETTE_STACK"

READY_SECONDS = 60.0
POLL_SECONDS = 0.05
STOP_SECONDS = 8.0
# A part that ends again and again is restarted ever more slowly; after it ran this long, quickly again.
FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS, STABLE_SECONDS = 0.5, 30.0, 60.0
LOG_TAIL_LINES = 20


class PartError(Exception):
    """A part did not become ready; the message ends with the last lines of its log."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """One process of the stack, its output in `logs/<name>.log`."""

    name: str
    command: Callable[[], Sequence[str]]
    """Called in a thread before every start and restart; it may prepare something. Raises PartError."""
    is_ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    stop_signal: signal.Signals = signal.SIGTERM


class Supervisor:
    """Runs the parts of the stack that `mark` names. `say` gets a sentence about what happens to a part."""

    def __init__(self, mark: str, logs: Path, say: Callable[[str], None]) -> None:
        self._mark = mark
        self._logs = logs
        self._say = say
        self._processes: dict[Part, Process] = {}
        self._watchers: list[asyncio.Task[None]] = []

    async def start(self, part: Part) -> None:
        """Start `part`, wait until it is ready and keep it running from then on. Raises PartError."""
        process = await self._run(part)
        self._watchers.append(asyncio.create_task(self._keep_running(part, process)))

    async def stop(self) -> None:
        """End all parts, the last one started first. Returns when no process is left."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        for part, process in reversed(self._processes.items()):
            if process.returncode is None:
                with contextlib.suppress(TimeoutError, ProcessLookupError):
                    process.send_signal(part.stop_signal)
                    await asyncio.wait_for(process.wait(), STOP_SECONDS)
            _kill_group(process)
            await process.wait()

    def kill(self) -> None:
        """End all parts at once; for a second Ctrl-C."""
        for process in self._processes.values():
            _kill_group(process)

    async def _run(self, part: Part) -> Process:
        try:
            process = await self._spawn(part)
            await self._until_ready(part, process)
        except OSError as error:
            raise PartError(f"{part.name} could not be started. {explained(error)}") from error
        return process

    async def _spawn(self, part: Part) -> Process:
        command = await asyncio.to_thread(part.command)
        with (self._logs / f"{part.name}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *_ending_with_parent(command, part.stop_signal),
                env={**os.environ, **part.environment, MARK: self._mark},
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
                # A session of its own: Ctrl-C in the terminal reaches only the supervisor, which stops parts in order.
                start_new_session=True,
            )
        self._processes[part] = process
        return process

    async def _until_ready(self, part: Part, process: Process) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not await part.is_ready():
            if process.returncode is not None:
                raise PartError(f"{part.name} ended at start ({_ending(process)}).\n{self._log_tail(part)}")
            if time.monotonic() > deadline:
                raise PartError(f"{part.name} was not ready after {READY_SECONDS:.0f} s.\n{self._log_tail(part)}")
            await asyncio.sleep(POLL_SECONDS)

    async def _keep_running(self, part: Part, process: Process) -> None:
        delay = FIRST_DELAY_SECONDS
        while True:
            started = time.monotonic()
            await process.wait()
            _kill_group(process)  # its children may still hold its port
            if time.monotonic() - started > STABLE_SECONDS:
                delay = FIRST_DELAY_SECONDS
            self._say(f"{part.name} ended ({_ending(process)}); starting it again in {delay:g} s")
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY_SECONDS)
            try:
                process = await self._run(part)
            except PartError as failure:
                self._say(str(failure))
                process = self._processes[part]
                _kill_group(process)
            else:
                self._say(f"{part.name} is back")

    def _log_tail(self, part: Part) -> str:
        path = self._logs / f"{part.name}.log"
        lines = path.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return "\n".join([f"The end of {path}:", *(f"    {line}" for line in lines)])


def end_leftovers(mark: str) -> int:
    """End processes that a killed supervisor of the same stack left. Returns how many there were."""
    leftovers = [process for process in psutil.process_iter() if _mark_of(process) == mark]
    end_processes(leftovers, signal.SIGTERM)
    return len(leftovers)


def end_processes(processes: Sequence[psutil.Process], request: signal.Signals) -> None:
    """Send `request` to processes, and kill those that have not ended after some seconds."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(request)
    _, stubborn = psutil.wait_procs(processes, STOP_SECONDS)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, STOP_SECONDS)


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):  # ended meanwhile, or another user's
        return None


def _ending_with_parent(command: Sequence[str], stop_signal: signal.Signals) -> list[str]:
    """Wrap `command` so that the kernel sends it `stop_signal` when the supervisor ends (Linux)."""
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", stop_signal.name.removeprefix("SIG"), "--"] if setpriv else []
    return [*prefix, *command]


def _kill_group(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _ending(process: Process) -> str:
    code = process.returncode
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
