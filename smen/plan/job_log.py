"""What the log of a job says of its failure."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LOG_LINES = 3
"""Last lines of a log that say why a job failed."""

LOG_BYTES = 65536
"""How much of the end of a log is read."""


def last_error(log: Path, most: int = LOG_LINES) -> str | None:
    """Return the error that a log ends with, its last lines; None where it has none or cannot be read.

    Args:
        log: the log file of a job.
        most: lines to return at most.
    """
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return None
    errors = [number for number, line in enumerate(lines) if " ERROR " in line[:40]]
    return "\n".join(lines[errors[-1] :][-most:]) if errors else None
