"""The table of measured numbers: complete rows, physically ordered."""

import re

import numpy as np
import pytest

from smen.simulation.climates import CLIMATES
from smen.simulation.measured_statistics import TARGETS

CASES = [(climate, row) for climate, rows in TARGETS.items() for row in rows]


def test_each_climate_has_targets():
    assert set(TARGETS) == set(CLIMATES)


@pytest.mark.parametrize(("climate", "row"), CASES)
def test_a_row_has_a_number_for_each_lag_in_its_name(climate, row):
    numbers = TARGETS[climate][row]
    assert np.isfinite(numbers).all()
    if lags := re.search(r" at ([\d, ]+) ", row):
        assert len(numbers) == len(lags[1].split(","))
    elif "apart" in row:
        assert len(numbers) == 5
    elif ":" in row and "stations" not in row:
        assert len(numbers) == len(row.split(":")[1].split(","))


@pytest.mark.parametrize(("climate", "row"), CASES)
def test_numbers_are_ordered_as_nature_orders_them(climate, row):
    """Semivariances grow with the lag, correlations fall, dry spells dry; 90th percentiles exceed 10th ones."""
    numbers = list(TARGETS[climate][row])
    if row.startswith("semivariance"):
        assert numbers == sorted(numbers)
        assert min(numbers) > 0
    if row.startswith("stations"):
        assert numbers == sorted(numbers, reverse=True)
        assert 0 < min(numbers) <= max(numbers) < 1
    if row.startswith("change"):
        assert numbers == sorted(numbers, reverse=True)
        assert max(numbers) < 0
    if "p10" in row:
        mean, low, high = numbers
        assert low < mean < high


@pytest.mark.parametrize("climate", ["oklahoma", "arizona"])
def test_values_at_3_km_vary_more_than_those_at_9_km(climate):
    rows = TARGETS[climate]
    assert rows["sd of 3 km values in a 36 km cell"][0] > rows["sd of 9 km values in a 36 km cell: mean, p10, p90"][0]


def test_noise_of_a_retrieval_is_what_one_dry_day_leaves():
    """Spread of 1-day differences / sqrt 2: at most .011 m3/m3 in Oklahoma."""
    assert TARGETS["oklahoma"]["robust sd of that change"][0] / np.sqrt(2) == pytest.approx(0.011, abs=5e-4)
