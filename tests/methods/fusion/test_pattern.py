"""The static pattern against a plain loop over cells, and its sums when dates are taken out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.methods.fusion.pattern import SLOPE_DATES, Pattern, sums_of


def made(n=9, shape=(4, 5), seed=0, noise=0.01):
    """Residuals with gaps, one cell without any date and one with a single one, and wetness anomalies."""
    rng = np.random.default_rng(seed)
    wetness = rng.normal(0, 0.03, (n, *shape)).astype(np.float32)
    residual = rng.normal(0, 0.04, shape) + 0.5 * wetness + rng.normal(0, noise, (n, *shape))
    residual[rng.random(residual.shape) < 0.3] = np.nan
    residual[:, 0, 0] = np.nan
    residual[1:, 0, 1] = np.nan
    return residual.astype(np.float32), wetness


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31))
def test_all_fields_agree_with_a_loop_over_cells(seed):
    residual, wetness = made(seed=seed)
    pattern = Pattern.of(residual, wetness)
    for i, j in np.ndindex(residual.shape[1:]):
        valid = np.isfinite(residual[:, i, j])
        d, a = residual[valid, i, j].astype(float), wetness[valid, i, j].astype(float)
        n = valid.sum()
        assert pattern.count[i, j] == n
        mean = (d.sum() + pattern.prior_dates * pattern.prior) / (n + pattern.prior_dates)
        assert pattern.mean[i, j] == pytest.approx(mean, abs=1e-6)
        centre = a.mean() if n else 0.0
        assert pattern.centre[i, j] == pytest.approx(centre, abs=1e-6)
        slope = ((a - centre) * d).sum() / (((a - centre) ** 2).sum() + SLOPE_DATES * pattern.wetness_variance)
        assert pattern.slope[i, j] == pytest.approx(slope, abs=1e-5)
        squares = ((d - d.mean()) ** 2).sum() if n else 0.0
        variance = (squares + SLOPE_DATES * pattern.within) / (max(n - 1, 0) + SLOPE_DATES)
        assert pattern.variance[i, j] == pytest.approx(variance, rel=1e-4)


def test_what_all_cells_share_is_the_analysis_of_variance():
    residual, wetness = made(n=40, shape=(10, 12), seed=3, noise=0.08)
    pattern = Pattern.of(residual, wetness)
    values = residual[np.isfinite(residual)].astype(float)
    assert pattern.prior == pytest.approx(values.mean())
    assert pattern.wetness_variance == pytest.approx(np.mean(wetness[np.isfinite(residual)].astype(float) ** 2))
    several = np.isfinite(residual).sum(axis=0) >= 2
    cells = [column[np.isfinite(column)] for column in residual[:, several].T.astype(float)]
    within = sum(((c - c.mean()) ** 2).sum() for c in cells) / sum(c.size - 1 for c in cells)
    between = np.var([c.mean() for c in cells]) - within * np.mean([1 / c.size for c in cells])
    assert pattern.within == pytest.approx(within, rel=1e-6)
    assert pattern.prior_dates == pytest.approx(within / between, rel=1e-6) and 0.5 < pattern.prior_dates < 50


def test_a_pattern_by_hand():
    # One cell, three dates; one of the two sums that a regression needs is worth ten dates of the common variance.
    d, a = np.array([0.1, 0.2, 0.3]), np.array([-0.1, 0.0, 0.1])
    pattern = Pattern.of(d[:, None, None], a[:, None, None])
    assert pattern.count.item() == 3 and pattern.prior == pytest.approx(0.2)
    assert pattern.mean.item() == pytest.approx(0.2)
    assert pattern.slope.item() == pytest.approx(0.02 / (0.02 + 10 * 0.02 / 3))


@settings(max_examples=15, deadline=None)
@given(st.sets(st.integers(0, 8), min_size=1, max_size=8))
def test_without_some_dates_it_is_that_of_the_others(removed):
    residual, wetness = made()
    rows = sorted(removed)
    rest = [i for i in range(9) if i not in removed]
    pattern = Pattern.of(residual, wetness)
    left = pattern.without(residual[rows], wetness[rows])
    np.testing.assert_allclose(left.sums, sums_of(residual[rest], wetness[rest]), atol=1e-6)
    assert (left.prior, left.within) == (pattern.prior, pattern.within)
    # Where no date is left every sum is 0 and not a remainder of rounding.
    assert (left.sums[:, left.sums[0] == 0] == 0).all()


def test_one_date_has_no_variance_from_date_to_date():
    residual, wetness = made(n=1, shape=(6, 6), seed=2)
    pattern = Pattern.of(residual, wetness)
    values = residual[np.isfinite(residual)].astype(float)
    assert pattern.prior_dates == 1.0
    assert pattern.within == pytest.approx(values.var(), rel=1e-6)


def test_an_empty_pattern_is_flat():
    pattern = Pattern.of(*made())
    empty = Pattern.empty(pattern)
    for field in (empty.mean, empty.slope, empty.centre, empty.count):
        assert (field == 0).all()
    assert empty.wetness_variance == pattern.wetness_variance
    np.testing.assert_allclose(empty.variance, pattern.within, rtol=1e-6)


def test_identical_dates_keep_positive_variances():
    pattern = Pattern.of(np.full((3, 2, 2), 0.1), np.zeros((3, 2, 2)))
    assert pattern.within > 0 and pattern.wetness_variance > 0
    np.testing.assert_allclose(pattern.mean, 0.1, rtol=1e-6)
