"""Log lines of a process whose standard output other writers share."""

import subprocess
import sys

import msgspec

_WRITER = """
import logging, sys
from threading import Thread
sys.setswitchinterval(1e-6)
import structlog
from api.logging import configure_logging
configure_logging("INFO")
def ours():
    for number in range(3000): structlog.get_logger().info("ours", number=number)
def theirs():
    for number in range(3000): logging.getLogger("library").warning("theirs %d", number)
threads = [Thread(target=target) for target in (ours, theirs, ours, theirs)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_J1_lines_of_several_threads_are_whole() -> None:
    done = subprocess.run([sys.executable, "-c", _WRITER], check=True, capture_output=True)
    events = [msgspec.json.decode(line)["event"] for line in done.stdout.splitlines()]
    assert len(events) == 4 * 3000
