"""The image worker, run by a test: once and measured, or kept open for many files."""

import contextlib
import struct
import subprocess
import sys
from collections.abc import Generator

import msgspec

from libs.app_config.runtime import LIMITS
from libs.services.media.image_workers import ENVIRONMENT, PROJECT
from libs.services.media.imaging.contracts import Answer, OutputTask, PhotoTask, Task

PHOTO = PhotoTask(
    max_bytes=LIMITS.upload_bytes, max_pixels=LIMITS.upload_pixels, longest_side=LIMITS.input_longest_side
)
OUTPUT = OutputTask(
    max_bytes=LIMITS.output_bytes,
    max_pixels=LIMITS.output_pixels,
    thumbnail_longest_side=LIMITS.thumbnail_longest_side,
)

# The kernel's own high-water mark of resident memory, in kB. That of wait4() would count the parent's before exec.
MEASURED = """
import re, runpy, sys
# Opened before: the worker opens no file once it decodes.
status = open("/proc/self/status")
runpy.run_module("libs.services.media.imaging.worker", run_name="__main__")
sys.stderr.write(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1])
"""
# `answer` on file after file, each behind its length, under the worker's bound of memory.
REUSED = """
import resource, struct, sys
import msgspec
from libs.services.media.imaging import worker
from libs.services.media.imaging.contracts import Task
resource.setrlimit(resource.RLIMIT_AS, (worker.ADDRESS_SPACE, worker.ADDRESS_SPACE))
task = msgspec.json.decode(sys.argv[1], type=Task)
while length := sys.stdin.buffer.read(4):
    data = sys.stdin.buffer.read(*struct.unpack(">I", length))
    answer = msgspec.msgpack.encode(worker.answer(task, data))
    sys.stdout.buffer.write(struct.pack(">I", len(answer)) + answer)
    sys.stdout.buffer.flush()
"""


def measured(task: Task, data: bytes) -> tuple[Answer, int]:
    """The answer of a fresh worker, and the most memory it held, in MB."""
    done = subprocess.run(_command(MEASURED, task), input=data, cwd=PROJECT, env=ENVIRONMENT, capture_output=True)
    assert done.returncode == 0, done.stderr
    return msgspec.msgpack.decode(done.stdout, type=Answer), int(done.stderr) // 1000


class ReusedWorker:
    """A worker that outlives its files, since a process for each of hundreds would take minutes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def answer(self, data: bytes) -> Answer:
        """What the worker says of a file. Raises AssertionError when it says nothing any more."""
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        requests.write(struct.pack(">I", len(data)) + data)
        requests.flush()
        length = answers.read(4)
        assert length, f"the worker ended with {self._process.wait()}"
        return msgspec.msgpack.decode(answers.read(*struct.unpack(">I", length)), type=Answer)


@contextlib.contextmanager
def reused_worker(task: Task) -> Generator[ReusedWorker]:
    """A worker for many files of one task."""
    with subprocess.Popen(
        _command(REUSED, task),
        cwd=PROJECT,
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield ReusedWorker(process)
        finally:
            process.kill()


def _command(script: str, task: Task) -> list[str]:
    return [sys.executable, "-E", "-s", "-c", script, msgspec.json.encode(task).decode()]
