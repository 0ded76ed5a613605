"""Which overpasses a region has, and which SMAP half-orbit each Sentinel-1 overpass is combined with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from smen.grid import M03
from smen.simulation.sentinel1_overpasses import Sentinel1Pass, Strip, operated_strips, passes_along
from smen.simulation.smap_overpasses import SimulatedHalfOrbit, half_orbits_over
from smen.simulation.track_coordinates import middle_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from smen.grid import Grid, Window
    from smen.simulation.climate import Climate

PAIR_HOURS = (0.5, 36.0)
"""Least and greatest time between SMAP and Sentinel-1 in a scene: as in ten real names."""

LEAST_SEEN_SHARE = 0.6
"""Share of a strip's cells that a half-orbit must see to be combined with it (judgement)."""


@dataclass(frozen=True)
class OverpassSchedule:
    """All overpasses over a region.

    Attributes:
        window: the region's cells of M03.
        area: cells of M03 around it.
        name: name of the region, part of the seed.
        climate: its numbers say how many Sentinel-1 overpasses became scenes.
        seed: seed of the world.
        recommended: cells of the window where land cover allows the 3 km product, (height, width).
        parts: windows in it that are regions of their own, each with strips; without any the window is one.
    """

    window: Window
    area: Window
    name: str
    climate: Climate
    seed: int
    recommended: NDArray[np.bool_] | np.bool_ = field(default=np.True_, compare=False)
    parts: tuple[Window, ...] = ()

    def smap(self, grid: Grid, first: np.datetime64, last: np.datetime64) -> list[SimulatedHalfOrbit]:
        """List the SMAP half-orbits that see any of the area's cells, by time.

        Args:
            grid: grid of the radiometer product.
            first: first UTC day on which a half-orbit may begin.
            last: last one, included.
        """
        return half_orbits_over(self.area, grid, first, last)

    def sentinel1(self, first: np.datetime64, last: np.datetime64) -> list[Sentinel1Pass]:
        """List the Sentinel-1 overpasses over the area that became scenes, by time.

        Args:
            first: first UTC day.
            last: last one, included.
        """
        longitude, _ = middle_of(self.area)
        passes = [
            overpass for strip in self._strips for overpass in passes_along(strip, self.climate, longitude, first, last)
        ]
        return sorted(passes, key=lambda overpass: (overpass.time, overpass.track))

    @cached_property
    def _strips(self) -> list[Strip]:
        """The strips along which Sentinel-1 is operated here: over a region a few, over many those of each."""
        place = self.seed, self.name, self.climate.strips
        if not self.parts:
            return operated_strips(self.window, self.area, self.recommended, *place)
        strips: dict[tuple[int, bool], Strip] = {}
        for part in self.parts:
            for strip in operated_strips(part, self.area, self._recommended_in(part), *place):
                strips.setdefault((strip.track, strip.descending), strip)
        return list(strips.values())

    def _recommended_in(self, part: Window) -> NDArray[np.bool_] | np.bool_:
        """Cells of a part where land cover allows the 3 km product, (height, width) of the part, or one value."""
        if not isinstance(self.recommended, np.ndarray):
            return self.recommended
        row, column = part.row - self.window.row, (part.column - self.window.column) % M03.columns
        inside: NDArray[np.bool_] = self.recommended[row : row + part.height, column : column + part.width]
        return inside


def nearest_half_orbit(
    overpass: Sentinel1Pass, orbits: Sequence[SimulatedHalfOrbit], coarse_factor: int
) -> SimulatedHalfOrbit | None:
    """Return the half-orbit that a Sentinel-1 overpass is combined with.

    Args:
        overpass: the Sentinel-1 overpass.
        orbits: half-orbits over the same area.
        coarse_factor: M03 cells along a cell of the half-orbits' grid, whose cells fill the area.

    Returns:
        Of the half-orbits within `PAIR_HOURS` that see most of the strip, the nearest in time; None if there is none.
    """
    strip = overpass.frames >= 0
    nearest, least = None, np.inf
    for orbit in orbits:
        hours = abs((orbit.over - overpass.time) / np.timedelta64(1, "h"))
        if PAIR_HOURS[0] <= hours <= PAIR_HOURS[1] and hours < least:
            seen = np.repeat(np.repeat(orbit.seen, coarse_factor, 0), coarse_factor, 1)
            if (seen & strip).sum() > LEAST_SEEN_SHARE * strip.sum():
                nearest, least = orbit, hours
    return nearest
