"""The water index through a year of maps, kept as it is where months begin.

So a new day needs the maps of its month alone, whatever the length of the year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.indices.water_index import WARM_UP, ExponentialFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from smen.data.kept import Kept
    from smen.indices.region_normals import Normals

KEPT_DAYS = np.timedelta64(110, "D")
"""How far back the filter is kept: a new day changes retrospective maps of the 70 days before it."""


@dataclass(frozen=True)
class WaterRun:
    """What the filter takes in through a year: coarse fields before the first map, and then the maps.

    Attributes:
        normals: climatology of the region.
        time_constants: in days.
        before_times: of the coarse fields before the first map, datetime64[s], (n,), rising.
        before: these fields, (n, R, C), m3/m3, NaN where missing.
        times: of the maps, datetime64[s], (N,), rising.
        digests: what tells whether a map is what it was, of each.
        moisture: gives a map by its number, (H, W), m3/m3, NaN where missing.
        kept: where the filter is kept, by the maps that it has seen; its code stands for the climatology, too.
    """

    normals: Normals
    time_constants: tuple[int, ...]
    before_times: NDArray[np.datetime64]
    before: NDArray[np.floating]
    times: NDArray[np.datetime64]
    digests: Sequence[str]
    moisture: Callable[[int], NDArray[np.floating]]
    kept: Kept

    def until(self, number: int) -> ExponentialFilter:
        """Return the filter as it is before a map.

        Args:
            number: of the map.
        """
        first = self._first_of_month(number)
        water = self._take(first, lambda: self._after_month(first))
        for i in range(first, number):
            self.add(water, i)
        return water

    def add(self, water: ExponentialFilter, number: int, moisture: NDArray[np.floating] | None = None) -> None:
        """Let a filter take in a map.

        Args:
            water: the filter as it is before the map.
            number: of the map.
            moisture: the map, where it is read already, (H, W), m3/m3.
        """
        value = self.moisture(number) if moisture is None else moisture
        water.add(self.times[number], self.normals.saturation_of(value))

    def keep(self, water: ExponentialFilter, number: int) -> None:
        """Keep a filter if it is that before the first map of one of the last months, which the next day begins with.

        Args:
            water: the filter as it is before the map.
            number: of the map.
        """
        if number == self._first_of_month(number) and self.times[-1] - self.times[number] <= KEPT_DAYS:
            self._take(number, lambda: water)

    def _first_of_month(self, number: int) -> int:
        month = self.times.astype("datetime64[M]")
        return int(np.searchsorted(month, month[number]))

    def _after_month(self, first: int) -> ExponentialFilter:
        """The filter before the first map of a month, from that of the month before it."""
        if first > 0:
            water = self.until(first - 1)
            self.add(water, first - 1)
            return water
        water = ExponentialFilter.of(self.time_constants, self.normals.window.shape)
        for time, field in zip(self.before_times, self.before, strict=True):
            water.add(time, self.normals.saturation_of(self.normals.moved(field)))
        return water

    def _take(self, number: int, make: Callable[[], ExponentialFilter]) -> ExponentialFilter:
        seen = [*self.digests[:number], self.before, self.before_times.astype(np.int64)]
        parts = self.kept.take("water", seen, lambda: make().arrays())
        return ExponentialFilter.of_arrays(self.time_constants, parts)


def fields_before(times: NDArray[np.datetime64], first: np.datetime64, longest: int) -> NDArray[np.integer]:
    """Return the numbers of the coarse fields that the filter begins with.

    Args:
        times: of all coarse fields, datetime64[s], (T,).
        first: time of the first map.
        longest: the longest time constant, days.
    """
    begin = first - np.timedelta64(round(WARM_UP * longest), "D")
    return np.flatnonzero((times >= begin) & (times < first))
