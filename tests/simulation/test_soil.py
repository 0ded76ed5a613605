"""Soil: range, dry-down, balance of the stores, snow, the link's pattern and its slope."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.simulation.climates import ARIZONA, CLIMATES, GENEVA, OKLAHOMA
from smen.simulation.soil import DAYTIME_DEMAND, FILM_DAYS, NIGHT_DEMAND, WETNESS_RANGE, SoilStores
from smen.simulation.weather import LAPSE_K_PER_M, DailyWeather

DAY = np.datetime64("2016-07-18")
"""The 200th day of a leap year: demand is at its greatest."""
MILD = np.datetime64("2016-04-17")
"""A quarter of a year earlier: demand is at its mean."""
EACH = pytest.mark.parametrize("climate", CLIMATES.values(), ids=CLIMATES)


def flat_land(shape=(1, 1), **fields):
    """Land without any pattern, or with those given."""
    zero, one = np.zeros(shape, np.float32), np.ones(shape, np.float32)
    plain = {"elevation": zero, "small": zero, "moving": zero, "regional": zero, "gradient": zero, "drying": one}
    return SimpleNamespace(**(plain | {key: np.asarray(value, np.float32) for key, value in fields.items()}))


def weather(rain=0.0, day=MILD, temperature=15.0, shape=(1, 1)):
    """The same rain in both halves of a day; none at 0."""
    field = None if rain == 0 else np.full(shape, rain, np.float32)
    return DailyWeather(day, (field, field), (temperature, temperature))


def run(soil, days, rain=0.0, day=MILD):
    """Advance by whole days of the same weather; soil moisture of each morning and evening at the first cell."""
    moisture = []
    for _ in range(days):
        soil.start_day(day)
        for evening in (False, True):
            soil.step(weather(rain, day, shape=soil.surface.shape), evening)
            moisture.append(float(soil.moisture()[0, 0]))
    return np.array(moisture)


@EACH
def test_soil_begins_at_the_climates_mean_wetness(climate):
    soil = SoilStores(climate, flat_land())
    wetness = (climate.mean - climate.residual) / (climate.saturated - climate.residual)
    np.testing.assert_allclose(soil.surface, wetness, rtol=1e-6)
    np.testing.assert_allclose(soil.slow, wetness, rtol=1e-6)
    assert not soil.film.any()
    assert not soil.snow.any()


@EACH
@settings(max_examples=25)
@given(
    rain=st.lists(st.floats(0, 150), min_size=1, max_size=12),
    pattern=st.floats(-8, 8),
    drying=st.floats(0.2, 5),
)
def test_soil_moisture_stays_between_residual_and_saturated(climate, rain, pattern, drying):
    """Whatever the rain, the pattern and the speed of drying."""
    land = flat_land(small=[[pattern]], moving=[[-pattern]], regional=[[pattern]], drying=[[drying]])
    soil = SoilStores(climate, land)
    for mm in rain:
        moisture = run(soil, 1, mm)
        assert np.isfinite(moisture).all()
        assert moisture.min() >= np.float32(climate.residual)
        assert moisture.max() <= np.float32(climate.saturated)
        for store in (soil.surface, soil.slow, soil.film):
            assert 0 <= store.min() <= store.max() <= 1


@EACH
@settings(max_examples=25)
@given(drying=st.floats(0.3, 3), days=st.integers(1, 40))
def test_soil_never_gets_wetter_without_rain(climate, drying, days):
    soil = SoilStores(climate, flat_land(drying=[[drying]]))
    run(soil, 3, 20.0)
    moisture = run(soil, days)
    assert (np.diff(moisture) <= 1e-7).all()


@EACH
@settings(max_examples=25)
@given(small=st.floats(0.1, 30), more=st.floats(0.1, 60))
def test_more_rain_leaves_soil_wetter(climate, small, more):
    moisture = []
    for mm in (0.0, small, small + more):
        soil = SoilStores(climate, flat_land())
        run(soil, 1, mm)
        moisture.append(float(soil.moisture()[0, 0]))
    assert moisture[0] < moisture[1] <= moisture[2]


@EACH
def test_the_surface_dries_with_the_climates_e_folding_time(climate):
    """At mean demand, towards the supply of the slow store (held fixed), without the film."""
    soil = SoilStores(replace(climate, slow_days=1e9), flat_land())
    soil.surface[:] = 0.9
    floor = climate.slow_supply * float(soil.slow[0, 0])
    excess = []
    for _ in range(30):
        excess.append(float(soil.surface[0, 0]) - floor)
        run(soil, 1)
    days = np.arange(30)
    rate = np.polyfit(days, np.log(excess), 1)[0]
    # seasonal_cycle is 0 a quarter of a year before its peak
    assert -1 / rate == pytest.approx(climate.drying_days, rel=0.02)


@EACH
def test_drying_is_faster_in_summer_and_by_day(climate):
    falls = {}
    for day in (DAY, MILD, np.datetime64("2016-01-18")):
        soil = SoilStores(climate, flat_land())
        soil.surface[:] = 0.8
        soil.start_day(day)
        before = float(soil.surface[0, 0])
        soil.step(weather(day=day), evening=False)
        night = float(soil.surface[0, 0])
        soil.step(weather(day=day), evening=True)
        falls[day] = before - night, night - float(soil.surface[0, 0])
    summer, spring, winter = (sum(fall) for fall in falls.values())
    assert summer > spring > winter > 0
    for night_fall, day_fall in falls.values():
        assert day_fall > 2 * night_fall
    assert NIGHT_DEMAND + DAYTIME_DEMAND == 2


def test_cells_dry_at_their_own_speed():
    soil = SoilStores(ARIZONA, flat_land((1, 2), drying=[[0.5, 2.0]]))
    soil.surface[:] = 0.8
    run(soil, 3)
    assert soil.surface[0, 0] < soil.surface[0, 1]


@pytest.mark.parametrize("mm", [1.0, 10.0, 40.0])
def test_rain_fills_the_stores_by_the_exponential_of_its_amount(mm):
    """`storage_mm` fills 63 % of the empty part; the film fills twice as fast."""
    soil = SoilStores(replace(OKLAHOMA, drying_days=1e9, slow_days=1e9), flat_land())
    soil.start_day(MILD)
    before = float(soil.surface[0, 0])
    soil.step(weather(mm), evening=False)
    assert soil.surface[0, 0] == pytest.approx(1 - (1 - before) * np.exp(-mm / 40), rel=1e-5)
    film = 1 - np.exp(-2 * mm / 40)
    assert soil.film[0, 0] == pytest.approx(film * np.exp(-0.5 / FILM_DAYS), rel=1e-5)


def test_rain_on_full_soil_adds_nothing():
    soil = SoilStores(replace(OKLAHOMA, drying_days=1e9, slow_days=1e9), flat_land())
    soil.surface[:] = 1.0
    run(soil, 1, 50.0)
    assert soil.surface[0, 0] == 1


def test_the_slow_store_follows_the_surface_over_weeks():
    climate = replace(OKLAHOMA, drying_days=1e9)  # a surface that stays as it is
    soil = SoilStores(climate, flat_land())
    soil.surface[:] = 0.9
    start = float(soil.slow[0, 0])
    run(soil, int(climate.slow_days))
    reached = (float(soil.slow[0, 0]) - start) / (0.9 - start)
    assert reached == pytest.approx(1 - np.exp(-1), abs=0.01)


def test_the_film_drains_within_two_days():
    soil = SoilStores(OKLAHOMA, flat_land())
    soil.film[:] = 1.0
    run(soil, 2)
    assert soil.film[0, 0] == pytest.approx(np.exp(-2 / FILM_DAYS), rel=1e-4)


def test_the_pattern_has_its_standard_deviations_at_the_mean():
    """Linearised about the climate's mean: small, regional and gradient patterns of one unit, m3/m3."""
    climate = replace(GENEVA, moving_share=0.0, link_shift=0.0)
    expected = {"small": climate.within_cell_sd, "regional": climate.regional_sd, "gradient": climate.gradient_sd}
    for name, sd in expected.items():
        soil = SoilStores(climate, flat_land((1, 2), **{name: [[-0.1, 0.1]]}))
        low, high = soil.moisture()[0]
        assert (high - low) / 0.2 == pytest.approx(sd, rel=0.01)


def test_without_shift_the_mean_wetness_gives_the_mean():
    for climate in CLIMATES.values():
        soil = SoilStores(replace(climate, link_shift=0.0), flat_land())
        assert soil.moisture()[0, 0] == pytest.approx(climate.mean, rel=1e-5)


def test_patterns_are_strongest_at_37_percent_of_the_range():
    """The slope of exp(-exp(-z)) is greatest at z = 0, where it is 1/e: found on a grid of wetness."""
    climate = replace(OKLAHOMA, link_shift=0.0, link_gain=1.0, moving_share=0.0, film_share=0.0)
    soil = SoilStores(climate, flat_land((1, 2), small=[[-0.05, 0.05]]))
    slopes, means = [], []
    for wetness in np.linspace(0.05, 0.95, 181):
        soil.surface[:] = wetness
        low, high = soil.moisture()[0]
        slopes.append(high - low)
        means.append((high + low) / 2)
    strongest = means[int(np.argmax(slopes))]
    relative = (strongest - climate.residual) / (climate.saturated - climate.residual)
    assert relative == pytest.approx(np.exp(-1), abs=0.02)
    assert 0.17 < strongest < 0.21


def test_the_moving_pattern_changes_sides_with_wetness():
    climate = replace(OKLAHOMA, moving_share=0.2)
    soil = SoilStores(climate, flat_land((1, 2), moving=[[-1.0, 1.0]]))
    soil.surface[:] = 0.9
    wet = np.diff(soil.moisture()[0])[0]
    soil.surface[:] = 0.1
    dry = np.diff(soil.moisture()[0])[0]
    assert wet > 0 > dry


def test_wetness_is_limited_before_the_link():
    for wetness, limit in zip((0.0, 1.0), WETNESS_RANGE, strict=True):
        soil = SoilStores(OKLAHOMA, flat_land())
        soil.surface[:] = wetness
        extreme = float(soil.moisture()[0, 0])
        soil.surface[:] = limit
        assert float(soil.moisture()[0, 0]) == pytest.approx(extreme, abs=1e-6)
        assert np.isfinite(extreme)


def test_temperature_falls_with_elevation():
    soil = SoilStores(GENEVA, flat_land((1, 3), elevation=[[-1000, 0, 1000]]))
    day = DailyWeather(MILD, (None, None), (4.0, 10.0))
    np.testing.assert_allclose(soil.temperature(day, False), [[10.5, 4.0, -2.5]], rtol=1e-5)
    np.testing.assert_allclose(soil.temperature(day, True), [[16.5, 10.0, 3.5]], rtol=1e-5)
    assert LAPSE_K_PER_M == 0.0065


def test_snow_falls_in_the_cold_and_melts_in_the_warm():
    soil = SoilStores(GENEVA, flat_land((1, 4)))
    cells = np.array([[-3.0, 0.9, 1.1, 5.0]], np.float32)
    soil.update_snow(np.full((1, 4), 2.5, np.float32), cells)
    np.testing.assert_array_equal(soil.snow, [[True, True, False, False]])
    soil.update_snow(None, np.array([[-3.0, 1.9, 0.0, 0.0]], np.float32))  # below 2 degrees what lies stays
    np.testing.assert_array_equal(soil.snow, [[True, True, False, False]])
    soil.update_snow(None, np.array([[-3.0, 2.1, 0.0, 0.0]], np.float32))
    np.testing.assert_array_equal(soil.snow, [[True, False, False, False]])


def test_little_precipitation_leaves_no_snow():
    soil = SoilStores(GENEVA, flat_land())
    soil.update_snow(np.full((1, 1), 1.9, np.float32), np.full((1, 1), -5, np.float32))
    assert not soil.snow.any()
