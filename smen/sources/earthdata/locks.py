"""Locks between processes by the kernel's flock: they end with the process that holds them."""

from __future__ import annotations

import os
from io import FileIO
from pathlib import Path


def try_lock(path: Path) -> FileIO | None:
    """Lock a file, made where there is none, without waiting.

    Returns:
        The file, locked until it is closed; None where another process or thread holds the lock.

    Raises:
        OSError: the file cannot be made or locked.
    """
    import fcntl  # here, so that other sources work where there is no flock

    stream = FileIO(path, "r+", opener=lambda name, flags: os.open(name, flags | os.O_CREAT, 0o666))
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        return None
    except OSError:
        stream.close()
        raise
    return stream


def lock_removable(path: Path) -> FileIO | None:
    """As `try_lock`, for a file that its holder removes: a lock on a file that is gone already is released again."""
    while (lock := try_lock(path)) is not None:
        if _has_name(lock, path):
            return lock
        lock.close()
    return None


def _has_name(stream: FileIO, path: Path) -> bool:
    """Return whether an open file is still the one of this name."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    own = os.fstat(stream.fileno())
    return (own.st_dev, own.st_ino) == (there.st_dev, there.st_ino)
