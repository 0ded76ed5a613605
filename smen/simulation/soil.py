"""How soil moisture follows the weather at 3 km: stores that rain fills and evaporation empties.

Two stores, as in an antecedent-precipitation model: a surface store that rain fills (less, the fuller it is) and
evaporation empties within days, towards a slower store that changes over weeks to months; and a film that drains
within a day or two. Their wetness w in 0..1 is turned into soil moisture, with the land's pattern added, by

    theta = residual + (saturated - residual) exp(-exp(-z)),   z = -ln(-ln w) + pattern.

The slope of this log-log link, and so the spatial standard deviation, is greatest at 37 % of the range, at a mean of
0.17-0.2, as field campaigns find (Famiglietti et al. 2008, Water Resour. Res. 44, W01423). The result never leaves the
range.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smen.simulation.weather import LAPSE_K_PER_M, seasonal_cycle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from smen.simulation.climate import Climate
    from smen.simulation.land import Land
    from smen.simulation.weather import DailyWeather

FILM_DAYS = 1.0
"""e-folding time of the film."""

DAYTIME_DEMAND, NIGHT_DEMAND = 1.6, 0.4
"""Factors on the mean evaporative demand from 6 am to 6 pm and in the night; their mean is 1."""

HIGHEST_DEMAND_DAY = 200.0
"""Day of the year with the greatest evaporative demand: mid-July."""

SNOWFALL_MM = 2.0
"""Rain in 12 hours that leaves snow where it is cold enough."""

WETNESS_RANGE = (1e-3, 0.985)
"""Wetness is limited to this range: the link is infinite at 0 and 1."""


class SoilStores:
    """The stores of all cells, stepped half a day at a time.

    Args:
        climate: time constants, sizes of the stores and the numbers of the link.
        land: static patterns, (height, width).

    Attributes:
        surface: wetness of the surface store, 0..1, (height, width).
        slow: wetness of the slower store, likewise.
        film: water in the film, likewise.
        snow: cells under snow, (height, width).
    """

    def __init__(self, climate: Climate, land: Land) -> None:
        self.climate, self.land = climate, land
        shape = land.elevation.shape
        start = np.float32((climate.mean - climate.residual) / (climate.saturated - climate.residual))
        self.surface = np.full(shape, start, np.float32)
        self.slow = self.surface.copy()
        self.film = np.zeros(shape, np.float32)
        self.snow = np.zeros(shape, bool)
        self._rate = np.float32(0)
        slope = start * -np.log(start) * (climate.saturated - climate.residual)
        self._mean_argument = -np.log(-np.log(start))
        per = np.float32(1 / slope)  # from m3/m3 to the link's argument, at the mean
        self._fixed = (climate.regional_sd * per) * land.regional + (climate.gradient_sd * per) * land.gradient
        self._texture_sd = np.float32(climate.within_cell_sd * per)

    def start_day(self, day: np.datetime64) -> None:
        """Set the evaporative demand to that of a day (datetime64[D])."""
        demand = 1 + self.climate.demand_amplitude * seasonal_cycle(day, HIGHEST_DEMAND_DAY)
        self._rate = np.float32(0.5 * demand / self.climate.drying_days)

    def step(self, weather: DailyWeather, evening: bool) -> None:
        """Advance the stores by half a day: first the rain of the 12 hours, then the drying.

        Args:
            weather: of the day.
            evening: the 12 hours up to 6 pm, else those up to 6 am.
        """
        climate = self.climate
        rain = weather.rain[evening]
        if rain is not None:
            filled = 1 - np.exp(rain * np.float32(-1 / climate.storage_mm))
            self.surface += (1 - self.surface) * filled
            self.film += (1 - self.film) * (1 - np.exp(rain * np.float32(-2 / climate.storage_mm)))
        rate = self._rate * np.float32(DAYTIME_DEMAND if evening else NIGHT_DEMAND)
        target = np.float32(climate.slow_supply) * self.slow
        self.surface -= (self.surface - target) * (1 - np.exp(-rate / self.land.drying))
        self.slow += (self.surface - self.slow) * np.float32(0.5 / climate.slow_days)
        self.film *= np.float32(np.exp(-0.5 / FILM_DAYS))

    def update_snow(self, rain: NDArray[np.float32] | None, temperature: NDArray[np.float32]) -> None:
        """Let snow melt where it is warm, and lie where it falls in the cold.

        Args:
            rain: precipitation of the last 12 hours, mm, (height, width); None where dry everywhere.
            temperature: of the soil, degrees Celsius, (height, width).
        """
        self.snow = self.snow & (temperature < self.climate.snow_line_c + 1)
        if rain is not None:
            self.snow |= (rain > SNOWFALL_MM) & (temperature < self.climate.snow_line_c)

    def temperature(self, weather: DailyWeather, evening: bool) -> NDArray[np.float32]:
        """Compute the soil temperature of each cell from that at the region's mean elevation.

        Args:
            weather: of the day.
            evening: at 6 pm, else at 6 am.

        Returns:
            Degrees Celsius, (height, width).
        """
        return np.asarray(weather.temperature[evening] - LAPSE_K_PER_M * self.land.elevation, np.float32)

    def moisture(self) -> NDArray[np.float32]:
        """Compute the soil moisture that follows from the stores and the land, m3/m3, (height, width)."""
        climate = self.climate
        wet = self.surface + np.float32(climate.film_share) * self.film * (1 - self.surface)
        argument = -np.log(-np.log(np.clip(wet, *WETNESS_RANGE)))
        moving = np.tanh(argument - self._mean_argument)
        share = np.float32(np.sqrt(climate.moving_share))
        texture = np.float32(np.sqrt(1 - climate.moving_share)) * self.land.small + share * moving * self.land.moving
        dynamic = self._mean_argument + climate.link_shift + climate.link_gain * (argument - self._mean_argument)
        z = dynamic.astype(np.float32) + self._fixed + self._texture_sd * texture
        span = np.float32(climate.saturated - climate.residual)
        return np.asarray(np.float32(climate.residual) + span * np.exp(-np.exp(-z)), np.float32)
