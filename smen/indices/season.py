"""Windows of the year: which dates of a record belong to the season of a day, and to which of its years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

YEAR_DAYS = 365.25
"""Mean length of a year."""

WINDOW_DAYS = 45
"""Width of a season: the 22 days before a day, it and the 22 after it, as drought monitors use."""

CENTRES = np.arange(73) * 5 + 3
"""Days of the year in whose seasons a record is described; soil moisture has no finer season than five days."""


def day_of_year(times: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the day of the year, 1..366, of times."""
    day = times.astype("datetime64[D]")
    return np.asarray((day - day.astype("datetime64[Y]")).astype(np.int64) + 1, np.int64)


def season_of(time: np.datetime64) -> int:
    """Return the number of the season in `CENTRES` that is nearest to a time."""
    days = int(day_of_year(np.array([time]))[0])
    return int(np.argmin(np.abs(_apart(CENTRES, days))))


def season_years(times: NDArray[np.datetime64], centre: int) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which times lie in the season around a day of the year, and the year of that day for each.

    A date of December in the season around 3 January belongs to the following year: a season is not cut in two.

    Args:
        times: datetime64, (T,).
        centre: day of the year in the middle of the season.

    Returns:
        bool (T,) and int64 (T,).
    """
    days = day_of_year(times)
    apart = _apart(days, centre)
    year = times.astype("datetime64[Y]").astype(np.int64) + 1970
    wrapped = np.rint((days - centre - apart) / YEAR_DAYS).astype(np.int64)
    return np.abs(apart) <= WINDOW_DAYS // 2, year + wrapped


def _apart(days: NDArray[np.integer], centre: int) -> NDArray[np.float64]:
    """Days from a day of the year to others, the shorter way around the year."""
    return np.asarray((days - centre + YEAR_DAYS / 2) % YEAR_DAYS - YEAR_DAYS / 2, np.float64)
