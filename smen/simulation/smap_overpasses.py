"""When SMAP passes over an area: its half-orbits, which of the area's cells they see, and which became a granule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from smen.simulation.orbits import Orbit
from smen.simulation.random_fields import Stream, random_stream
from smen.simulation.solar_time import HalfDay, local_solar_day
from smen.simulation.track_coordinates import Places, middle_of, tracks_near

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Grid, Window

SMAP = Orbit(117, 8, 98.12, np.datetime64("2019-08-22T23:15:38.138"), -78.956665, 24342)
"""SMAP's orbit: 117 revolutions in 8 days; equator crossing and its number from a real half-orbit's metadata."""

HALF_SWATH_KM = 512.0
"""Greatest distance from the ground track of the cells in the real half-orbit (99th percentile)."""

LOOK_DELAY_S = 69.0
"""How much later a cell's time is than that of the nearest point of the ground track, in the real half-orbit."""

HALF_SPAN = np.timedelta64(1600700, "ms")
"""From a half-orbit's beginning to its crossing of the equator, and from there to its end, in the real one."""

OUTAGES = (("2019-06-19", "2019-07-23"), ("2022-08-06", "2022-09-21"))
"""When SMAP was in safe mode: from day, to day."""

MISSING_SHARE = 0.01
"""Share of half-orbits that never became a granule."""


@dataclass(frozen=True)
class SimulatedHalfOrbit:
    """One SMAP half-orbit over an area.

    Attributes:
        number: of the orbit.
        descending: southwards, about 6 am local solar time; else northwards, about 6 pm.
        begin: beginning of the half-orbit, datetime64[ms], UTC.
        end: its end.
        crossing: when it crosses the equator.
        longitude: where it crosses, degrees east.
        over: when it passes over the area's middle.
        day: local solar day of that.
        seen: which of the area's cells are in its swath, (rows, columns) on the product's grid.
        seconds: when it passes over them, seconds since `crossing`, likewise.
    """

    number: int
    descending: bool
    begin: np.datetime64
    end: np.datetime64
    crossing: np.datetime64
    longitude: float
    over: np.datetime64
    day: np.datetime64
    seen: NDArray[np.bool_]
    seconds: NDArray[np.float64]

    @property
    def half_day(self) -> HalfDay:
        """Local solar day, and whether it is evening: the state of the world that it observes."""
        return self.day, not self.descending

    @property
    def start_day(self) -> np.datetime64:
        """UTC day on which it begins, by the time in its name (rounded to a second)."""
        day: np.datetime64 = (self.begin + np.timedelta64(500, "ms")).astype("datetime64[D]")
        return day

    @property
    def letter(self) -> Literal["A", "D"]:
        """Direction as it stands in file names: ascending or descending."""
        return "D" if self.descending else "A"


def became_granule(number: int, descending: bool, day: np.datetime64) -> bool:
    """Return whether a half-orbit became a granule: the same for all regions and seeds, as in the real archive.

    Args:
        number: of the orbit.
        descending: the southward half, else the northward one.
        day: UTC day on which the half-orbit begins.
    """
    if any(np.datetime64(first) <= day < np.datetime64(last) for first, last in OUTAGES):
        return False
    rng = random_stream(0, "SMAP", Stream.MISSING_HALF_ORBIT, number, int(descending))
    return bool(rng.random() >= MISSING_SHARE)


def half_orbits_over(area: Window, grid: Grid, first: np.datetime64, last: np.datetime64) -> list[SimulatedHalfOrbit]:
    """List the half-orbits that see any of an area's cells and became a granule.

    Args:
        area: cells of M03, whole cells of `grid`.
        grid: grid of the radiometer product.
        first: first UTC day on which a half-orbit may begin.
        last: last one, included.

    Returns:
        The half-orbits in order of time.
    """
    tracks = _swaths(area, grid)
    longitude, _ = middle_of(area)
    orbits = []
    day = np.timedelta64(1, "D")
    for number in range(SMAP.number_at(first - day), SMAP.number_at(last + 2 * day) + 1):
        for descending in (False, True):
            key = SMAP.track(number), descending
            if key in tracks:
                orbit = _half_orbit(number, descending, *tracks[key], longitude)
                if first <= orbit.start_day <= last and became_granule(number, descending, orbit.start_day):
                    orbits.append(orbit)
    return sorted(orbits, key=lambda orbit: orbit.begin)


def _swaths(area: Window, grid: Grid) -> dict[tuple[int, bool], tuple[NDArray[np.bool_], NDArray[np.float64]]]:
    """Return, by track and direction, which cells of `grid` in the area are seen, and their seconds since crossing."""
    rows, columns = area.rows(grid)[:: grid.coarse_factor], area.columns(grid)[:: grid.coarse_factor]
    longitude, latitude = grid.centres(rows[:, None], columns[None, :])
    places = Places(np.asarray(longitude), np.asarray(latitude))
    swaths = {}
    for track, descending in tracks_near(SMAP, area):
        position = places.along_track(SMAP, track, descending)
        seen = np.abs(position.across_km) <= HALF_SWATH_KM
        if seen.any():
            swaths[track, descending] = seen, position.seconds + LOOK_DELAY_S
    return swaths


def _half_orbit(
    number: int, descending: bool, seen: NDArray[np.bool_], seconds: NDArray[np.float64], longitude: float
) -> SimulatedHalfOrbit:
    """Return one half-orbit over an area whose middle lies at `longitude`, degrees east."""
    crossing = SMAP.crossing(number, descending)
    over = crossing + np.timedelta64(round(float(np.median(seconds)) * 1000), "ms")
    return SimulatedHalfOrbit(
        number=number,
        descending=descending,
        begin=crossing - HALF_SPAN,
        end=crossing + HALF_SPAN,
        crossing=crossing,
        longitude=SMAP.crossing_longitude(number, descending),
        over=over,
        day=local_solar_day(over, longitude),
        seen=seen,
        seconds=seconds,
    )
