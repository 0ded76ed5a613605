"""One refresh at a time, by a lock that the system releases when its holder ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smen.errors import ArchiveError, OutputError
from smen.sources.earthdata.locks import try_lock


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock of a refresh, or say who does.

    Args:
        path: of the file that is locked; it holds the number of the process and stays, because a file that is removed
            and made anew could be held twice.

    Raises:
        ArchiveError: another process holds it.
        OutputError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = try_lock(path)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}. Make its folder writable, or choose another one"
        ) from error
    if lock is None:
        raise ArchiveError(
            f"another refresh is on its way (process {_holder(path)}; it holds {path}): wait until it has ended"
        )
    with lock:
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n".encode())
        yield


def _holder(path: Path) -> str:
    """Number of the process that holds a lock, as the file says."""
    try:
        return path.read_text(encoding="utf-8").strip() or "unknown"
    except (OSError, ValueError):
        return "unknown"
