"""Error variances of scores: uneven wetness makes them larger, and what they state is that of known errors."""

import numpy as np
import pytest
from made_normals import CELLS, JULY, SHAPE, WINDOW, made_normals
from scipy.stats import norm

from smen.grid import M36
from smen.grid.bilinear import bilinear
from smen.indices.score_errors import (
    LEAST_VARIANCE,
    OF_COARSE,
    OF_MAP,
    STATED,
    coarse_variance,
    map_variance,
    unevenness,
)
from smen.indices.season_moments import PROBABILITIES

EVEN = 0 * CELLS


def test_unevenness_is_the_variance_of_the_coarse_cells_around():
    scores = np.random.default_rng(1).standard_normal(SHAPE)
    scores[0, 1] = np.nan
    found = unevenness(scores, WINDOW, M36)
    assert max(SHAPE) <= 3  # so that all coarse cells lie around each of them
    np.testing.assert_allclose(found, np.nanvar(scores), rtol=1e-6)
    np.testing.assert_allclose(unevenness(np.full(SHAPE, -1.3), WINDOW, M36), 0, atol=1e-12)


def test_unevenness_is_of_the_neighbourhood():
    window = WINDOW.__class__(WINDOW.row, WINDOW.column, 12, 12 * 14)
    rows, columns = window.coarse_shape(M36)
    scores = np.zeros((rows, columns))
    scores[:, -1] = 2.0
    found = unevenness(scores, window, M36)
    assert (found[:, : 12 * 9] == 0).all() and (found[:, -12:] > 0.5).all()


def test_unevenness_is_finite_where_coarse_cells_are_missing():
    np.testing.assert_array_equal(unevenness(np.full(SHAPE, np.nan), WINDOW, M36), EVEN)
    scores = np.full(SHAPE, np.nan)
    scores[0, 0] = 1.0
    np.testing.assert_allclose(unevenness(scores, WINDOW, M36), 0, atol=1e-12)


def test_a_maps_variance_is_that_of_its_error_in_the_season():
    """An error of .005 is one of .01 for the coarse values, and of what these are apart in scores, on the mean."""
    normals, _, _ = made_normals(gain=0.5, offset=0.1)
    season, transfer = normals.season(JULY), normals.transfer
    median = season.quantiles[7]
    found = map_variance(median, 0.005 * CELLS, season, transfer, EVEN)
    levels, flat = norm.ppf(PROBABILITIES), season.quantiles.reshape(len(PROBABILITIES), -1).T
    apart = [np.diff(np.interp(own[7] + np.array([-0.01, 0.01]), own, levels))[0] for own in flat]
    assert found.mean() == pytest.approx(STATED * np.mean((np.array(apart) / 2) ** 2), rel=1e-6)
    uneven = map_variance(median, 0.005 * CELLS, season, transfer, EVEN + 0.8)
    np.testing.assert_allclose(uneven - found, OF_MAP * 0.8, rtol=1e-6)
    np.testing.assert_array_equal(map_variance(median, None, season, transfer, EVEN), LEAST_VARIANCE)


def test_a_coarse_fields_variance_falls_with_agreement_and_grows_with_unevenness():
    low, high = (made_normals(agreement=agreement)[0] for agreement in (0.6, 0.9))
    season = low.season(JULY)
    median = season.quantiles[7]
    apart, together = (coarse_variance(median, season, n.transfer, EVEN) for n in (low, high))
    assert (together < apart).all()
    assert np.mean(apart) / np.mean(together) == pytest.approx((1 - 0.6**2) / (1 - 0.9**2), rel=0.35)
    uneven = coarse_variance(median, season, low.transfer, EVEN + 0.6)
    np.testing.assert_allclose(uneven - apart, OF_COARSE * 0.6, rtol=1e-6)


def test_missing_coarse_values_leave_a_variance_that_can_be_joined():
    normals, record, times = made_normals()
    field = bilinear(np.full(SHAPE, np.nan), WINDOW, M36).astype(float)
    found = coarse_variance(field, normals.season(JULY), normals.transfer, EVEN)
    np.testing.assert_array_equal(found, 1.0)
    assert len(record) and len(times)
