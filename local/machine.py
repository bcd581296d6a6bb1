"""Ports of this machine, and its errors in words. Standard library only: used before any package is installed."""

import errno
import socket

HOST = "127.0.0.1"
DISK_FULL = "The disk is full. Free some space and run the same command again."


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        # As servers do: connections of the last run in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def explained(error: OSError) -> str:
    """What the system refused, and what a person can do about it, in one or two sentences."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DISK_FULL
    reason = f"{error.filename}: {error.strerror}." if error.filename and error.strerror else f"{error}."
    if isinstance(error, PermissionError):
        return f"{reason} Run the command as the user whom this folder belongs to."
    if error.errno == errno.EROFS:
        return f"{reason} Move the checkout, or MAQUETTE_STATE, to where this user may write."
    if error.errno in {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN}:
        return f"{reason} Close other programs and run the same command again."
    return reason
