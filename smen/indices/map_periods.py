"""Which maps belong to an overpass, a day or a week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Every = Literal["overpass", "day", "week"]

DAYS = {"day": 1, "week": 7}

FIRST_MONDAY = np.datetime64("1970-01-05", "D")
"""Weeks begin on Mondays (ISO 8601)."""


@dataclass(frozen=True)
class MapPeriod:
    """A period and the maps in it.

    Attributes:
        start: its beginning, datetime64[s], UTC; of an overpass that of its half-orbit.
        end: its end, not included; of an overpass the same as its start.
        maps: numbers of the maps in it, rising.
    """

    start: np.datetime64
    end: np.datetime64
    maps: tuple[int, ...]

    @property
    def middle(self) -> np.datetime64:
        """The time in its middle."""
        return self.start + (self.end - self.start) / 2


def map_periods(times: NDArray[np.datetime64], every: Every) -> list[MapPeriod]:
    """Put maps into periods; those without a map are left out.

    Args:
        times: of the maps, datetime64[s], UTC, rising.
        every: length of a period.
    """
    if every == "overpass":
        return [MapPeriod(time, time, (i,)) for i, time in enumerate(times)]
    length = np.timedelta64(DAYS[every], "D")
    number = (times.astype("datetime64[D]") - FIRST_MONDAY) // length
    periods = []
    for n in np.unique(number):
        start = (FIRST_MONDAY + n * length).astype("datetime64[s]")
        maps = tuple(int(i) for i in np.flatnonzero(number == n))
        periods.append(MapPeriod(start, start + length.astype("timedelta64[s]"), maps))
    return periods


def mean_of(fields: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the mean of fields (n, ...) over those that are valid at a cell, NaN where none is."""
    valid = np.isfinite(fields)
    count = valid.sum(axis=0)
    total = np.where(valid, fields, 0.0).sum(axis=0, dtype=np.float64)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan), np.float64)
