"""State that all transfers of a run share: a pause that a server asked for, and the end of the run."""

from __future__ import annotations

import threading
import time

from smen.sources.earthdata.transfer_errors import TransferError


class RunControl:
    """Pauses and stops the transfers of a run; shared by its threads.

    Attributes:
        aborted: whether transfers under way are to end as well.
        reason: why the run ends.
    """

    def __init__(self) -> None:
        self._paused_until = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.aborted = False
        self.reason = "the run was stopped"

    def pause(self, seconds: float) -> None:
        """Hold back all requests for this many seconds."""
        with self._lock:
            self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    def stop(self, reason: str, *, abort: bool = False) -> None:
        """End the run: no further request is sent.

        Args:
            reason: why; that of the first call holds.
            abort: whether transfers under way end as well.
        """
        if not self._stop.is_set():
            self.reason = reason
        self.aborted = self.aborted or abort
        self._stop.set()

    def sleep(self, seconds: float) -> None:
        """Wait for this many seconds, and until a pause is over.

        Raises:
            TransferError: the run ends meanwhile.
        """
        wake = time.monotonic() + seconds
        while not self._stop.is_set():
            rest = max(wake, self._paused_until) - time.monotonic()
            if rest <= 0:
                return
            self._stop.wait(rest)
        raise TransferError(self.reason, "stopped", retryable=False)
