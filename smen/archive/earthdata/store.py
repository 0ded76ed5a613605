"""The granule store: NSIDC's folders, shared by all regions, configurations and processes.

A file shows under its name only once it is whole and verified: it is written under another name beside its place and
renamed. That other name is one per granule and locked while it is written, so that processes that want the same
granule wait for each other, and what a killed process left is taken up by the next. Locks are the kernel's: they end
with the process that holds them, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from smen.errors import OutputError
from smen.files import PART

if TYPE_CHECKING:
    from smen.archive.earthdata.patience import Gate
    from smen.archive.names import GranuleName

POLL = 0.1
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
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            stream = _locked(part, gate)
        except OSError as problem:
            raise _unwritable(part, problem) from problem
        try:
            yield stream
        finally:
            # Still under the lock, so this is our file and nobody else's; once published it is gone from here.
            if _is_at(stream, part):
                part.unlink(missing_ok=True)
            stream.close()

    def publish(self, stream: FileIO, path: Path) -> None:
        """Let a claimed and verified file show under its name, in place of one that was there.

        Raises:
            OutputError: it cannot be renamed, or the disk is full.
        """
        try:
            Path(str(stream.name)).replace(path)
        except OSError as problem:
            raise _unwritable(path, problem) from problem

    @contextmanager
    def connection(self, connections: int, gate: Gate) -> Iterator[None]:
        """One of so many connections that all processes with this store may have at a time.

        Raises:
            Fault: the run ends while all are taken.
            OutputError: the store cannot be written.
        """
        folder = self.root / SLOTS
        slot: FileIO | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            while slot is None:
                slot = next(filter(None, (_try(folder / str(i)) for i in range(connections))), None)
                if slot is None:
                    gate.sleep(POLL)
        except OSError as problem:
            raise _unwritable(folder, problem) from problem
        try:
            yield
        finally:
            slot.close()


def _locked(part: Path, gate: Gate) -> FileIO:
    """Open and lock a part, and make sure that it is still the file of that name: a holder may just have renamed it."""
    while True:
        stream = _try(part)
        if stream is None:
            gate.sleep(POLL)
        elif _is_at(stream, part):
            stream.truncate(0)
            return stream
        else:
            stream.close()


def _try(path: Path) -> FileIO | None:
    """A file of this name, made where there is none, with its lock; None where another holds it."""
    # Not mode "w", which would empty the file of whoever holds the lock; unbuffered, so that all errors show at once.
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
