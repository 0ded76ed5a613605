"""Rain and temperature of a simulated world, half a day at a time.

Rain falls where a Gaussian field exceeds a threshold (Guillot 1999, J. Hydrol. 216); its parts are the weather of the
day, which is the same for the whole region and remembers, fronts, and convective cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from smen.simulation.random_fields import Torus, stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from smen.grid import Window
    from smen.simulation.climate import Climate

EPOCH = np.datetime64("2014-07-01", "D")
"""First day of every world, nine months before SMAP's first data: the stores have forgotten their beginning by then."""

WEATHER_STREAM = 2
YEAR = 365.25
SYNOPTIC_DAYS = 0.8
"""Memory of the day's weather."""
SPELL_DAYS = 35.0
"""Memory of wet and dry spells, which make months differ from year to year."""
SPELL_SHARE = 0.1
"""Share of the region's weather that the spells are."""
SHOWER_POWER = 2.2
"""How fast rain grows with the excess over the threshold: the tail of amounts."""
RAIN_EXPONENT = 1.7
"""Roughness of rain fields, between the exponential covariance (1.5) and Whittle's smoother one (2); fitted."""
LAPSE_K_PER_M = 0.0065


def season(day: np.datetime64, peak: float) -> float:
    """Cosine of the year's cycle, 1 on the day of the year `peak`."""
    day_of_year = (day - day.astype("datetime64[Y]")) / np.timedelta64(1, "D") + 1
    return float(np.cos(2 * np.pi * (day_of_year - peak) / YEAR))


@dataclass(frozen=True)
class Weather:
    """One day of weather.

    Attributes:
        day: local solar day.
        rain: mm in the 12 hours up to 6 am and up to 6 pm, two fields (height, width); None where it is dry everywhere.
        temperature: soil temperature at 6 am and 6 pm at the region's mean elevation, degrees Celsius.
    """

    day: np.datetime64
    rain: tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]
    temperature: tuple[float, float]


@dataclass(frozen=True)
class Sky:
    """The weather of a region: all days from `EPOCH` on.

    Attributes:
        area: the cells it falls on.
        name: the region, part of the seed.
        climate: its numbers.
        seed: the world's seed.
    """

    area: Window
    name: str
    climate: Climate
    seed: int

    @cached_property
    def torus(self) -> Torus:
        """The lattice of the rain fields: large, because fronts are."""
        return Torus.over(self.area, margin=128)

    @cached_property
    def _months(self) -> dict[int, NDArray[np.float32]]:
        """Amplitudes of the rain fields by month: more convective in the warm season."""
        return {month: self._amplitudes(month) for month in range(1, 13)}

    def _amplitudes(self, month: int) -> NDArray[np.float32]:
        warmth = 0.5 + 0.5 * np.cos(2 * np.pi * (month - 7.5) / 12)
        convective = self.climate.convective_share * (0.25 + 0.75 * warmth)
        local = 1 - self.climate.region_share
        parts = [(local * (1 - convective), self.climate.frontal_km), (local * convective, self.climate.convective_km)]
        return self.torus.amplitudes(parts, exponent=RAIN_EXPONENT)

    def days(self) -> Iterator[Weather]:
        """Weather of every day from `EPOCH` on, without end. Each day draws from its own stream."""
        synoptic, spell, warm = 0.0, 0.0, 0.0
        day = EPOCH
        while True:
            rng = stream(self.seed, self.name, WEATHER_STREAM, int((day - EPOCH).astype(int)))
            shocks = rng.standard_normal(4)
            halves = []
            for shock in shocks[:2]:
                synoptic = _remember(synoptic, shock, 0.5 / SYNOPTIC_DAYS)
                halves.append(synoptic)
            spell = _remember(spell, shocks[2], 1 / SPELL_DAYS)
            warm = _remember(warm, shocks[3], 1 / 4.0)
            regional = [np.sqrt(1 - SPELL_SHARE) * s + np.sqrt(SPELL_SHARE) * spell for s in halves]
            yield Weather(day, self._rain(rng, day, regional), self._temperature(day, warm))
            day = day + np.timedelta64(1, "D")

    def _rain(
        self, rng: np.random.Generator, day: np.datetime64, regional: list[float]
    ) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]:
        climate = self.climate
        chance = climate.wet_days / YEAR * (1 + climate.rain_seasonality * season(day, climate.rain_peak_day))
        half = 1 - (1 - chance) ** 0.65  # two correlated halves make one wet day
        threshold = float(-ndtri(half))
        scale = _mean_excess(threshold, SHOWER_POWER)
        mean = climate.mm_per_wet_day * chance / (2 * half)
        base = [np.sqrt(self.climate.region_share) * value - threshold for value in regional]
        if max(base) < -3.2 * np.sqrt(1 - self.climate.region_share):
            return None, None
        month = int(day.astype("datetime64[M]").astype(int) % 12) + 1
        fields = self.torus.pair(rng, self._months[month])
        rain = []
        for start, field in zip(base, fields, strict=True):
            over = np.maximum(field + np.float32(start), 0)
            rain.append(np.asarray(mean / scale * over**SHOWER_POWER, np.float32))
        return rain[0], rain[1]

    def _temperature(self, day: np.datetime64, warm: float) -> tuple[float, float]:
        climate = self.climate
        mean = climate.temperature + climate.temperature_amplitude * season(day, 205.0) + 3.0 * warm
        return mean - 2.0, mean + 4.0


def _mean_excess(threshold: float, power: float) -> float:
    """Mean of (g - threshold)^power of a standard Gaussian g, given that it is above the threshold."""
    excess = np.linspace(0.01, 6, 300)
    density = np.exp(-((threshold + excess) ** 2) / 2)
    return float((density * excess**power).sum() / density.sum())


def _remember(value: float, shock: float, rate: float) -> float:
    """One step of a first-order autoregression with unit variance and memory 1 / rate steps."""
    keep = float(np.exp(-rate))
    return keep * value + float(np.sqrt(1 - keep**2)) * float(shock)
