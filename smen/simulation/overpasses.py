"""When SMAP and Sentinel-1 pass a region: which half-orbits and frames exist, and which of them belong together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from smen.grid import M03
from smen.simulation.orbits import EARTH_RADIUS_KM, Orbit, Places, unit_vectors
from smen.simulation.random_fields import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Grid, Window
    from smen.simulation.climate import Climate

SMAP = Orbit(117, 8, 98.12, np.datetime64("2019-08-22T23:15:38.138"), -78.956665, 24342)
"""SMAP's orbit: 117 revolutions in 8 days; equator crossing and its number from a real half-orbit's metadata."""

SENTINEL1 = Orbit(175, 12, 98.18, np.datetime64("2015-04-01T05:06:25.486"), -165.9, 5287)
"""Sentinel-1A's orbit: 175 revolutions in 12 days; anchored by the place and time in a real SPL2SMAP_S name."""

SENTINEL1B_LAG = np.timedelta64(6, "D")
SENTINEL1B = (np.datetime64("2016-10-01"), np.datetime64("2021-12-23"))
"""Sentinel-1B flew the same tracks six days later, between these days."""

SMAP_HALF_SWATH_KM = 512.0
"""Farthest cells from the ground track in the real half-orbit (99th percentile)."""

SMAP_LOOK_S = 69.0
"""How much later than the crossing of the nearest point of the ground track a cell's time lies in the real one."""

HALF_SPAN = np.timedelta64(1600700, "ms")
"""From a half-orbit's beginning to its crossing of the equator, and from there to its end, in the real one."""

OUTAGES = (("2019-06-19", "2019-07-23"), ("2022-08-06", "2022-09-21"))
"""When SMAP was in safe mode: from day, to day."""

MISSING_SHARE = 0.01
"""Share of half-orbits that never became a granule."""

SENTINEL1_SWATH_KM = (355.0, 605.0)
"""The 250 km of an interferometric wide swath, to the right of the flight."""

LEAST_STRIP = 0.15
"""Strips that show less of the window's good ground are left out."""

FRAME_KM = 190.0
"""Length of a scene along the track."""

PAIR_HOURS = (0.5, 36.0)
"""Least and greatest time between SMAP and Sentinel-1 in a scene: as in ten real names."""

GOLDEN = (5**0.5 - 1) / 2
"""Its multiples, modulo 1, are spread evenly however many they are."""

PASS_STREAM, MISSING_STREAM = 3, 4


def exists(number: int, descending: bool, day: np.datetime64) -> bool:
    """Whether a half-orbit became a granule. The same for all regions: what is missing is missing everywhere."""
    if any(np.datetime64(first) <= day < np.datetime64(last) for first, last in OUTAGES):
        return False
    return bool(stream(0, "SMAP", MISSING_STREAM, number, int(descending)).random() >= MISSING_SHARE)


@dataclass(frozen=True)
class HalfOrbit:
    """One SMAP half-orbit over a region.

    Attributes:
        number: of the orbit.
        descending: southwards, about 6 am local solar time; else northwards, about 6 pm.
        begin: beginning of the half-orbit, datetime64[ms], UTC.
        end: its end.
        crossing: when it crosses the equator.
        longitude: where it crosses, degrees east.
        over: when it passes the region's middle.
        day: local solar day of that.
        seen: which of the region's cells are in its swath, (rows, columns).
        seconds: when it passes them, seconds since `crossing`.
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
    def moment(self) -> tuple[np.datetime64, bool]:
        """Local solar day, and whether it is evening: which state of the world it sees."""
        return self.day, not self.descending

    @property
    def start_day(self) -> np.datetime64:
        """UTC day on which it begins, by the time in its name (rounded to a second)."""
        day: np.datetime64 = (self.begin + np.timedelta64(500, "ms")).astype("datetime64[D]")
        return day

    @property
    def letter(self) -> Literal["A", "D"]:
        """The direction as it stands in file names."""
        return "D" if self.descending else "A"


@dataclass(frozen=True)
class Pass:
    """One pass of a Sentinel-1 satellite, as far as it became scenes.

    Attributes:
        platform: ``1AIWDV`` or ``1BIWDV``.
        time: when it passes the region's middle, datetime64[ms], UTC.
        day: local solar day of that.
        evening: northwards, about 6 pm local solar time; else southwards, about 6 am.
        track: which of the repeating strips, a number.
        cells: frame number of each cell of the area, -1 outside the strip, (height, width).
        times: seconds from `time` at which it passes the cells, (height, width).
    """

    platform: str
    time: np.datetime64
    day: np.datetime64
    evening: bool
    track: int
    cells: NDArray[np.int16]
    times: NDArray[np.float32]

    @property
    def moment(self) -> tuple[np.datetime64, bool]:
        """Local solar day, and whether it is evening: which state of the world it sees."""
        return self.day, self.evening


@dataclass(frozen=True)
class _Strip:
    """One of the repeating strips: its half-orbit, frame of each cell (-1 outside), seconds, two random numbers."""

    track: int
    descending: bool
    frames: NDArray[np.int16]
    seconds: NDArray[np.float64]
    rank: float
    phase: float


def local_day(time: np.datetime64, longitude: float) -> np.datetime64:
    """Day of mean solar time at a longitude in degrees."""
    day: np.datetime64 = (time + np.timedelta64(round(longitude * 240_000), "ms")).astype("datetime64[D]")
    return day


@dataclass(frozen=True)
class Timetable:
    """All passes over a region.

    Attributes:
        window: the region's window.
        area: cells on M03 around it.
        name: the region, part of the seed.
        climate: says how many Sentinel-1 passes became scenes.
        seed: the world's seed.
        good: cells of the window where the 3 km product is recommended, but for the weather; (height, width).
    """

    window: Window
    area: Window
    name: str
    climate: Climate
    seed: int
    good: NDArray[np.bool_] | np.bool_ = field(default=np.True_, compare=False)

    @cached_property
    def middle(self) -> tuple[float, float]:
        """Longitude and latitude of the area's middle cell, degrees."""
        longitude, latitude = self.area.longitudes, self.area.latitudes
        return float(longitude[longitude.size // 2]), float(latitude[latitude.size // 2])

    def smap(self, grid: Grid, first: np.datetime64, last: np.datetime64) -> list[HalfOrbit]:
        """Half-orbits that see any of the area's cells and begin in a period of UTC days (last included), by time."""
        rows, columns = self.area.rows(grid)[:: grid.nesting], self.area.columns(grid)[:: grid.nesting]
        longitude, latitude = grid.centres(rows[:, None], columns[None, :])
        places = Places(np.asarray(longitude), np.asarray(latitude))
        tracks = {}
        for track in range(SMAP.revolutions):
            for descending in (False, True):
                if not self._near(SMAP, track, descending):
                    continue
                sight = places.seen(SMAP, track, descending)
                seen = np.abs(sight.across_km) <= SMAP_HALF_SWATH_KM
                if seen.any():
                    tracks[track, descending] = seen, sight.seconds + SMAP_LOOK_S
        orbits = []
        day = np.timedelta64(1, "D")
        for number in range(SMAP.number_at(first - day), SMAP.number_at(last + 2 * day) + 1):
            for descending in (False, True):
                key = SMAP.track(number), descending
                if key in tracks:
                    orbit = self._half_orbit(number, descending, *tracks[key])
                    if first <= orbit.start_day <= last and exists(number, descending, orbit.start_day):
                        orbits.append(orbit)
        return sorted(orbits, key=lambda orbit: orbit.begin)

    def _near(self, orbit: Orbit, track: int, descending: bool) -> bool:
        """Whether a ground track comes near enough to be worth a closer look: within 10 degrees and the area's size."""
        dy, dx = self.area.cell_lengths_km()
        size = float(np.hypot(dy.sum(), dx.max() * self.area.width))
        longitude, latitude = self.middle
        at = unit_vectors(np.asarray(longitude), np.asarray(latitude))
        _, points = orbit.points(track, descending)
        return bool((points @ at).max() > np.cos(min(size / 2 / EARTH_RADIUS_KM + np.radians(10), np.pi)))

    def _half_orbit(
        self, number: int, descending: bool, seen: NDArray[np.bool_], seconds: NDArray[np.float64]
    ) -> HalfOrbit:
        crossing = SMAP.crossing(number, descending)
        over = crossing + np.timedelta64(round(float(np.median(seconds)) * 1000), "ms")
        return HalfOrbit(
            number=number,
            descending=descending,
            begin=crossing - HALF_SPAN,
            end=crossing + HALF_SPAN,
            crossing=crossing,
            longitude=SMAP.crossing_longitude(number, descending),
            over=over,
            day=local_day(over, self.middle[0]),
            seen=seen,
            seconds=seconds,
        )

    def sentinel1(self, first: np.datetime64, last: np.datetime64) -> list[Pass]:
        """Sentinel-1 passes over the area that became scenes, in a period of UTC days (last included), by time."""
        passes = [one for strip in self._strips for one in self._passes(strip, first, last)]
        return sorted(passes, key=lambda one: (one.time, one.track))

    @cached_property
    def _strips(self) -> list[_Strip]:
        """The strips along which Sentinel-1 is operated here: some of those that cover a good part of the window."""
        longitude, latitude = np.meshgrid(self.area.longitudes, self.area.latitudes)
        places = Places(longitude, latitude)
        row, column = self.window.row - self.area.row, (self.window.column - self.area.column) % M03.columns
        box = slice(row, row + self.window.height), slice(column, column + self.window.width)
        found = []
        for track in range(SENTINEL1.revolutions):
            for descending in (False, True):
                if not self._near(SENTINEL1, track, descending):
                    continue
                sight = places.seen(SENTINEL1, track, descending)
                inside = (sight.across_km >= SENTINEL1_SWATH_KM[0]) & (sight.across_km < SENTINEL1_SWATH_KM[1])
                if (inside[box] & self.good).mean() < LEAST_STRIP:
                    continue
                rng = stream(self.seed, self.name, PASS_STREAM, track, int(descending))
                frames = np.floor(sight.along_km / FRAME_KM + rng.random())
                frames = np.where(inside, frames - frames[inside].min(), -1).astype(np.int16)
                found.append(_Strip(track, descending, frames, sight.seconds, rng.random(), rng.random()))
        return sorted(found, key=lambda strip: strip.rank)[: self.climate.strips]

    def _passes(self, strip: _Strip, first: np.datetime64, last: np.datetime64) -> list[Pass]:
        """The passes along one strip: every 12 days for each satellite, thinned to the share that was acquired.

        By multiples of the golden ratio, because 24 days are three of SMAP's cycles: every second pass would always
        meet the same one.
        """
        track, descending, cells, seconds = strip.track, strip.descending, strip.frames, strip.seconds
        middle = float(np.median(seconds[cells >= 0]))
        passes = []
        start = SENTINEL1.anchor_number + track
        cycle0 = (SENTINEL1.number_at(first) - start) // SENTINEL1.revolutions - 2
        cycle1 = (SENTINEL1.number_at(last) - start) // SENTINEL1.revolutions + 2
        for cycle in range(cycle0, cycle1 + 1):
            crossing = SENTINEL1.crossing(start + cycle * SENTINEL1.revolutions, descending)
            time = crossing + np.timedelta64(round(middle * 1000), "ms")
            for satellite, lag in (("A", np.timedelta64(0, "D")), ("B", SENTINEL1B_LAG)):
                at = time + lag
                if not (first <= at.astype("datetime64[D]") <= last):
                    continue
                if satellite == "B" and not (self.climate.six_days and SENTINEL1B[0] <= at < SENTINEL1B[1]):
                    continue
                share = self.climate.acquisitions[int(at >= np.datetime64("2018-01-01"))]
                slot = 2 * cycle + (satellite == "B")
                step = slot if self.climate.six_days else cycle
                if (step * GOLDEN + strip.phase) % 1 >= share:
                    continue
                passes.append(
                    Pass(
                        platform=f"1{satellite}IWDV",
                        time=at,
                        day=local_day(at, self.middle[0]),
                        evening=not descending,
                        track=track,
                        cells=cells,
                        times=(seconds - middle).astype(np.float32),
                    )
                )
        return passes


def pair(one: Pass, orbits: list[HalfOrbit], nesting: int) -> HalfOrbit | None:
    """The half-orbit that a Sentinel-1 pass is combined with: of those that see most of its cells, the nearest in time.

    Args:
        one: the pass.
        orbits: half-orbits on the same area.
        nesting: M03 cells along a cell of the half-orbits' grid.
    """
    strip = one.cells >= 0
    best, least = None, np.inf
    for orbit in orbits:
        hours = abs((orbit.over - one.time) / np.timedelta64(1, "h"))
        if PAIR_HOURS[0] <= hours <= PAIR_HOURS[1] and hours < least:
            seen = np.repeat(np.repeat(orbit.seen, nesting, 0), nesting, 1)[: strip.shape[0], : strip.shape[1]]
            if (seen & strip).sum() > 0.6 * strip.sum():
                best, least = orbit, hours
    return best
