"""How a run of transfers goes on: a bar with granules, bytes and rate at a terminal, now and then a line elsewhere."""

from __future__ import annotations

import logging
import sys
import threading
import time
from typing import Self

from tqdm import tqdm

log = logging.getLogger(__name__)

EVERY = 30.0
"""Seconds between two lines where there is no terminal."""


class Progress:
    """Counts what comes, for all threads of a run.

    Args:
        granules: how many are to come.
        size: bytes to come, as far as they are known; 0 for unknown.
        what: of what.
    """

    def __init__(self, granules: int, size: int, what: str) -> None:
        self._granules, self._done, self._bytes = granules, 0, 0
        self._lock = threading.Lock()
        self._began = self._said = time.monotonic()
        self._bar = tqdm(
            total=size or None, desc=what, unit="B", unit_scale=True, leave=False, disable=not sys.stderr.isatty()
        )

    def __enter__(self) -> Self:
        """Show the bar."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        self._bar.close()

    def came(self, size: int) -> None:
        """So many bytes came (fewer than none where an attempt failed and counts no more)."""
        with self._lock:
            self._bytes += size
            self._bar.update(size)
            self._say()

    def finished(self) -> None:
        """One granule is done with."""
        with self._lock:
            self._done += 1
            self._bar.set_postfix_str(f"{self._done}/{self._granules} granules", refresh=False)

    def _say(self) -> None:
        now = time.monotonic()
        if self._bar.disable and now - self._said >= EVERY:
            self._said = now
            log.info("%d of %d granules, %s", self._done, self._granules, self.summary())

    def summary(self) -> str:
        """Bytes and rate so far."""
        took = max(time.monotonic() - self._began, 1e-3)
        return f"{megabytes(self._bytes)}, {self._bytes / took / 1e6:.1f} MB/s"


def megabytes(size: float) -> str:
    """Bytes for people."""
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
