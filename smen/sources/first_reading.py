"""The first reading of a foreign granule, in a process of its own that is kept from one granule to the next.

Whatever HDF5 does on a malformed file (a crash, an endless loop, a claim to all memory) happens there; here it is an
error that names the file, and the next granule is read by a new process. Later stages read what has passed.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from smen.errors import ArchiveError, GranuleError, SmenError
from smen.grid import GRIDS
from smen.products.granule_file import REMEDY
from smen.products.name_parsing import granule_name
from smen.products.verify import Granule
from smen.sources.reading_child import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

CHILD = (sys.executable, "-P", "-m", "smen.sources.reading_child")
"""Command of the process; -P: no file of the working directory is imported."""

ERRORS: dict[str, type[SmenError]] = {"GranuleError": GranuleError, "ArchiveError": ArchiveError}
"""Errors that an answer may name."""

AHEAD = 4
"""Granules asked for before the first of them is answered: the other process goes on while this one works."""


class FirstReading(NamedTuple):
    """What is to be read.

    Attributes:
        path: the granule.
        short_name: the product that it must be of.
        variable: the soil moisture that is needed; None: the product's first.
        filename: its name, where it still lies under another one.
    """

    path: Path
    short_name: str
    variable: str | None = None
    filename: str | None = None


class FirstReader:
    """Reads granules in a process that is kept, one at a time; threads may share it.

    Args:
        command: of the process.
        seconds: time for one granule.
    """

    def __init__(self, command: Sequence[str] = CHILD, seconds: float = SECONDS) -> None:
        self.command, self.seconds = tuple(command), seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def read(self, reading: FirstReading) -> Granule:
        """Read all that any stage may need of a granule, and verify that it fits together.

        Args:
            reading: which granule, and as what.

        Raises:
            GranuleError: as `smen.products.verify.verify_granule`, or HDF5 crashes with the file, takes too long or too
                much memory.
            ArchiveError: no such product or variable.
        """
        (found,) = self.read_each([reading])
        if isinstance(found, SmenError):
            raise found
        return found

    def read_each(self, readings: Iterable[FirstReading]) -> Iterator[Granule | SmenError]:
        """Read granules in turn, some of them ahead; yield what `read` returns or raises of each.

        Args:
            readings: which granules, and as what.
        """
        waiting: deque[FirstReading] = deque()
        source = iter(readings)
        with self._lock:
            try:
                while True:
                    for reading in islice(source, AHEAD - len(waiting)):
                        self._ask(reading)
                        waiting.append(reading)
                    if not waiting:
                        return
                    found = self._answer(waiting.popleft())
                    if self._process is None:  # it ended over this granule: another is asked for the next ones
                        for reading in waiting:
                            self._ask(reading)
                    yield found
            finally:
                if waiting:  # an interrupt, or nobody wants them: no later reading must get these answers
                    self.close()

    def close(self) -> None:
        """End the process, if there is one; the next granule starts another."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _ask(self, reading: FirstReading) -> None:
        """Send a request; that the process is gone shows when it does not answer."""
        process = self._running()
        request = {**reading._asdict(), "path": str(reading.path), "seconds": self.seconds, "folder": _folder()}
        assert process.stdin is not None  # noqa: S101  (a pipe)
        with suppress(OSError):
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()

    def _answer(self, reading: FirstReading) -> Granule | SmenError:
        """Return the granule, or what is wrong with it; end the process where it does not answer."""
        process = self._process
        assert process is not None and process.stdout is not None  # noqa: S101  (asked, and a pipe)
        try:
            header: dict[str, Any] = json.loads(process.stdout.readline())
            size = 16 * header.get("cells", 0)
            numbers = process.stdout.read(size)
        except (OSError, ValueError):  # nothing came, or a part
            header, size, numbers = {}, 1, b""
        except BaseException:
            self.close()
            raise
        if len(numbers) != size:
            status = self._status(process)
            self.close()
            return GranuleError(f"{reading.path}: {self._reason(status)}. {REMEDY}")
        if "error" in header:
            text = header.get("message") or f"{reading.path}: {header['unforeseen']}. {REMEDY}"
            return ERRORS[header["error"]](text)
        return _granule(reading, header, numbers)

    def _running(self) -> subprocess.Popen[bytes]:
        """Return the process, started anew where there is none, or where it is another process's.

        Raises:
            SmenError: it does not start.
        """
        if self._process is not None and self._owner == os.getpid():
            return self._process
        self.close()
        paths = os.pathsep.join(os.path.abspath(place) for place in sys.path if place)  # noqa: PTH100
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
        )
        self._owner = os.getpid()
        assert self._process.stdout is not None  # noqa: S101  (a pipe)
        if not self._process.stdout.readline():
            status = self._status(self._process)
            self.close()
            raise SmenError(
                f"the process that reads granules first ({' '.join(self.command)}) ended with status {status} before "
                "it read any: run this command by itself, it says why"
            )
        return self._process

    @staticmethod
    def _status(process: subprocess.Popen[bytes]) -> int:
        """Return the status that a process ends with that closed its side."""
        try:
            return process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def _reason(self, status: int) -> str:
        """Say in words why the process ended."""
        if status == -signal.SIGALRM:
            return f"reading it takes longer than {self.seconds:g} s: it is damaged, or the disk hardly answers"
        if status < 0:
            return f"HDF5 crashes with it ({signal.Signals(-status).name}): it is damaged"
        return f"HDF5 gives up with it (status {status}): it is damaged"


def _folder() -> str:
    """Return the working directory, or where it is gone the root."""
    try:
        return os.getcwd()  # noqa: PTH109  (a text for JSON)
    except OSError:
        return "/"


def _granule(reading: FirstReading, header: Mapping[str, Any], numbers: bytes) -> Granule:
    """Make the record of a granule from an answer."""
    row, column = np.frombuffer(numbers, np.int64).reshape(2, -1)
    return Granule(
        name=granule_name(reading.filename or reading.path.name, reading.short_name),
        begin=np.datetime64(header["begin"], "ms"),
        end=np.datetime64(header["end"], "ms"),
        simulated=header["simulated"],
        stated_name=header["stated_name"],
        grid=GRIDS[header["grid"]],
        row=row,
        column=column,
    )


READER = FirstReader()
"""The reader of this program."""

atexit.register(READER.close)


def read_first(path: Path, short_name: str, variable: str | None = None, *, filename: str | None = None) -> Granule:
    """Read a foreign granule in the process that this program keeps for it.

    Args:
        path: the granule.
        short_name: the product that it must be of.
        variable: the soil moisture that is needed; by default the product's first.
        filename: its name, where it still lies under another one.

    Raises:
        GranuleError, ArchiveError: as `FirstReader.read`.
    """
    return READER.read(FirstReading(path, short_name, variable, filename))
