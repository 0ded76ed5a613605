"""Times as the products give them: seconds since their epoch."""

from __future__ import annotations

import numpy as np

from smen.products.conventions import EPOCH


def seconds_since_epoch(time: np.datetime64) -> float:
    """Return the seconds since 2000-01-01T12:00 UTC, without leap seconds, of a UTC time given to the millisecond."""
    return float((time - EPOCH) / np.timedelta64(1, "ms")) / 1000
