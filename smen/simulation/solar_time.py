"""Local solar time: the half days at which the simulated world has a state."""

from __future__ import annotations

import numpy as np

HalfDay = tuple[np.datetime64, bool]
"""Local solar day, and whether it is its evening (6 pm) or its morning (6 am). In order of time when sorted."""


def local_solar_day(time: np.datetime64, longitude: float) -> np.datetime64:
    """Return the day of mean solar time at a place: 4 minutes later per degree eastwards.

    Args:
        time: UTC.
        longitude: degrees east, -180..180.

    Returns:
        datetime64[D].
    """
    day: np.datetime64 = (time + np.timedelta64(round(longitude * 240_000), "ms")).astype("datetime64[D]")
    return day
