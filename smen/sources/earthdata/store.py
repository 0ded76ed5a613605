"""The granule store: NSIDC's folders, shared by all regions, configurations and processes.

A file appears under its name only when it is whole and verified: it is written under another name beside its place and
renamed. That other name is one per granule and guarded by a lock, so that processes that need the same granule wait
for each other, and what a killed process left is overwritten by the next. Locks are the kernel's (flock): they end
with the process that holds them, however it ends. They lie on files of their own, because HDF5 locks what it opens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from smen.atomic import PART
from smen.errors import OutputError
from smen.sources.earthdata.locks import lock_removable, try_lock

if TYPE_CHECKING:
    from smen.products.names import GranuleName
    from smen.sources.earthdata.run_control import RunControl

POLL = 0.05
"""Seconds between two attempts at a lock that another process holds."""

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
        """Return where a granule lies, or will lie.

        Args:
            name: parts of its file name.
            version: NSIDC's version of the collection, e.g. ``009``.
        """
        return self.root / name.folder(version) / name.filename

    @contextmanager
    def claim(self, path: Path, control: RunControl) -> Iterator[FileIO]:
        """Open an empty file to write a granule into, locked against other writers; removed unless it is published.

        Args:
            path: where the granule will lie.
            control: pauses and the end of the run, while another process holds the granule.

        Raises:
            TransferError: the run ends while another process holds the granule.
            OutputError: the store cannot be written.
        """
        part = path.with_name(f"{path.stem}{PART}{path.suffix}")
        guard = path.with_name(f".{path.stem}.lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            while (lock := lock_removable(guard)) is None:
                control.sleep(POLL)
        except OSError as problem:
            raise _unwritable(path, problem) from problem
        try:
            with _open_empty(part) as stream:
                yield stream
        finally:
            part.unlink(missing_ok=True)  # once published it is gone from here
            guard.unlink(missing_ok=True)  # while it is locked: waiting processes check that it still exists
            lock.close()

    def publish(self, stream: FileIO, path: Path) -> None:
        """Move a claimed and verified file to its name, in place of one that was there.

        Args:
            stream: the file of `claim`.
            path: its name.

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
    def connection(self, connections: int, control: RunControl) -> Iterator[None]:
        """Hold one of the connections that all processes with this store share.

        Args:
            connections: how many there are.
            control: pauses and the end of the run, while all are taken.

        Raises:
            TransferError: the run ends while all are taken.
            OutputError: the store cannot be written.
        """
        slot: FileIO | None = None
        try:
            while slot is None:
                slot = next(filter(None, (try_lock(self._slots / str(i)) for i in range(connections))), None)
                if slot is None:
                    control.sleep(POLL)
        except OSError as problem:
            raise _unwritable(self.root / SLOTS, problem) from problem
        try:
            yield
        finally:
            slot.close()


def _open_empty(part: Path) -> FileIO:
    """Open an empty file, unbuffered, so that all errors appear at once."""
    try:
        return FileIO(part, "w+")
    except OSError as problem:
        raise _unwritable(part, problem) from problem


def _unwritable(path: Path, problem: OSError) -> OutputError:
    return OutputError(
        f"{path} cannot be written: {problem.strerror or problem}. Free some space or choose another folder for "
        "folders.resources; what was fetched before is kept"
    )
