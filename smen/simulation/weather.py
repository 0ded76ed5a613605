"""Rain and temperature of a simulated world, half a day at a time.

Rain falls where a Gaussian field exceeds a threshold (Guillot 1999, J. Hydrol. 216). The field is the sum of the
weather of the day, which is common to the whole region and persists, of fronts, and of convective cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from smen.simulation.random_fields import PeriodicLattice, Stream, random_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from smen.grid import Window
    from smen.simulation.climate import Climate

FIRST_DAY = np.datetime64("2014-07-01", "D")
"""First day of every world, nine months before SMAP's first data, when its stores no longer depend on their start."""

YEAR = 365.25
SYNOPTIC_DAYS = 0.8
"""e-folding time of the day's weather."""
SPELL_DAYS = 35.0
"""e-folding time of wet and dry spells, which make months differ from year to year."""
WARM_SPELL_DAYS = 4.0
"""e-folding time of warm and cold spells."""
SPELL_SHARE = 0.1
"""Share of the variance of the region's weather that the spells are."""
SHOWER_POWER = 2.2
"""Rain grows with this power of the excess over the threshold, which sets the tail of amounts."""
RAIN_EXPONENT = 1.7
"""Spectral exponent of rain fields, between the exponential covariance (1.5) and Whittle's smoother one (2); fitted."""
HALF_DAY_POWER = 0.65
"""Exponent that turns the chance of a dry day into that of a dry half day: two correlated halves make one wet day."""
NEGLIGIBLE_SD = 3.2
"""Days on which rain would take more than this many standard deviations of the local field are dry everywhere."""
WARMEST_DAY = 205.0
"""Day of the year with the highest mean soil temperature."""
LAPSE_K_PER_M = 0.0065
"""Decrease of temperature with elevation (standard atmosphere)."""


def seasonal_cycle(day: np.datetime64, peak: float) -> float:
    """Return the cosine of the annual cycle.

    Args:
        day: datetime64[D].
        peak: day of the year, 1..366, at which the cosine is 1.
    """
    day_of_year = (day - day.astype("datetime64[Y]")) / np.timedelta64(1, "D") + 1
    return float(np.cos(2 * np.pi * (day_of_year - peak) / YEAR))


@dataclass(frozen=True)
class DailyWeather:
    """The weather of one day.

    Attributes:
        day: local solar day.
        rain: mm in the 12 hours up to 6 am and up to 6 pm, two fields (height, width); None where it is dry everywhere.
        temperature: soil temperature at 6 am and 6 pm at the region's mean elevation, degrees Celsius.
    """

    day: np.datetime64
    rain: tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]
    temperature: tuple[float, float]


@dataclass(frozen=True)
class WeatherGenerator:
    """The weather of a region on all days from `FIRST_DAY` on.

    Attributes:
        area: cells of M03 on which it is given.
        name: name of the region, part of the seed.
        climate: its numbers.
        seed: seed of the world.
    """

    area: Window
    name: str
    climate: Climate
    seed: int

    @cached_property
    def lattice(self) -> PeriodicLattice:
        """Lattice of the rain fields, with a wide margin because fronts are large."""
        return PeriodicLattice.over(self.area, margin=128)

    @cached_property
    def _months(self) -> dict[int, NDArray[np.float32]]:
        """Amplitudes of the rain fields by month: more convective in the warm season."""
        return {month: self._amplitudes(month) for month in range(1, 13)}

    def _amplitudes(self, month: int) -> NDArray[np.float32]:
        warmth = 0.5 + 0.5 * np.cos(2 * np.pi * (month - 7.5) / 12)
        convective = self.climate.convective_share * (0.25 + 0.75 * warmth)
        local = 1 - self.climate.region_share
        parts = [(local * (1 - convective), self.climate.frontal_km), (local * convective, self.climate.convective_km)]
        return self.lattice.amplitudes(parts, exponent=RAIN_EXPONENT)

    def days(self) -> Iterator[DailyWeather]:
        """Yield the weather of every day from `FIRST_DAY` on, without end. Each day draws from its own stream."""
        synoptic, spell, warm = 0.0, 0.0, 0.0
        day = FIRST_DAY
        while True:
            rng = random_stream(self.seed, self.name, Stream.WEATHER, int((day - FIRST_DAY).astype(int)))
            shocks = rng.standard_normal(4)
            halves = []
            for shock in shocks[:2]:
                synoptic = _autoregression(synoptic, shock, 0.5 / SYNOPTIC_DAYS)
                halves.append(synoptic)
            spell = _autoregression(spell, shocks[2], 1 / SPELL_DAYS)
            warm = _autoregression(warm, shocks[3], 1 / WARM_SPELL_DAYS)
            regional = [np.sqrt(1 - SPELL_SHARE) * s + np.sqrt(SPELL_SHARE) * spell for s in halves]
            yield DailyWeather(day, self._rain(rng, day, regional), self._temperature(day, warm))
            day = day + np.timedelta64(1, "D")

    def _rain(
        self, rng: np.random.Generator, day: np.datetime64, regional: list[float]
    ) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]:
        """Return the rain of both halves of a day, mm; `regional`: the region's weather in each half, of variance 1."""
        climate = self.climate
        chance = climate.wet_days / YEAR * (1 + climate.rain_seasonality * seasonal_cycle(day, climate.rain_peak_day))
        half_chance = 1 - (1 - chance) ** HALF_DAY_POWER
        threshold = float(-ndtri(half_chance))
        scale = _mean_excess(threshold, SHOWER_POWER)
        mean = climate.mm_per_wet_day * chance / (2 * half_chance)
        base = [np.sqrt(self.climate.region_share) * value - threshold for value in regional]
        if max(base) < -NEGLIGIBLE_SD * np.sqrt(1 - self.climate.region_share):
            return None, None
        month = int(day.astype("datetime64[M]").astype(int) % 12) + 1
        fields = self.lattice.two_fields(rng, self._months[month])
        rain = []
        for start, field in zip(base, fields, strict=True):
            excess = np.maximum(field + np.float32(start), 0)
            rain.append(np.asarray(mean / scale * excess**SHOWER_POWER, np.float32))
        return rain[0], rain[1]

    def _temperature(self, day: np.datetime64, warm: float) -> tuple[float, float]:
        """Return the soil temperature at 6 am and 6 pm, degrees Celsius; `warm`: warm and cold spells, variance 1."""
        climate = self.climate
        mean = climate.temperature + climate.temperature_amplitude * seasonal_cycle(day, WARMEST_DAY) + 3.0 * warm
        return mean - 2.0, mean + 4.0


def _mean_excess(threshold: float, power: float) -> float:
    """Return the mean of (g - threshold)^power for a standard Gaussian g that is above the threshold."""
    excess = np.linspace(0.01, 6, 300)
    density = np.exp(-((threshold + excess) ** 2) / 2)
    return float((density * excess**power).sum() / density.sum())


def _autoregression(value: float, shock: float, rate: float) -> float:
    """Return the next value of a first-order autoregression with unit variance and e-folding time 1 / rate steps."""
    keep = float(np.exp(-rate))
    return keep * value + float(np.sqrt(1 - keep**2)) * float(shock)
