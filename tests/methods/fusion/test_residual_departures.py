"""Averages of earlier residuals against a loop over cells and fields."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_fusion import pattern_of

from smen.methods.fusion.feature_names import RESIDUAL_TIME_CONSTANTS_DAYS
from smen.methods.fusion.residual_departures import average_departures

SHAPE = (3, 4)


def made(ages, seed=0):
    rng = np.random.default_rng(seed)
    pattern = pattern_of(rng.normal(0, 0.03, (6, *SHAPE)), rng.normal(0, 0.02, (6, *SHAPE)))
    residuals = []
    for age in ages:
        residual = rng.normal(0, 0.03, SHAPE).astype(np.float32)
        residual[rng.random(SHAPE) < 0.4] = np.nan
        residuals.append((residual, rng.normal(0, 0.02, SHAPE).astype(np.float32), age))
    return residuals, pattern


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.1, 300), max_size=5), st.integers(0, 2**31))
def test_averages_agree_with_a_loop_over_cells(ages, seed):
    residuals, pattern = made(ages, seed)
    found = average_departures(residuals, pattern)
    for i, j in np.ndindex(SHAPE):
        for k, days in enumerate(RESIDUAL_TIME_CONSTANTS_DAYS):
            total = weight = 0.0
            for residual, wetness, age in residuals:
                if np.isfinite(residual[i, j]):
                    usual = pattern.mean[i, j] + pattern.slope[i, j] * wetness[i, j]
                    total += np.exp(-age / days) * (residual[i, j] - usual)
                    weight += np.exp(-age / days)
            assert found.departures[k][i, j] == pytest.approx(total / (weight + 1), abs=1e-6)
            assert found.weights[k][i, j] == pytest.approx(weight, abs=1e-5)
        seen = [age for residual, _, age in residuals if np.isfinite(residual[i, j])]
        assert found.age[i, j] == pytest.approx(min(seen, default=np.inf), rel=1e-6)


def test_without_any_earlier_field_nothing_is_known():
    _, pattern = made([])
    found = average_departures([], pattern)
    assert len(found.departures) == len(found.weights) == len(RESIDUAL_TIME_CONSTANTS_DAYS)
    assert all((field == 0).all() for field in (*found.departures, *found.weights))
    assert np.isinf(found.age).all()


def test_a_residual_that_follows_the_pattern_is_no_departure():
    residuals, pattern = made([2.0])
    wetness = residuals[0][1]
    usual = pattern.mean + pattern.slope * wetness
    found = average_departures([(usual, wetness, 2.0)], pattern)
    assert max(np.abs(field).max() for field in found.departures) < 1e-8
    np.testing.assert_allclose(found.weights[1], np.exp(-2.0 / RESIDUAL_TIME_CONSTANTS_DAYS[1]), rtol=1e-6)


def test_long_time_constants_remember_more():
    residuals, pattern = made([20.0])
    weights = average_departures(residuals, pattern).weights
    seen = np.isfinite(residuals[0][0])
    assert all((longer[seen] > shorter[seen]).all() for shorter, longer in itertools.pairwise(weights))


def test_all_is_single_precision():
    residuals, pattern = made([1.0, 9.0])
    found = average_departures(residuals, pattern)
    assert {field.dtype for field in (*found.departures, *found.weights, found.age)} == {np.dtype(np.float32)}
