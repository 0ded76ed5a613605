"""Progress of the transfers: a bar with granules, bytes and rate at a terminal, a line now and then elsewhere."""

from __future__ import annotations

import logging
import sys
import threading
import time
from typing import Self

from tqdm import tqdm

log = logging.getLogger(__name__)

LOG_INTERVAL = 30.0
"""Seconds between two lines where there is no terminal."""


class Progress:
    """Counts granules and bytes, for all threads of a run.

    Args:
        granules: number of granules to fetch.
        size: bytes to fetch, as far as they are known; 0 for unknown.
        label: name shown beside the bar.
    """

    def __init__(self, granules: int, size: int, label: str) -> None:
        self._granules, self._done, self._bytes = granules, 0, 0
        self._lock = threading.Lock()
        self._began = self._logged = time.monotonic()
        self._bar = tqdm(
            total=size or None, desc=label, unit="B", unit_scale=True, leave=False, disable=not sys.stderr.isatty()
        )

    def __enter__(self) -> Self:
        """Show the bar."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        self._bar.close()

    def received(self, size: int) -> None:
        """Count bytes that came (negative where an attempt failed and no longer counts)."""
        with self._lock:
            self._bytes += size
            self._bar.update(size)
            self._log()

    def finished(self) -> None:
        """Count one granule as done."""
        with self._lock:
            self._done += 1
            self._bar.set_postfix_str(f"{self._done}/{self._granules} granules", refresh=False)

    def _log(self) -> None:
        now = time.monotonic()
        if self._bar.disable and now - self._logged >= LOG_INTERVAL:
            self._logged = now
            log.info("%d of %d granules, %s", self._done, self._granules, self.summary())

    def summary(self) -> str:
        """Return bytes and rate so far."""
        seconds = max(time.monotonic() - self._began, 1e-3)
        return f"{megabytes(self._bytes)}, {self._bytes / seconds / 1e6:.1f} MB/s"


def megabytes(size: float) -> str:
    """Return bytes as MB or GB."""
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
