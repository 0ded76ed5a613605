"""A simulated world: its true soil moisture at 3 km, at 6 am and 6 pm local solar time of every day."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from smen.grid import M03, M36, Window
from smen.simulation.land import Land, make_land
from smen.simulation.soil import SoilStores
from smen.simulation.weather import WeatherGenerator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from smen.simulation.climate import Climate
    from smen.simulation.solar_time import HalfDay

MARGIN_CELLS = 24
"""Cells around the window's M36 cells: two rings of 36 km, so that the footprints of the first ring are whole."""


def surroundings(window: Window) -> Window:
    """Return a window grown to whole M36 cells and by `MARGIN_CELLS` on every side, cut where the grid ends."""
    nest = M36.coarse_factor
    top = max(window.row // nest * nest - MARGIN_CELLS, 0)
    bottom = min(-(-(window.row + window.height) // nest) * nest + MARGIN_CELLS, M03.rows)
    left = window.column // nest * nest - MARGIN_CELLS
    right = -(-(window.column + window.width) // nest) * nest + MARGIN_CELLS
    return Window(top, left % M03.columns, bottom - top, min(right - left, M03.columns))


@dataclass(frozen=True)
class WorldState:
    """The world at one time; fields are (height, width) of the world's area.

    Attributes:
        day: local solar day.
        evening: 6 pm local solar time, else 6 am.
        moisture: soil moisture, m3/m3; also under open water, where it has no meaning.
        rain: mm in the 12 hours before, or None where dry everywhere.
        temperature: soil temperature, degrees Celsius.
        snow: cells under snow.
    """

    day: np.datetime64
    evening: bool
    moisture: NDArray[np.float32]
    rain: NDArray[np.float32] | None
    temperature: NDArray[np.float32]
    snow: NDArray[np.bool_]

    @property
    def half_day(self) -> HalfDay:
        """Local solar day, and whether it is evening."""
        return self.day, self.evening


@dataclass(frozen=True)
class World:
    """A simulated world around a window.

    Attributes:
        window: the region's cells of M03.
        name: name of the region, part of the seed.
        climate: its climate.
        seed: the seed.
        parts: windows in it that are regions of their own, each with strips of Sentinel-1; without any it is one.
        area: the window grown to whole M36 cells with a margin; all fields lie on it.
    """

    window: Window
    name: str
    climate: Climate
    seed: int
    parts: tuple[Window, ...] = ()
    area: Window = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "area", surroundings(self.window))

    @cached_property
    def land(self) -> Land:
        """The unchanging part."""
        return make_land(self.area, self.name, self.climate, self.seed)

    @property
    def inner(self) -> tuple[slice, slice]:
        """Where the window lies in the area's arrays."""
        row, column = self.window.row - self.area.row, (self.window.column - self.area.column) % M03.columns
        return slice(row, row + self.window.height), slice(column, column + self.window.width)

    def states(self, first_day: np.datetime64, last_day: np.datetime64) -> Iterator[WorldState]:
        """Yield the states of a period in order of time, two a day.

        The world always begins at `weather.FIRST_DAY`: a day's state, snow included, does not depend on the period
        asked for.

        Args:
            first_day: first local solar day.
            last_day: last one, included.
        """
        soil = SoilStores(self.climate, self.land)
        for weather in WeatherGenerator(self.area, self.name, self.climate, self.seed).days():
            if weather.day > last_day:
                return
            soil.start_day(weather.day)
            for evening in (False, True):
                soil.step(weather, evening)
                rain, temperature = weather.rain[evening], soil.temperature(weather, evening)
                soil.update_snow(rain, temperature)
                if weather.day >= first_day:
                    yield WorldState(weather.day, evening, soil.moisture(), rain, temperature, soil.snow.copy())
