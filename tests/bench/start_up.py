"""How long a person waits for `./maquette up`: the first start with its new database, and starts after it.

    python -m tests.bench.start_up [--starts 5]

Prints seconds from the command to the addresses, and what `up` says of it; exits with 1 when the median start of a warm
machine takes 10 s or more.
"""

import argparse
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.preparation import prepare_stack
from tests.support.processes.launcher import Launcher

WARM_SECONDS = 10.0


def start(launcher: Launcher) -> tuple[float, float]:
    """Seconds as a person counts them, and as printed, of one start that is stopped again."""
    began = time.monotonic()
    with launcher.up() as process:
        printed = launcher.seconds_until_ready(process)
        waited = time.monotonic() - began
        process.send_signal(signal.SIGINT)
        process.wait()
    return waited, printed


def main() -> None:
    """Start, stop and start again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=5)
    starts: int = parser.parse_args().starts
    # Once for each machine and lock file, and not part of a start.
    prepare_stack()
    with tempfile.TemporaryDirectory() as folder:
        launcher = Launcher.on_free_ports(Path(folder) / "state")
        print(f"{'':<24}{'waited':>8}{'printed':>9}")
        waited, printed = start(launcher)
        print(f"{'first, with its sets':<24}{waited:>6.1f} s{printed:>7.1f} s", flush=True)
        again = [start(launcher) for _ in range(starts)]
    waited, printed = (statistics.median(times) for times in zip(*again, strict=True))
    print(f"{f'warm, median of {starts}':<24}{waited:>6.1f} s{printed:>7.1f} s")
    sys.exit(waited >= WARM_SECONDS)


if __name__ == "__main__":
    main()
