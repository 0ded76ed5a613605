"""The three climates: physically ordered, as measured, and the nearest one to a place."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.simulation.climates import ARIZONA, CLIMATES, GENEVA, OKLAHOMA, nearest_climate
from smen.simulation.measured_statistics import TARGETS

EACH = pytest.mark.parametrize("climate", CLIMATES.values(), ids=CLIMATES)
SHARES = (
    "rain_seasonality", "convective_share", "region_share", "demand_amplitude", "slow_supply", "moving_share",
    "mountains", "water", "urban", "dense",
)  # fmt: skip
POSITIVE = (
    "mean", "temporal_sd", "residual", "saturated", "wet_days", "mm_per_wet_day", "convective_km", "frontal_km",
    "drying_days", "drying_log_sd", "film_share", "storage_mm", "slow_days", "link_gain", "within_cell_sd",
    "regional_sd", "gradient_sd", "fine_noise", "coarse_noise", "coarse_bias", "temperature_amplitude", "relief_m",
    "vegetation", "strips",
)  # fmt: skip


def test_the_climates_are_those_of_the_papers_regions():
    assert list(CLIMATES) == ["oklahoma", "arizona", "geneva"]
    assert [climate.name for climate in CLIMATES.values()] == ["Oklahoma City", "Tucson", "Geneva"]


@EACH
def test_numbers_are_finite_and_in_their_range(climate):
    for field in dataclasses.fields(climate):
        value = getattr(climate, field.name)
        if isinstance(value, float | int):
            assert math.isfinite(value), field.name
    for name in SHARES:
        assert 0 <= getattr(climate, name) <= 1, name
    for name in POSITIVE:
        assert getattr(climate, name) > 0, name
    assert -180 <= climate.longitude < 180
    assert -60 <= climate.latitude <= 60  # the coverage of SPL2SMAP_S
    assert 1 <= climate.rain_peak_day <= 366
    assert all(0 < share <= 1 for share in climate.acquisitions)


@EACH
def test_soil_moisture_is_ordered(climate):
    """Residual, mean, saturated; variations that fit between them."""
    assert 0 < climate.residual < climate.mean - climate.temporal_sd
    assert climate.mean + 2 * climate.temporal_sd < climate.saturated < 0.6
    assert climate.coarse_noise < climate.fine_noise < climate.temporal_sd


@EACH
def test_lengths_and_times_are_ordered(climate):
    assert climate.convective_km < climate.frontal_km
    assert climate.drying_days < climate.slow_days


@EACH
def test_the_chance_of_rain_stays_a_chance_all_year(climate):
    """At the peak of the season every day of the year's cycle is below 1, and above 0 at its lowest."""
    chance = climate.wet_days / 365.25
    assert chance * (1 - climate.rain_seasonality) > 0
    assert chance * (1 + climate.rain_seasonality) < 0.6


@EACH
def test_vegetation_reaches_the_dense_share_from_below(climate):
    """The median lies below the threshold of 5 kg/m2, and less than half of all cells above it."""
    assert climate.vegetation < 5
    assert climate.dense < 0.5


def test_climates_are_ordered_as_places_are():
    """The desert is the driest, warmest, most sparsely grown; Geneva the wettest and coldest."""
    ordered = ARIZONA, OKLAHOMA, GENEVA
    for name in ("mean", "residual", "saturated", "wet_days", "vegetation", "dense", "drying_days"):
        values = [getattr(climate, name) for climate in ordered]
        assert values == sorted(values), name
    temperatures = [climate.temperature for climate in ordered]
    assert temperatures == sorted(temperatures, reverse=True)
    rain = [climate.wet_days * climate.mm_per_wet_day for climate in ordered]
    np.testing.assert_allclose(rain, [300, 900, 920], rtol=0.05)  # mm a year, as climate tables have it


@EACH
def test_mean_and_temporal_sd_are_the_targets_of_the_fit(climate):
    (key,) = (key for key, value in CLIMATES.items() if value is climate)
    np.testing.assert_allclose(TARGETS[key]["mean, sd in time"], (climate.mean, climate.temporal_sd))


def test_noise_stays_below_the_measured_bounds():
    """Differences over one dry day leave at most .011 in Oklahoma and .008 in Arizona."""
    assert OKLAHOMA.coarse_noise <= 0.011
    assert ARIZONA.coarse_noise <= 0.008


@pytest.mark.parametrize(
    ("place", "climate"),
    [((-97.5, 35.5), "oklahoma"), ((-118.2, 34.1), "arizona"), ((2.3, 48.9), "geneva"), ((-80.2, 25.8), "oklahoma"),
     ((77.2, 28.6), "geneva"), ((-179.9, 50.0), "arizona"), ((18.4, -33.9), "geneva")],
)  # fmt: skip
def test_places_get_the_nearest_climate(place, climate):
    assert nearest_climate(*place) == climate


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_the_nearest_climate_is_the_nearest_on_a_sphere_too(longitude, latitude):
    """But for places almost as near to another one, where ellipsoid and sphere may differ."""

    def arc(climate):
        a, b, c, d = (math.radians(v) for v in (longitude, latitude, climate.longitude, climate.latitude))
        cosine = math.sin(b) * math.sin(d) + math.cos(b) * math.cos(d) * math.cos(a - c)
        return math.acos(max(-1, min(1, cosine)))

    arcs = {name: arc(climate) for name, climate in CLIMATES.items()}
    assert arcs[nearest_climate(longitude, latitude)] <= min(arcs.values()) * 1.006


@EACH
def test_each_place_has_its_own_climate(climate):
    assert CLIMATES[nearest_climate(climate.longitude, climate.latitude)] is climate
