"""The boundary between the API and its image worker, which runs as the same user.

Before it decodes, the worker gives up files, sockets, programs and other processes for ever; the API hides its memory
and its environment.

Linux only. Two mechanisms of the kernel, each used where it exists, none of which needs privileges:
Landlock (docs.kernel.org/userspace-api/landlock.html) refuses every access by path and TCP; a seccomp filter
(docs.kernel.org/userspace-api/seccomp_filter.html) refuses every system call that pure decoding does not need.
What is refused fails with EPERM or EACCES: a decoder that runs into it gives an unreadable image, nothing more.
"""

import ctypes
import errno
import platform
import sys
from collections.abc import Iterable
from typing import Final

# <linux/prctl.h>
PR_SET_DUMPABLE: Final = 4
PR_GET_SECCOMP: Final = 21
PR_SET_SECCOMP: Final = 22
PR_SET_NO_NEW_PRIVS: Final = 38
SECCOMP_MODE_FILTER: Final = 2

# Landlock's system calls have the same numbers on every architecture.
LANDLOCK_CREATE_RULESET: Final = 444
LANDLOCK_RESTRICT_SELF: Final = 446
LANDLOCK_CREATE_RULESET_VERSION: Final = 1
# <linux/landlock.h>: a version of the interface, and how many rights of the file system it knows.
FILE_RIGHTS: Final = ((5, 16), (3, 15), (2, 14), (1, 13))
TCP_BIND_AND_CONNECT: Final = 0b11
ABSTRACT_SOCKETS_AND_SIGNALS: Final = 0b11

# <linux/audit.h> and the tables of system calls, by machine. The names are those of the calls that a worker was seen to
# make (strace) from its first byte of input to its end, and those with which a thread or a signal handler ends.
ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOWED: Final[dict[str, tuple[int, int]]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
CLONE: Final = (56, 220)
CLONE3: Final = 435
CLONE_THREAD: Final = 0x10000

# <linux/bpf_common.h>, <linux/seccomp.h>: load a word of the call, compare, return.
LOAD_WORD: Final = 0x20
JUMP_IF_EQUAL: Final = 0x15
JUMP_IF_BIT_SET: Final = 0x45
RETURN: Final = 0x06
ALLOW: Final = 0x7FFF0000
ERRNO: Final = 0x00050000
OFFSET_OF_NUMBER: Final = 0
OFFSET_OF_ARCHITECTURE: Final = 4
OFFSET_OF_FIRST_ARGUMENT: Final = 16


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


def missing_mechanisms() -> list[str]:
    """Which of `landlock` and `seccomp` this machine does not have; a worker is confined by what is left."""
    missing = [] if _landlock_version() > 0 else ["landlock"]
    if not _has_seccomp():
        missing.append("seccomp")
    return missing


def hide_memory_and_environment() -> None:
    """Keep other processes of the same user from reading this one in /proc.

    The files there of a process that is not dumpable belong to root (proc_pid_environ(5)). Raises OSError when the
    kernel refuses.
    """
    if sys.platform == "linux":
        _checked(_libc().prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))


def confine() -> None:
    """Give up everything but memory, time and the files that are open. For this process and for ever.

    Modules that are not loaded yet cannot be loaded any more. Raises OSError when a mechanism that is there refuses.
    """
    if sys.platform != "linux":
        return
    _checked(_libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    if version := _landlock_version():
        _refuse_paths(version)
    if _has_seccomp():
        _filter_system_calls()


def _refuse_paths(version: int) -> None:
    rights = next(count for since, count in FILE_RIGHTS if version >= since)
    ruleset = _Ruleset(files=(1 << rights) - 1)
    size = 8
    if version >= 4:
        ruleset.network, size = TCP_BIND_AND_CONNECT, 16
    if version >= 6:
        ruleset.scoped, size = ABSTRACT_SOCKETS_AND_SIGNALS, 24
    # No rule is added, so nothing is allowed.
    descriptor = _checked(_libc().syscall(LANDLOCK_CREATE_RULESET, ctypes.byref(ruleset), size, 0))
    _checked(_libc().syscall(LANDLOCK_RESTRICT_SELF, descriptor, 0))


def _filter_system_calls() -> None:
    machine = list(ARCHITECTURES).index(platform.machine())
    steps = list(_filter(machine, ARCHITECTURES[platform.machine()]))
    program = _Program(len(steps), (_Instruction * len(steps))(*steps))
    _checked(_libc().prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0))


def _filter(machine: int, architecture: int) -> Iterable[_Instruction]:
    refuse = _Instruction(RETURN, 0, 0, ERRNO | errno.EPERM)
    allow = _Instruction(RETURN, 0, 0, ALLOW)
    yield _Instruction(LOAD_WORD, 0, 0, OFFSET_OF_ARCHITECTURE)
    yield _Instruction(JUMP_IF_EQUAL, 1, 0, architecture)
    yield refuse
    yield _Instruction(LOAD_WORD, 0, 0, OFFSET_OF_NUMBER)
    for numbers in ALLOWED.values():
        yield _Instruction(JUMP_IF_EQUAL, 0, 1, numbers[machine])
        yield allow
    # A filter cannot read the flags of clone3. Told that there is none, the C library takes clone for its threads.
    yield _Instruction(JUMP_IF_EQUAL, 0, 1, CLONE3)
    yield _Instruction(RETURN, 0, 0, ERRNO | errno.ENOSYS)
    yield _Instruction(JUMP_IF_EQUAL, 0, 3, CLONE[machine])
    yield _Instruction(LOAD_WORD, 0, 0, OFFSET_OF_FIRST_ARGUMENT)
    yield _Instruction(JUMP_IF_BIT_SET, 0, 1, CLONE_THREAD)
    yield allow
    yield refuse


def _landlock_version() -> int:
    """0 without Landlock."""
    if sys.platform != "linux":
        return 0
    return max(0, _libc().syscall(LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_CREATE_RULESET_VERSION))


def _has_seccomp() -> bool:
    if sys.platform != "linux" or platform.machine() not in ARCHITECTURES:
        return False
    return _libc().prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, errno.errorcode.get(number, ""))
    return answer
