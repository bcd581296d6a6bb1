"""A Postgres server on one data directory and one loopback port, with the programs of `local.postgres.programs`."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from local.machine import HOST, is_free
from local.postgres.programs import MAJOR, PostgresError, program
from local.supervisor import end_processes

SUPERUSER = "postgres"
START_SECONDS = 60.0  # crash recovery of a large write-ahead log is the slow case
STOP_SECONDS = 10.0

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}


class Postgres:
    """One database cluster. `password` is the superuser's; connections come over TCP from this machine only."""

    def __init__(self, data: Path, port: int, password: str, *, durable: bool = True, major: int = MAJOR) -> None:
        """Without `durable` a crash of the machine may spoil the data; one of the server alone does not."""
        self.data = data.absolute()
        self.port = port
        self.password = password
        self.major = major
        self._fsync = "on" if durable else "off"
        # Shown in each process title, so that what a killed server left behind can be recognised.
        self._cluster = "maquette-" + sha256(str(self.data).encode()).hexdigest()[:12]

    @property
    def url(self) -> str:
        """Connection string of the superuser."""
        return f"postgres://{SUPERUSER}:{quote(self.password, safe='')}@{HOST}:{self.port}/postgres"

    def prepare(self) -> None:
        """Make the cluster at first use, end what a killed run left behind and check the port. Raises PostgresError."""
        self._stop_leftovers()
        try:
            if not self.data.exists():
                self._initialise()
        except OSError as error:
            raise PostgresError(f"{self.data} cannot be made: {error}") from error
        if not os.access(self.data, os.R_OK | os.X_OK):
            raise PostgresError(
                f"{self.data} belongs to another user: start as that user, or forget the data with a reset"
            )
        if (made_by := (self.data / "PG_VERSION").read_text().strip()) != str(self.major):
            raise PostgresError(
                f"{self.data} was made by Postgres {made_by} and this is Postgres {self.major}: "
                "`./maquette reset` deletes the local data, and the next `up` starts empty"
            )
        self._remove_recycled_pid_file()
        if not is_free(self.port):
            raise PostgresError(
                f"port {self.port} on {HOST} is in use by another program: stop it or choose another port"
            )

    def command(self) -> list[str]:
        """The server in the foreground. SIGINT shuts it down fast; on Linux it also ends when its parent dies."""
        settings = {
            **SETTINGS,
            "fsync": self._fsync,
            "port": str(self.port),
            "cluster_name": self._cluster,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [
            *_unprivileged(self.data, die_with_parent=True),
            program("postgres", self.major),
            "-D",
            str(self.data),
            *options,
        ]

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        """Prepare, start and wait until queries are answered. Raises PostgresError with the server's last lines."""
        self.prepare()
        with log.open("ab") as output:
            process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if process.poll() is not None:
                raise PostgresError(f"Postgres stopped at start:\n{_last_lines(log)}")
            if time.monotonic() > deadline:
                self.stop(process)
                raise PostgresError(f"Postgres was not ready after {START_SECONDS:.0f} s:\n{_last_lines(log)}")
            time.sleep(0.05)
        return process

    def is_ready(self) -> bool:
        """Whether a query is answered now. Raises PostgresError when the password is refused: no waiting cures that."""
        try:
            with psycopg.connect(self.url, connect_timeout=2) as connection:
                connection.execute("select 1")
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise PostgresError(f"{self.data} was made with another password: its secrets file is gone") from error
            return False
        return True

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Fast shutdown: open transactions are rolled back, data is flushed."""
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _initialise(self) -> None:
        # Made beside its place and renamed: an interrupted initdb never looks like a cluster.
        self.data.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.data.with_name(self.data.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("nobody")
            os.chown(unfinished, owner.pw_uid, owner.pw_gid)
        with tempfile.NamedTemporaryFile("w", suffix=".password") as password:
            password.write(self.password)
            password.flush()
            initdb = [
                *(program("initdb", self.major), "-D", str(unfinished), "-U", SUPERUSER, "--pwfile", password.name),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"),
                # Sorts alike on every machine. Older versions have no such provider, and serve no people.
                *(("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8") if self.major >= 17 else ()),
            ]
            done = subprocess.run(
                [*_unprivileged(unfinished), *initdb],
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        if done.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise PostgresError(f"initdb failed:\n{done.stderr.strip()}")
        unfinished.rename(self.data)

    def _stop_leftovers(self) -> None:
        """A supervisor killed with -9 may leave a server, a server killed with -9 may leave backends amid a query."""
        # SIGINT: a fast shutdown for the server, the end of its query for a backend.
        end_processes([one for one in psutil.process_iter() if self._is_ours(one)], signal.SIGINT)

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            command = process.cmdline()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False
        title = f"postgres: {self._cluster}: "
        return f"cluster_name={self._cluster}" in command or " ".join(command).startswith(title)

    def _remove_recycled_pid_file(self) -> None:
        # Leftovers are gone, so a living process with the recorded id is a stranger's; Postgres would refuse to start.
        (self.data / "postmaster.pid").unlink(missing_ok=True)


def _unprivileged(data: Path, *, die_with_parent: bool = False) -> list[str]:
    """The command prefix under which Postgres agrees to run: it refuses root.

    Root hands over to the owner of `data` and keeps one capability, to pass through folders that only root may enter
    (a checkout below /root, a temporary folder); nobody's permissions are changed for it.
    """
    prefix = [setpriv] if (setpriv := shutil.which("setpriv")) else []
    if os.geteuid() == 0:
        if not prefix:
            raise PostgresError(
                "Postgres refuses to run as root and `setpriv` (util-linux) is missing: start as another user"
            )
        owner = data.stat()
        prefix += [f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
        prefix += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    if die_with_parent and prefix:
        prefix += ["--pdeathsig", "INT"]
    return [*prefix, "--"] if len(prefix) > 1 else []


def _last_lines(log: Path, count: int = 10) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
