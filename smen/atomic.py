"""Files appear whole or not at all: written under a telling temporary name beside their place, then renamed."""

from __future__ import annotations

import io
import os
import re
import shutil
import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from smen.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

PART = ".part"
"""What the name of an unfinished file holds, in front of its suffix: ``map.part-host-4711-99213.tif``."""

PART_NAME = re.compile(
    rf"(?P<stem>.+){re.escape(PART)}-(?:(?P<host>\w+)-(?P<pid>\d+)-(?P<start>\d+)|\d+)(?P<suffix>(?:\.[^.]*)?)"
)
"""Names of unfinished files; those of version 0.1 hold the process number alone."""

HOST_LENGTH = 24
"""Characters of the machine's name that are kept: names of files must not grow too long."""


class Writer(NamedTuple):
    """A process that writes files.

    Attributes:
        host: name of its machine, letters, digits and underscores.
        pid: its number.
        start: when it began, in ticks since the machine started, so that a later process of the same number is not
            taken for it; 0 where the system does not say.
    """

    host: str
    pid: int
    start: int

    @classmethod
    def here(cls) -> Writer:
        """Return this process."""
        return cls(_host(), os.getpid(), _started(os.getpid()))

    def lives(self) -> bool:
        """Decide whether a process of this machine still runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except (PermissionError, OverflowError):
            pass  # there is one, of another user
        return _started(self.pid) in (self.start, 0) or self.start == 0


@lru_cache(maxsize=1)
def _host() -> str:
    """Name of this machine, of signs that every file system takes."""
    return re.sub(r"\W", "_", socket.gethostname(), flags=re.ASCII)[:HOST_LENGTH] or "_"


def _started(pid: int) -> int:
    """Start of a process in ticks since the machine started (proc(5), field 22 of stat); 0 where unknown."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="latin-1").rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return 0


def part_path(path: Path) -> Path:
    """Return the name under which this process writes a file until it is whole.

    It keeps the suffix, because GDAL and others choose the format by it, and tells the writer.

    Args:
        path: the file.
    """
    host, pid, start = Writer.here()
    return path.with_name(f"{path.stem}{PART}-{host}-{pid}-{start}{path.suffix}")


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it on success, remove it on any failure.

    The temporary name is that of `part_path`, so that concurrent writers do not meet and what a killed one leaves is
    recognised (`smen.leftovers`). The folder is made where it does not exist.

    Raises:
        OutputError: the file cannot be written (disk full, no permission, a file-size limit).
    """
    path = Path(path)
    part = part_path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}. Free some space or choose another folder; "
            "nothing half-written was left behind"
        ) from error
    finally:
        with suppress(NotADirectoryError):  # a parent of the path is a file: then there is no part either
            part.unlink(missing_ok=True)


@contextmanager
def atomic_from_memory(path: Path) -> Iterator[io.BytesIO]:
    """Give a file in memory; write what it holds atomically once the body is done.

    For formats whose libraries cannot cope with a full disk: GDAL and OGR raise errors of their own or none. So they
    write into memory, and plain Python writes what they made.

    Raises:
        OutputError: the file cannot be written.
    """
    content = io.BytesIO()
    yield content
    with atomic(path) as part:
        part.write_bytes(content.getbuffer())


class _Deaf(io.FileIO):
    """A file that keeps to itself what went wrong in writing, and from then on only seems to write.

    Attributes:
        error: the first one.
    """

    error: OSError | None = None

    def write(self, data: Buffer, /) -> int:
        """Write all of it, or nothing more once there was an error."""
        left = memoryview(data).cast("B")
        size = len(left)
        try:
            while self.error is None and len(left):
                left = left[super().write(left) :]
        except OSError as error:
            self.error = error
        return size

    def truncate(self, size: int | None = None, /) -> int:
        """Make it so long, unless there was an error."""
        try:
            return super().truncate(size) if self.error is None else 0
        except OSError as error:
            self.error = error
            return 0


@contextmanager
def atomic_hdf5(path: Path) -> Iterator[io.FileIO]:
    """Give a file for HDF5 to write into; it appears at `path` once the body is done, as with `atomic`.

    HDF5 takes the process down when a disk is full. Here it never hears of that: errors in writing are raised when it
    is done. Unlike `atomic_from_memory` this takes no memory for what is written.

    Raises:
        OutputError: the file cannot be written.
    """
    with atomic(path) as part, _Deaf(part, "w+") as content:
        try:
            yield content
        finally:
            if content.error is not None:  # what else went wrong may follow from it
                raise content.error


def empty_folder(folder: Path) -> None:
    """Make a folder, or remove what is in it, so that no file of an earlier run stays among the new ones.

    Raises:
        OutputError: the folder cannot be emptied or made.
    """
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be made anew: {error.strerror}. Close what uses it, and run again"
        ) from error


def keep_only(folder: Path, stems: Collection[str]) -> list[Path]:
    """Remove from a folder all but the wanted files and what belongs to them, such as styles and statistics of a GIS.

    Args:
        folder: holds files alone, or is not there.
        stems: names of the wanted files up to their first dot.

    Returns:
        What was removed, sorted.

    Raises:
        OutputError: something cannot be removed.
    """
    removed = sorted(p for p in folder.iterdir() if p.name.split(".")[0] not in stems) if folder.is_dir() else []
    for path in removed:
        try:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"{path} is of an earlier run and cannot be removed: {error.strerror}. Remove it by hand, and run again"
            ) from error
    return removed


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file atomically, and leave it alone where it already holds just that (its time stays).

    Args:
        path: the file.
        content: its bytes.

    Raises:
        OutputError: the file cannot be written.
    """
    path = Path(path)
    if holds(path, content):
        return
    with atomic(path) as part:
        part.write_bytes(content)


def holds(path: Path, content: bytes) -> bool:
    """Decide whether a file is there, can be read and holds just these bytes.

    Args:
        path: the file.
        content: the bytes.
    """
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically, and leave it alone where it already says just that (its time stays).

    Args:
        path: the file.
        text: its content, written as UTF-8.

    Raises:
        OutputError: the file cannot be written.
    """
    write_bytes(path, text.encode())
