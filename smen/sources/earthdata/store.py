"""The granule store: NSIDC's folders, shared by all regions, configurations and processes.

A file shows under its name only once it is whole and verified: it is written under another name beside its place and
renamed. That other name is one per granule and guarded by a lock, so that processes that want the same granule wait
for each other, and what a killed process left is overwritten by the next. Locks are the kernel's (flock): they end
with the process that holds them, however it ends. They lie on files of their own, because HDF5 locks what it opens.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from smen.atomic import PART
from smen.errors import OutputError

if TYPE_CHECKING:
    from smen.products.names import GranuleName
    from smen.sources.earthdata.retry import Gate

POLL = 0.05
"""Seconds between two looks at a lock that another holds."""

SLOTS = ".connections"
"""Folder of the locks that number the connections of all processes."""


class Store:
    """A folder of granules: ``<product>.<version>/<yyyy.mm.dd>/<file>``.

    Attributes:
        root: the folder.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)

    def path(self, name: GranuleName, version: str) -> Path:
        """Where a granule lies, or will lie."""
        return self.root / name.folder(version) / name.filename

    @contextmanager
    def claim(self, path: Path, gate: Gate) -> Iterator[FileIO]:
        """An empty file to write a granule into, which nobody else writes meanwhile; removed unless it is published.

        Raises:
            Fault: the run ends while another process holds the granule.
            OutputError: the store cannot be written.
        """
        part = path.with_name(f"{path.stem}{PART}{path.suffix}")
        guard = path.with_name(f".{path.stem}.lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = _locked(guard, gate)
        except OSError as problem:
            raise _unwritable(path, problem) from problem
        try:
            with _emptied(part) as stream:
                yield stream
        finally:
            part.unlink(missing_ok=True)  # once published it is gone from here
            guard.unlink(missing_ok=True)  # while it is ours: whoever waits for it looks whether it is still there
            lock.close()

    def publish(self, stream: FileIO, path: Path) -> None:
        """Let a claimed and verified file show under its name, in place of one that was there.

        Raises:
            OutputError: it cannot be renamed, or the disk is full.
        """
        try:
            Path(str(stream.name)).replace(path)
        except OSError as problem:
            raise _unwritable(path, problem) from problem

    @cached_property
    def _slots(self) -> Path:
        """Folder of the numbered locks."""
        folder = self.root / SLOTS
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @contextmanager
    def connection(self, connections: int, gate: Gate) -> Iterator[None]:
        """One of so many connections that all processes with this store may have at a time.

        Raises:
            Fault: the run ends while all are taken.
            OutputError: the store cannot be written.
        """
        slot: FileIO | None = None
        try:
            while slot is None:
                slot = next(filter(None, (_try(self._slots / str(i)) for i in range(connections))), None)
                if slot is None:
                    gate.sleep(POLL)
        except OSError as problem:
            raise _unwritable(self.root / SLOTS, problem) from problem
        try:
            yield
        finally:
            slot.close()


def _locked(guard: Path, gate: Gate) -> FileIO:
    """Open and lock a file, and make sure that it is still the one of that name: its holder removes it at the end."""
    while True:
        lock = _try(guard)
        if lock is None:
            gate.sleep(POLL)
        elif _is_at(lock, guard):
            return lock
        else:
            lock.close()


def _emptied(part: Path) -> FileIO:
    """An empty file, unbuffered, so that all errors show at once."""
    try:
        return FileIO(part, "w+")
    except OSError as problem:
        raise _unwritable(part, problem) from problem


def _try(path: Path) -> FileIO | None:
    """A file of this name, made where there is none, with its lock; None where another holds it."""
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


def _is_at(stream: FileIO, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    own = os.fstat(stream.fileno())
    return (own.st_dev, own.st_ino) == (there.st_dev, there.st_ino)


def _unwritable(path: Path, problem: OSError) -> OutputError:
    return OutputError(
        f"{path} cannot be written: {problem.strerror or problem}. Free some space or choose another folder for "
        "folders.resources; what was fetched before is kept"
    )
