"""The exponential filter: as pytesmo's, with gaps, quality and a cold start."""

import numpy as np
import pytest
from made_normals import record_times
from pytesmo.time_series.filters import exp_filter

from smen.indices.water_index import ExponentialFilter, saturation

TIMES = record_times(1, every=1)


def filtered(values, times, constants):
    water = ExponentialFilter.of(constants, values.shape[1:])
    result = []
    for time, value in zip(times, values, strict=True):
        water.add(time, value)
        result.append(water.index.copy())
    return np.array(result)


@pytest.mark.parametrize("days", [1, 5, 10, 15, 20, 40, 60, 100])
def test_it_is_pytesmos_filter(days):
    rng = np.random.default_rng(days)
    keep = np.sort(rng.choice(len(TIMES), 150, replace=False))
    times, values = TIMES[keep], rng.uniform(0, 100, (150, 1, 2))
    julian = times.astype("datetime64[s]").astype(np.float64) / 86400 + 2440587.5
    ours = filtered(values, times, (days,))[:, 0, 0]
    for column in range(2):
        theirs = exp_filter(np.ascontiguousarray(values[:, 0, column]), julian, ctime=days)
        np.testing.assert_allclose(ours[:, column], theirs, rtol=1e-6)


def test_cells_without_a_value_keep_theirs_and_several_constants_go_together():
    values = np.full((3, 1, 2), 50.0)
    values[1, 0, 1] = np.nan
    values[1, 0, 0] = 80.0
    both = filtered(values, TIMES[:3], (5, 20))
    assert both[1, 0, 0, 1] == 50.0
    assert both[1, 0, 0, 0] > both[1, 1, 0, 0] > 50  # the shorter one follows more quickly
    alone = filtered(values, TIMES[:3], (20,))
    np.testing.assert_allclose(both[:, 1], alone[:, 0])


def test_quality_is_one_with_daily_values_and_falls_in_a_gap():
    water = ExponentialFilter.of((10,), (1, 1))
    for time in TIMES[:200]:
        water.add(time, np.array([[30.0]]))
    assert water.quality(TIMES[199])[0, 0, 0] == pytest.approx(1, abs=1e-6)
    assert water.quality(TIMES[209])[0, 0, 0] == pytest.approx(np.exp(-1), rel=1e-6)


@pytest.mark.parametrize("days", [1, 5, 20, 100])
def test_quality_is_the_flag_of_the_copernicus_product(days):
    """Written out as its producer's code has it: weights of all observations, over those of 1000 daily ones."""
    rng = np.random.default_rng(days)
    seen = np.sort(rng.choice(len(TIMES), 60, replace=False))
    water = ExponentialFilter.of((days,), (1, 1))
    for number in seen:
        water.add(TIMES[number], np.array([[30.0]]))
    now = TIMES[seen[-1]] + np.timedelta64(4, "D")
    ages = (now - TIMES[seen]) / np.timedelta64(1, "D")
    flag = min(np.exp(-ages / days).sum() / np.exp(-np.arange(1000) / days).sum(), 1.0)
    assert water.quality(now)[0, 0, 0] == pytest.approx(flag, rel=1e-4)


def test_an_index_is_withheld_after_a_long_gap_the_sooner_the_shorter_its_time_is():
    water = ExponentialFilter.of((5, 40), (1, 1))
    for time in TIMES[:200:3]:
        water.add(time, np.array([[30.0]]))
    last = TIMES[198]
    assert np.isfinite(water.at(last)).all()
    after = water.at(last + np.timedelta64(12, "D"))[:, 0, 0]
    assert np.isnan(after[0]) and after[1] == pytest.approx(30)
    assert np.isnan(water.at(last + np.timedelta64(90, "D"))).all()


def test_an_index_is_withheld_until_enough_was_seen():
    water = ExponentialFilter.of((5, 100), (1, 1))
    for time in TIMES[:8:2]:
        water.add(time, np.array([[30.0]]))
    now = water.at(TIMES[6])[:, 0, 0]
    assert np.isfinite(now[0]) and np.isnan(now[1])


def test_a_cell_never_seen_has_no_index():
    assert np.isnan(ExponentialFilter.of((5,), (1, 1)).at(TIMES[0])).all()


def test_saturation_is_a_share_of_the_range_and_missing_stays_missing():
    dry, wet = np.full((1, 4), 0.1), np.full((1, 4), 0.3)
    values = np.array([[0.05, 0.15, 0.4, np.nan]])
    np.testing.assert_allclose(saturation(values, dry, wet), [[0, 25, 100, np.nan]], atol=1e-4)
