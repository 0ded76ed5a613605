"""How long to wait and how often to try: back-off with jitter, a server's own wish honoured, a deadline on stalls."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from smen.sources.earthdata.transfer_errors import Fault

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """Limits of one run against an archive; times in seconds.

    Attributes:
        connections: transfers at a time, over all processes that share a store on this machine.
        attempts: how often one granule is tried where trying again may help.
        content_attempts: how often where what came was not the granule.
        first_wait: upper limit of the first wait; each further one may be twice as long.
        longest_wait: upper limit of any wait, and the longest that a server may ask for.
        connect: to connect.
        silence: without a single byte.
        window: over which `least_rate` is asked for.
        least_rate: bytes a second; a connection that gives less over `window` counts as stalled.
        failures: granules that fail one after the other, with none fetched between, before the rest is not tried.
        denials: the same where the login was not taken.
    """

    connections: int = 6
    attempts: int = 6
    content_attempts: int = 3
    first_wait: float = 1.0
    longest_wait: float = 120.0
    connect: float = 20.0
    silence: float = 60.0
    window: float = 60.0
    least_rate: float = 1000.0
    failures: int = 20
    denials: int = 3

    def attempts_for(self, fault: Fault) -> int:
        """How often a granule is tried in all when it fails like this."""
        if not fault.again:
            return 1
        return self.content_attempts if fault.kind == "content" else self.attempts

    def wait(self, failed: int) -> float:
        """Seconds to wait after so many failures: full jitter over a window that doubles.

        Full jitter (uniform from 0 up to the window) spreads clients best; see M. Brooker, "Exponential Backoff And
        Jitter", AWS Architecture Blog, 2015.
        """
        limit = min(self.longest_wait, self.first_wait * 2 ** (failed - 1))
        return random.uniform(0.0, limit)


class Gate:
    """What all transfers of a run watch: a common pause that a server asked for, and the end of the run.

    Attributes:
        broken_off: whether transfers under way are to end as well.
        reason: why the run ends.
    """

    def __init__(self) -> None:
        self._until = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.broken_off = False
        self.reason = "the run was stopped"

    def pause(self, seconds: float) -> None:
        """Let nobody send a request for so long."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)

    def stop(self, reason: str, *, break_off: bool = False) -> None:
        """End the run: no request is sent any more. Transfers under way go on, unless they are to break off."""
        if not self._stop.is_set():
            self.reason = reason
        self.broken_off = self.broken_off or break_off
        self._stop.set()

    def sleep(self, seconds: float) -> None:
        """Wait, and longer where a pause says so.

        Raises:
            Fault: the run ends meanwhile.
        """
        wake = time.monotonic() + seconds
        while not self._stop.is_set():
            rest = max(wake, self._until) - time.monotonic()
            if rest <= 0:
                return
            self._stop.wait(rest)
        raise Fault(self.reason, "stopped", again=False)


def persist(action: Callable[[], T], patience: Patience, gate: Gate) -> T:
    """Do something until it succeeds or another attempt makes no sense.

    Args:
        action: raises `Fault` where it fails.
        patience: how often and how long.
        gate: shared with what else is going on; a wait that the server asks for holds for all.

    Raises:
        Fault: the last one, its reason with the number of attempts; or the run ends meanwhile.
    """
    failed = 0
    gate.sleep(0.0)
    while True:
        try:
            return action()
        except Fault as fault:
            failed += 1
            if failed >= patience.attempts_for(fault):
                raise _final(fault, failed) from None
            asked = fault.wait or 0.0
            if asked > patience.longest_wait:
                raise Fault(
                    f"{fault.reason}; it asks to come back in {asked:.0f} s, longer than SMEN waits",
                    fault.kind,
                    again=False,
                ) from None
            if fault.wait is not None:
                gate.pause(asked)
            gate.sleep(asked + patience.wait(failed))


def _final(fault: Fault, attempts: int) -> Fault:
    reason = fault.reason if attempts == 1 else f"{fault.reason}, {attempts} times"
    return Fault(reason, fault.kind, again=False)
