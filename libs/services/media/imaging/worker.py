"""One file, one process: `python -m libs.services.media.imaging.worker TASK < file > answer`.

TASK is JSON, the answer MessagePack (contracts.py). Decoders are C and C++ that read uploads of anybody, so they run
where a crash, an endless loop or a leak ends with the process, where no key is in the environment, and where neither
a file nor a socket can be opened (confinement.py).
"""

import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

import msgspec

# numpy comes with the local stack only. thash would import it, at ten times the cost of doing without.
sys.modules["numpy"] = None  # pyright: ignore[reportArgumentType]

from libs.errors import ErrorCode  # noqa: E402
from libs.services.media.imaging.confinement import confine  # noqa: E402
from libs.services.media.imaging.contracts import (  # noqa: E402
    Answer,
    Conversion,
    ImageError,
    PhotoTask,
    Refusal,
    Task,
)

# Bytes of address space. The worst photo within the limits, a WebP of 64 megapixels, takes 1.1 GB of it.
ADDRESS_SPACE = 1_600_000_000
# Of processor time, with what Python and Pillow take to load; the same photo takes 3 s. At the first number SIGXCPU
# ends the worker, and the parent knows why. The parent ends a worker that waits instead of working.
CPU_SECONDS = 15


def main() -> None:
    """Answer one task."""
    task = msgspec.json.decode(sys.argv[1], type=Task)
    # Loaded before the limits, which are the picture's alone, and while files can be opened.
    _preparation(task)
    _load_what_pillow_loads_late()
    _limit_itself()
    confine()
    # A service manager sends SIGTERM to every process of the API; this file is finished first, and the API waits.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer(task, sys.stdin.buffer.read())))


def answer(task: Task, data: bytes) -> Answer:
    """The prepared image, or why there is none."""
    prepare = _preparation(task)
    try:
        return prepare(data, task)
    except ImageError as error:
        return Refusal(error.code, error.details, error.reason)
    except Exception as error:  # noqa: BLE001 - a broken file makes decoders raise anything, MemoryError included
        return Refusal(ErrorCode.UNREADABLE_IMAGE, {}, type(error).__name__)


def _preparation(task: Task) -> Callable[[bytes, Any], Answer]:
    """What a task calls, loaded for it alone: a picture of a model waits for no decoder of phones' formats."""
    if isinstance(task, PhotoTask):
        from libs.services.media.imaging import photos

        return photos.prepare
    if isinstance(task, Conversion):
        from libs.services.media.imaging import conversions

        return conversions.convert
    from libs.services.media.imaging import outputs

    return outputs.prepare


def _load_what_pillow_loads_late() -> None:
    """Modules that Pillow imports when a file asks for them: EXIF, albums of phones, palettes."""
    from PIL import (  # noqa: F401
        ImagePalette,  # pyright: ignore[reportUnusedImport]
        MpoImagePlugin,  # pyright: ignore[reportUnusedImport]
        TiffImagePlugin,  # pyright: ignore[reportUnusedImport]
    )


def _limit_itself() -> None:
    # macOS has the constant and refuses the call.
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    # No photo may end up in a core dump or any other file.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    main()
