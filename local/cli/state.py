"""What the local stack keeps on disk, and the lock that lets one supervisor run at a time."""

import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from local.cli.steps import STATE
from local.machine import HOST, is_free


class StackError(Exception):
    """The command cannot be carried out; the message says what to do."""


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """Where the parts listen, all on 127.0.0.1. Each is an option of `up` and an environment variable."""

    app: int = 8000
    supabase: int = 54321
    studio: int = 54323
    inbox: int = 54324
    smtp: int = 54325
    postgres: int = 54329
    replicate: int = 54330
    stripe: int = 54331

    @property
    def app_url(self) -> str:
        """Where people open the app."""
        return f"http://{HOST}:{self.app}"

    @property
    def supabase_url(self) -> str:
        """The project URL of the local Supabase."""
        return f"http://{HOST}:{self.supabase}"

    @property
    def studio_url(self) -> str:
        """Where people look into the database."""
        return f"http://{HOST}:{self.studio}"

    @property
    def inbox_url(self) -> str:
        """Where people read the mail that the stack sent."""
        return f"http://{HOST}:{self.inbox}"

    @property
    def replicate_url(self) -> str:
        """The base URL of the local Replicate."""
        return f"http://{HOST}:{self.replicate}"

    @property
    def stripe_url(self) -> str:
        """The base URL of the local Stripe."""
        return f"http://{HOST}:{self.stripe}"


DEFAULT_PORTS = Ports()


class State:
    """The folder of one local stack: data, keys, logs and the lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = folder / "postgres"
        self.supabase = folder / "supabase"
        self.replicate = folder / "replicate"
        self.stripe = folder / "stripe"
        self.logs = folder / "logs"
        self.seeded = folder / "community.seeded"
        self._lock = folder / "up.lock"

    @contextmanager
    def locked(self, ports: Ports | None = None) -> Generator[None]:
        """Hold the lock, and write down where the stack will listen. Raises StackError while another process holds it.

        The kernel releases the lock when its holder ends, also after a crash.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock.open("a+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StackError(self._where_it_runs()) from None
            file.truncate(0)
            if ports:
                file.write(msgspec.json.encode(ports))
                file.flush()
            yield

    def running_ports(self) -> Ports:
        """Where the running stack listens. Raises StackError when none runs."""
        try:
            with self._lock.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return msgspec.json.decode(file.read(), type=Ports)
        except (FileNotFoundError, msgspec.DecodeError):
            pass
        raise StackError("The local stack does not run. Start it with `./maquette up` in another terminal.")

    def keep_previous_logs(self) -> None:
        """Rename the logs of the last run, so that the new run starts new ones."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for log in self.logs.glob("*.log"):
            log.replace(log.with_suffix(".previous"))

    def forget(self) -> None:
        """Delete everything but the lock, which the caller holds."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path != self._lock:
                path.unlink()

    def _where_it_runs(self) -> str:
        try:
            place = f" on {self.running_ports().app_url}"
        except StackError:
            place = ""
        return f"The local stack already runs{place}. Stop it with Ctrl-C in its terminal first."


def current_state() -> State:
    """The stack of this checkout, or the one that MAQUETTE_STATE names."""
    return State(Path(os.environ.get("MAQUETTE_STATE", STATE)).absolute())


def require_free(ports: Ports) -> None:
    """Raise StackError naming each port that another program uses, with the option that chooses another."""
    if len(set(msgspec.structs.astuple(ports))) < len(msgspec.structs.fields(ports)):
        raise StackError("Two parts cannot listen on the same port: choose a different one for each.")
    busy = [(name, port) for name, port in msgspec.structs.asdict(ports).items() if not is_free(port)]
    if busy:
        raise StackError(
            "\n".join(
                f"Port {port} is used by another program. Stop that program, or choose another port with "
                f"--{option(name)} or {variable(name)}."
                for name, port in busy
            )
        )


def option(name: str) -> str:
    """The command-line option of a port, without its dashes."""
    return "port" if name == "app" else f"{name}-port"


def variable(name: str) -> str:
    """The environment variable of a port."""
    return "MAQUETTE_PORT" if name == "app" else f"MAQUETTE_{name.upper()}_PORT"
