"""The truth: soil moisture of a simulated world at 3 km, at 6 am and 6 pm local solar time of every day.

Two stores in the manner of an antecedent-wetness model: a surface store that rain fills (less, the fuller it is) and
evaporation empties within days, on a slower one that remembers weeks to months; and a film that drains within a day
or two. Their wetness w in 0..1 passes, with the land's pattern added, through a log-log link

    theta = residual + (saturated - residual) exp(-exp(-z)),   z = -ln(-ln w) + pattern,

whose slope, and so the spatial standard deviation, is greatest at 37 % of the range, that is at a mean of 0.17-0.2, as
field campaigns find (Famiglietti et al. 2008, Water Resour. Res. 44, W01423), and which never leaves the range.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from smen.grid import M03, M36, Window
from smen.simulation.land import Land, make_land
from smen.simulation.weather import LAPSE_K_PER_M, Sky, Weather, season

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.simulation.climate import Climate

MARGIN_CELLS = 24
"""Cells around the window's M36 cells: two rings of 36 km, so that the footprints of the first ring are whole."""

FILM_DAYS = 1.0
DAYTIME_DEMAND, NIGHT_DEMAND = 1.6, 0.4
"""Share of the day's drying between 6 am and 6 pm and in the night, times two."""


def surroundings(window: Window) -> Window:
    """The window grown to whole M36 cells and by `MARGIN_CELLS`, cut where the grid ends."""
    nest = M36.nesting
    top = max(window.row // nest * nest - MARGIN_CELLS, 0)
    bottom = min(-(-(window.row + window.height) // nest) * nest + MARGIN_CELLS, M03.rows)
    left = window.column // nest * nest - MARGIN_CELLS
    right = -(-(window.column + window.width) // nest) * nest + MARGIN_CELLS
    return Window(top, left % M03.columns, bottom - top, min(right - left, M03.columns))


@dataclass(frozen=True)
class State:
    """The world at one moment.

    Attributes:
        day: local solar day.
        evening: 6 pm local solar time, else 6 am.
        moisture: soil moisture, m3/m3, (height, width) of the world's area; also under water, where it means nothing.
        rain: mm in the 12 hours before, (height, width), or None where dry everywhere.
        temperature: soil temperature, degrees Celsius, (height, width).
        snow: whether snow lies, (height, width).
    """

    day: np.datetime64
    evening: bool
    moisture: NDArray[np.float32]
    rain: NDArray[np.float32] | None
    temperature: NDArray[np.float32]
    snow: NDArray[np.bool_]

    @property
    def moment(self) -> tuple[np.datetime64, bool]:
        """Local solar day, and whether it is evening."""
        return self.day, self.evening


@dataclass(frozen=True)
class World:
    """A simulated world around a window.

    Attributes:
        window: the region's window.
        name: the region's name, part of the seed.
        climate: its climate.
        seed: the seed.
        area: the window grown to whole M36 cells with a margin; all fields lie on it.
    """

    window: Window
    name: str
    climate: Climate
    seed: int
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

    def states(self, first_day: np.datetime64, last_day: np.datetime64) -> Iterator[State]:
        """The states of a period, two a day.

        The world always begins at `weather.EPOCH`, so that a day looks the same whatever the period it is asked in.

        Args:
            first_day: first local solar day.
            last_day: last one, included.
        """
        soil = _Soil(self.climate, self.land)
        for weather in Sky(self.area, self.name, self.climate, self.seed).days():
            if weather.day > last_day:
                return
            soil.prepare(weather.day)
            for evening in (False, True):
                soil.step(weather, evening)
                if weather.day >= first_day:
                    yield soil.state(weather, evening)


class _Soil:
    """The stores, stepped half a day at a time."""

    def __init__(self, climate: Climate, land: Land) -> None:
        self.climate, self.land = climate, land
        shape = land.elevation.shape
        start = np.float32((climate.mean - climate.residual) / (climate.saturated - climate.residual))
        self.surface = np.full(shape, start, np.float32)
        self.slow = self.surface.copy()
        self.film = np.zeros(shape, np.float32)
        self.snow = np.zeros(shape, bool)
        self.rate = np.float32(0)
        slope = start * -np.log(start) * (climate.saturated - climate.residual)
        self.middle = -np.log(-np.log(start))
        per = np.float32(1 / slope)  # from m3/m3 to the link's argument, at the mean
        self.fixed = (climate.regional_sd * per) * land.regional + (climate.gradient_sd * per) * land.gradient
        self.texture_sd = np.float32(climate.within_cell_sd * per)

    def prepare(self, day: np.datetime64) -> None:
        demand = 1 + self.climate.demand_amplitude * season(day, 200.0)
        self.rate = np.float32(0.5 * demand / self.climate.drying_days)

    def step(self, weather: Weather, evening: bool) -> None:
        climate = self.climate
        rain = weather.rain[evening]
        if rain is not None:
            free = 1 - np.exp(rain * np.float32(-1 / climate.storage_mm))
            self.surface += (1 - self.surface) * free
            self.film += (1 - self.film) * (1 - np.exp(rain * np.float32(-2 / climate.storage_mm)))
        rate = self.rate * np.float32(DAYTIME_DEMAND if evening else NIGHT_DEMAND)
        target = np.float32(climate.slow_supply) * self.slow
        self.surface -= (self.surface - target) * (1 - np.exp(-rate / self.land.drying))
        self.slow += (self.surface - self.slow) * np.float32(0.5 / climate.slow_days)
        self.film *= np.float32(np.exp(-0.5 / FILM_DAYS))

    def temperature(self, weather: Weather, evening: bool) -> NDArray[np.float32]:
        return np.asarray(weather.temperature[evening] - LAPSE_K_PER_M * self.land.elevation, np.float32)

    def state(self, weather: Weather, evening: bool) -> State:
        climate = self.climate
        rain = weather.rain[evening]
        temperature = self.temperature(weather, evening)
        self.snow = self.snow & (temperature < climate.snow_line_c + 1)
        if rain is not None:
            self.snow |= (rain > 2.0) & (temperature < climate.snow_line_c)
        wet = self.surface + np.float32(climate.film_share) * self.film * (1 - self.surface)
        argument = -np.log(-np.log(np.clip(wet, 1e-3, 0.985)))
        moving = np.tanh(argument - self.middle)
        share = np.float32(np.sqrt(climate.moving_share))
        texture = np.float32(np.sqrt(1 - climate.moving_share)) * self.land.small + share * moving * self.land.moving
        dynamic = self.middle + climate.link_shift + climate.link_gain * (argument - self.middle)
        z = dynamic.astype(np.float32) + self.fixed + self.texture_sd * texture
        moisture = np.float32(climate.residual) + np.float32(climate.saturated - climate.residual) * np.exp(-np.exp(-z))
        return State(weather.day, evening, moisture, rain, temperature, self.snow.copy())
