"""Retry with exponential back-off and jitter, respecting a server's Retry-After, within limits."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from smen.sources.earthdata.transfer_errors import TransferError

if TYPE_CHECKING:
    from smen.sources.earthdata.run_control import RunControl

T = TypeVar("T")


@dataclass(frozen=True)
class RetryPolicy:
    """Limits of one run against an archive; times in seconds.

    Attributes:
        connections: transfers at a time, over all processes that share a store on this machine.
        attempts: attempts per granule where another one may succeed.
        content_attempts: attempts per granule where what came was not the granule.
        first_wait: upper limit of the first wait; each further one may be twice as long.
        longest_wait: upper limit of any wait, and the longest that a server may ask for.
        connect_timeout: for a connection.
        read_timeout: without a single byte.
        stall_window: period over which `min_rate` is demanded.
        min_rate: bytes a second; a connection that gives less over `stall_window` counts as stalled.
        max_failures: consecutive failures after which the rest is not tried.
    """

    connections: int = 6
    attempts: int = 6
    content_attempts: int = 3
    first_wait: float = 1.0
    longest_wait: float = 120.0
    connect_timeout: float = 20.0
    read_timeout: float = 60.0
    stall_window: float = 60.0
    min_rate: float = 1000.0
    max_failures: int = 20

    @property
    def timeouts(self) -> tuple[float, float]:
        """Time limits of a request as requests takes them: to connect, and between two bytes."""
        return self.connect_timeout, self.read_timeout

    def attempts_for(self, error: TransferError) -> int:
        """Return the number of attempts, the first one included, for a granule that fails like this."""
        if not error.retryable:
            return 1
        return self.content_attempts if error.kind == "content" else self.attempts

    def back_off(self, failures: int) -> float:
        """Draw the seconds to wait after so many failures: full jitter over a window that doubles.

        Full jitter (uniform from 0 up to the window) spreads clients best; see M. Brooker, "Exponential Backoff And
        Jitter", AWS Architecture Blog, 2015.
        """
        limit = min(self.longest_wait, self.first_wait * 2 ** (failures - 1))
        return random.uniform(0.0, limit)


def retry(action: Callable[[], T], policy: RetryPolicy, control: RunControl) -> T:
    """Repeat an action until it succeeds or another attempt makes no sense.

    Args:
        action: raises `TransferError` where it fails.
        policy: number of attempts and length of waits.
        control: shared with the other transfers; a wait that the server asks for holds for all.

    Raises:
        TransferError: the last one, its reason with the number of attempts; or the run ends meanwhile.
    """
    failures = 0
    control.sleep(0.0)
    while True:
        try:
            return action()
        except TransferError as error:
            failures += 1
            if failures >= policy.attempts_for(error):
                raise _final(error, failures) from None
            requested = error.retry_after or 0.0
            if requested > policy.longest_wait:
                raise TransferError(
                    f"{error.reason}; it asks to come back in {requested:.0f} s, longer than SMEN waits",
                    error.kind,
                    retryable=False,
                ) from None
            if error.retry_after is not None:
                control.pause(requested)
            control.sleep(requested + policy.back_off(failures))


def _final(error: TransferError, attempts: int) -> TransferError:
    reason = error.reason if attempts == 1 else f"{error.reason}, {attempts} times"
    return TransferError(reason, error.kind, retryable=False)
