"""The process that reads foreign granules first: requests come as lines of JSON, answers go back as JSON and numbers.

HDF5 may crash, loop for ever or claim all memory on a malformed file. Here that ends this process alone, and
`smen.sources.first_reading` says which file it was. Nothing is unpickled on either side.

An answer is one line of JSON; that of a granule is followed by the rows and the columns of its cells, int64 each.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from smen.errors import SmenError
from smen.products.hdf5 import summary
from smen.products.verify import Granule, verify_granule

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 120
"""Time for one granule. The largest (a half-orbit at 9 km, 30 MB) takes a second from a quick disk; a slow network
folder may take a hundred times as long."""

MEMORY = 2 << 30
"""Memory for one granule beyond what this process has at its start, bytes; the largest needs a tenth of it."""

OUT_OF_MEMORY = f"reading it needs more than {MEMORY >> 30} GiB of memory: it is damaged, or made to do so"


def main() -> None:
    """Answer requests until the other side closes, or is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between the answers
    limit_memory(MEMORY)
    serve(sys.stdin.buffer, answers, verify_granule)


def serve(requests: IO[bytes], answers: IO[bytes], read: Callable[..., Granule]) -> None:
    """Answer requests.

    The alarm ends the process by the system's own hand: also in the middle of HDF5's code, and where the other side is
    gone.

    Args:
        requests: lines of JSON: `seconds`, `folder` (the working directory of the other side, to which paths may be
            relative) and the arguments of `read`.
        answers: where the answers go.
        read: what reads a granule.
    """
    _send(answers, {"ready": True})
    for line in requests:
        request = json.loads(line)
        _alarm(request.pop("seconds"))
        with suppress(OSError):  # where it is gone, absolute paths can be read all the same
            os.chdir(request.pop("folder"))
        header, cells = _answer(read, request)
        _alarm(0)
        _send(answers, header, *cells)


def limit_memory(more: int) -> None:
    """Limit the memory of this process to what it has now and some more; without effect where the system cannot.

    Args:
        more: bytes.
    """
    try:
        import resource
        from pathlib import Path

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + more
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard == resource.RLIM_INFINITY or limit < hard:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return


def _answer(read: Callable[..., Granule], request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Read a granule; return the line of the answer, and the numbers after it."""
    try:
        granule = read(**request)
    except SmenError as problem:
        return {"error": type(problem).__name__, "message": str(problem)}, []
    except MemoryError:
        return {"error": "GranuleError", "unforeseen": OUT_OF_MEMORY}, []
    except Exception as problem:  # noqa: BLE001  (whatever a foreign file does, the next one is to be read)
        return {
            "error": "GranuleError",
            "unforeseen": f"reading it fails: {type(problem).__name__}, {summary(problem)}",
        }, []
    header = {
        "begin": str(granule.begin),
        "end": str(granule.end),
        "simulated": granule.simulated,
        "stated_name": granule.stated_name,
        "grid": granule.grid.name,
        "cells": int(granule.row.size),
    }
    return header, [np.ascontiguousarray(part, np.int64).tobytes() for part in (granule.row, granule.column)]


def _send(answers: IO[bytes], header: dict[str, Any], *parts: bytes) -> None:
    answers.write(json.dumps(header).encode() + b"\n" + b"".join(parts))
    answers.flush()


def _alarm(seconds: float) -> None:
    """Let the system end this process after some seconds; 0: not any more."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    with suppress(BrokenPipeError, KeyboardInterrupt):
        main()
