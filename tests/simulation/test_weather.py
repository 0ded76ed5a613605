"""Weather: share of wet days and rain of a wet day, seasons, persistence, extent, temperature; repeatable."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from smen.grid import Window
from smen.simulation.climates import CLIMATES, OKLAHOMA
from smen.simulation.weather import (
    FIRST_DAY,
    SHOWER_POWER,
    YEAR,
    WeatherGenerator,
    _autoregression,
    _mean_excess,
    seasonal_cycle,
)

SMALL = Window.centred_on(-97.52, 35.47, 2, 2)
WET_MM = 0.1
"""Rain of a wet day, at least."""


def days_of(climate, number, window=SMALL, seed=1, name="weather"):
    return list(islice(WeatherGenerator(window, name, climate, seed).days(), number))


def daily_rain(days, shape=SMALL.shape):
    """Rain of both halves of each day, mm, (T, height, width)."""
    zero = np.zeros(shape, np.float32)
    return np.array([sum((zero if half is None else half for half in day.rain), zero) for day in days])


@pytest.fixture(scope="module", params=list(CLIMATES))
def years(request):
    """A climate, and the rain of two worlds of two years each at one place, (2, 730)."""
    climate = CLIMATES[request.param]
    runs = [days_of(climate, 730, seed=seed) for seed in (1, 2)]
    return climate, runs, np.array([daily_rain(days)[:, 0, 0] for days in runs])


def test_the_share_of_wet_days_is_the_climates(years):
    climate, _, rain = years
    assert (rain > WET_MM).mean() * YEAR == pytest.approx(climate.wet_days, rel=0.2)


def test_the_mean_rain_of_a_year_is_the_climates(years):
    climate, _, rain = years
    expected = climate.wet_days * climate.mm_per_wet_day
    assert rain.mean() * YEAR == pytest.approx(expected, rel=0.25)
    assert rain[rain > WET_MM].mean() == pytest.approx(climate.mm_per_wet_day, rel=0.25)


def test_rain_is_never_negative_and_skewed(years):
    _, _, rain = years
    assert rain.min() == 0
    wet = rain[rain > WET_MM]
    assert stats.skew(wet) > 1
    assert np.median(wet) < wet.mean()


def test_temperature_follows_the_season(years):
    """Its mean, its amplitude, warmest in late July, and 6 K warmer in the evening."""
    climate, runs, _ = years
    for days in runs:
        celsius = np.array([day.temperature for day in days])
        np.testing.assert_allclose(celsius[:, 1] - celsius[:, 0], 6)
        dates = np.array([day.day for day in days])
        phase = 2 * np.pi * ((dates - dates.astype("datetime64[Y]")).astype(int) + 1 - 205) / YEAR
        design = np.stack([np.ones_like(phase), np.cos(phase), np.sin(phase)], 1)
        mean, cosine, sine = np.linalg.lstsq(design, celsius.mean(1), rcond=None)[0]
        assert mean == pytest.approx(climate.temperature + 1, abs=0.8)
        assert cosine == pytest.approx(climate.temperature_amplitude, abs=1.0)
        assert abs(sine) < 1.2
        residuals = celsius.mean(1) - design @ [mean, cosine, sine]
        assert residuals.std() == pytest.approx(3.0, rel=0.25)  # K, warm and cold spells
        assert np.corrcoef(residuals[1:], residuals[:-1])[0, 1] == pytest.approx(np.exp(-1 / 4), abs=0.1)


def test_days_follow_each_other_from_the_first_one(years):
    _, runs, _ = years
    dates = [day.day for day in runs[0]]
    assert dates[0] == FIRST_DAY
    assert set(np.diff(dates)) == {np.timedelta64(1, "D")}


def test_rain_peaks_in_its_season():
    """Without the spells of weather: the mean rain near the peak against half a year later."""
    climate = replace(OKLAHOMA, rain_seasonality=0.8)
    days = days_of(climate, 730)
    rain = daily_rain(days)[:, 0, 0]
    cycle = np.array([seasonal_cycle(day.day, climate.rain_peak_day) for day in days])
    assert (rain[cycle > 0.5] > WET_MM).mean() > 2 * (rain[cycle < -0.5] > WET_MM).mean()


def test_the_same_seed_gives_the_same_weather():
    first, second, other = (days_of(OKLAHOMA, 20, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(daily_rain(first), daily_rain(second))
    assert [day.temperature for day in first] == [day.temperature for day in second]
    assert not np.array_equal(daily_rain(first), daily_rain(other))
    assert days_of(OKLAHOMA, 1, name="elsewhere")[0].temperature != first[0].temperature


def test_both_halves_of_a_day_are_dry_or_fields():
    for day in days_of(OKLAHOMA, 60):
        assert (day.rain[0] is None) == (day.rain[1] is None)
        for half in day.rain:
            if half is not None:
                assert half.shape == SMALL.shape
                assert half.dtype == np.float32


def test_a_dry_day_is_dry_because_rain_is_all_but_impossible():
    """Where the region shares most of its weather many days are dry everywhere, where it shares little none is.

    By the normal distribution: both halves below .15 standard deviations in the first climate, below -6 in the second.
    """
    shares = []
    for share in (0.9, 0.1):
        days = days_of(replace(OKLAHOMA, region_share=share), 120)
        shares.append(np.mean([day.rain[0] is None for day in days]))
    assert 0.25 < shares[0] < 0.6
    assert shares[1] == 0


def test_fronts_are_larger_than_convective_cells():
    """Correlation of the field below the rain at 30 km, from its spectrum by numerical integration."""
    window = Window.centred_on(-97.52, 35.47, 8, 8)
    lattice = WeatherGenerator(window, "x", OKLAHOMA, 1).lattice
    assert min(lattice.shape) >= 136
    widths = []
    for climate in (replace(OKLAHOMA, convective_share=0.0), replace(OKLAHOMA, convective_share=1.0)):
        amplitudes = WeatherGenerator(window, "x", climate, 1)._amplitudes(7)
        covariance = np.fft.ifft2(amplitudes.astype(float) ** 2).real
        widths.append(covariance[0, round(30 / lattice.dx)] / covariance[0, 0])
    assert widths[0] > 0.75
    assert widths[1] < 0.6


@pytest.mark.parametrize("month", [1, 7])
def test_the_local_part_of_rain_fields_has_its_share_of_variance(month):
    for climate in CLIMATES.values():
        amplitudes = WeatherGenerator(SMALL, "x", climate, 1)._amplitudes(month)
        assert (amplitudes.astype(float) ** 2).sum() == pytest.approx(1 - climate.region_share, rel=1e-4)


@given(st.floats(1, 366))
def test_the_cycle_is_one_at_its_peak(peak):
    day = np.datetime64("2015-01-01") + round(peak) - 1
    assert seasonal_cycle(day, round(peak)) == pytest.approx(1) or round(peak) == 366
    assert -1 <= seasonal_cycle(np.datetime64("2016-08-09"), peak) <= 1


def test_the_cycle_by_hand():
    assert seasonal_cycle(np.datetime64("2015-01-01"), 1) == 1
    assert seasonal_cycle(np.datetime64("2015-07-02"), 1) == pytest.approx(-1, abs=1e-3)
    assert seasonal_cycle(np.datetime64("2015-07-24"), 205) == 1
    assert seasonal_cycle(np.datetime64("2015-04-02"), 1) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("threshold", [0.2, 0.8, 1.5])
def test_the_mean_excess_against_quadrature(threshold):
    """A sum over 300 points against the integral: 2 %."""
    over = integrate.quad(lambda g: (g - threshold) ** SHOWER_POWER * stats.norm.pdf(g), threshold, 12)[0]
    assert _mean_excess(threshold, SHOWER_POWER) == pytest.approx(over / stats.norm.sf(threshold), rel=0.02)


def test_an_autoregression_keeps_its_variance_and_memory():
    rng = np.random.default_rng(1)
    values = [0.0]
    for shock in rng.standard_normal(20000):
        values.append(_autoregression(values[-1], shock, 1 / 5))
    series = np.array(values[100:])
    assert series.std() == pytest.approx(1, rel=0.06)
    assert np.corrcoef(series[5:], series[:-5])[0, 1] == pytest.approx(np.exp(-1), abs=0.06)
