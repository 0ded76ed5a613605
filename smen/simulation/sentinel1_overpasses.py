"""When Sentinel-1 passes over an area: the strips along which it was operated, the overpasses that became scenes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from smen.grid import M03
from smen.simulation.orbits import Orbit
from smen.simulation.random_fields import Stream, random_stream
from smen.simulation.solar_time import HalfDay, local_solar_day
from smen.simulation.track_coordinates import Places, tracks_near

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.grid import Window
    from smen.simulation.climate import Climate

SENTINEL1 = Orbit(175, 12, 98.18, np.datetime64("2015-04-01T05:06:25.486"), -165.9, 5287)
"""Sentinel-1A's orbit: 175 revolutions in 12 days; anchored by the place and time in a real SPL2SMAP_S name."""

SENTINEL1B_LAG = np.timedelta64(6, "D")
SENTINEL1B_LIFETIME = (np.datetime64("2016-10-01"), np.datetime64("2021-12-23"))
"""Sentinel-1B flew the same tracks six days later, between these days."""

SWATH_KM = (355.0, 605.0)
"""The 250 km of an interferometric wide swath, to the right of the flight direction."""

LEAST_COVERAGE = 0.15
"""Strips that cover less than this share of the window with recommended cells are left out."""

FRAME_KM = 190.0
"""Length of a scene along the track."""

GOLDEN_RATIO = (5**0.5 - 1) / 2
"""Its multiples, modulo 1, are evenly distributed however many there are."""


@dataclass(frozen=True)
class Strip:
    """One of the repeating strips along which Sentinel-1 observes an area; arrays are (height, width) of the area.

    Attributes:
        track: which of the repeating ground tracks.
        descending: the southward half, about 6 am local solar time; else the northward one, about 6 pm.
        frames: frame number of each cell, from 0 in flight direction, -1 outside the strip.
        seconds: time at which the satellite passes over each cell, since the crossing of the equator.
        rank: random number in 0..1 that decides which strips are operated.
        phase: random number in 0..1 that decides which of its overpasses become scenes.
    """

    track: int
    descending: bool
    frames: NDArray[np.int16]
    seconds: NDArray[np.float64]
    rank: float
    phase: float


@dataclass(frozen=True)
class Sentinel1Pass:
    """One overpass of a Sentinel-1 satellite that became scenes.

    Attributes:
        platform: ``1AIWDV`` or ``1BIWDV``.
        time: when it passes over the middle of the strip in the area, datetime64[ms], UTC.
        day: local solar day of that.
        evening: northwards, about 6 pm local solar time; else southwards, about 6 am.
        track: which of the repeating ground tracks.
        frames: frame number of each cell of the area, -1 outside the strip, (height, width).
        seconds: time at which it passes over the cells, since `time`, (height, width).
    """

    platform: str
    time: np.datetime64
    day: np.datetime64
    evening: bool
    track: int
    frames: NDArray[np.int16]
    seconds: NDArray[np.float32]

    @property
    def half_day(self) -> HalfDay:
        """Local solar day, and whether it is evening: the state of the world that it observes."""
        return self.day, self.evening


def operated_strips(
    window: Window, area: Window, recommended: NDArray[np.bool_] | np.bool_, seed: int, name: str, number: int
) -> list[Strip]:
    """Choose the strips along which Sentinel-1 is operated: some of those that cover a good part of the window.

    Args:
        window: the region's cells of M03.
        area: cells of M03 around it, on which the strips are given.
        recommended: cells of the window where land cover allows the 3 km product, (height, width), or one value.
        seed: seed of the world.
        name: name of the region.
        number: how many strips to choose, at most.
    """
    longitude, latitude = np.meshgrid(area.longitudes, area.latitudes)
    places = Places(longitude, latitude)
    row, column = window.row - area.row, (window.column - area.column) % M03.columns
    inner = slice(row, row + window.height), slice(column, column + window.width)
    strips = []
    for track, descending in tracks_near(SENTINEL1, area):
        position = places.along_track(SENTINEL1, track, descending)
        inside = (position.across_km >= SWATH_KM[0]) & (position.across_km < SWATH_KM[1])
        if (inside[inner] & recommended).mean() < LEAST_COVERAGE:
            continue
        rng = random_stream(seed, name, Stream.SENTINEL1_STRIP, track, int(descending))
        frames = np.floor(position.along_km / FRAME_KM + rng.random())
        frames = np.where(inside, frames - frames[inside].min(), -1).astype(np.int16)
        strips.append(Strip(track, descending, frames, position.seconds, rng.random(), rng.random()))
    return sorted(strips, key=lambda strip: strip.rank)[:number]


def passes_along(
    strip: Strip, climate: Climate, longitude: float, first: np.datetime64, last: np.datetime64
) -> list[Sentinel1Pass]:
    """List the overpasses along one strip: every 12 days for each satellite, thinned to the share that was acquired.

    Those kept follow multiples of the golden ratio. Every second overpass would not do: 24 days are three of SMAP's
    cycles, so that it would always meet the same SMAP track.

    Args:
        strip: the strip.
        climate: its numbers say which satellites are used, and how many overpasses became scenes.
        longitude: of the area's middle, degrees east: for the local solar day.
        first: first UTC day.
        last: last one, included.
    """
    median = float(np.median(strip.seconds[strip.frames >= 0]))
    passes = []
    start = SENTINEL1.anchor_number + strip.track
    cycle0 = (SENTINEL1.number_at(first) - start) // SENTINEL1.revolutions - 2
    cycle1 = (SENTINEL1.number_at(last) - start) // SENTINEL1.revolutions + 2
    for cycle in range(cycle0, cycle1 + 1):
        crossing = SENTINEL1.crossing(start + cycle * SENTINEL1.revolutions, strip.descending)
        for satellite, lag in (("A", np.timedelta64(0, "D")), ("B", SENTINEL1B_LAG)):
            time = crossing + np.timedelta64(round(median * 1000), "ms") + lag
            if first <= time.astype("datetime64[D]") <= last and _is_acquired(satellite, time, cycle, strip, climate):
                passes.append(
                    Sentinel1Pass(
                        platform=f"1{satellite}IWDV",
                        time=time,
                        day=local_solar_day(time, longitude),
                        evening=not strip.descending,
                        track=strip.track,
                        frames=strip.frames,
                        seconds=(strip.seconds - median).astype(np.float32),
                    )
                )
    return passes


def _is_acquired(satellite: str, time: np.datetime64, cycle: int, strip: Strip, climate: Climate) -> bool:
    """Return whether an overpass of satellite A or B in a 12-day cycle became scenes."""
    if satellite == "B" and not (climate.six_days and SENTINEL1B_LIFETIME[0] <= time < SENTINEL1B_LIFETIME[1]):
        return False
    share = climate.acquisitions[int(time >= np.datetime64("2018-01-01"))]
    step = 2 * cycle + (satellite == "B") if climate.six_days else cycle
    return (step * GOLDEN_RATIO + strip.phase) % 1 < share
