"""Sums over dates against a plain loop over cells, and what is left when dates or cells are taken out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.methods.fusion.pattern_sums import SHARED_DATES, PatternSums, sums_of


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
    sums = PatternSums.of(residual, wetness)
    moved = sums.mean_at_usual_wetness(np.full(residual.shape[1:], 0.3))
    for i, j in np.ndindex(residual.shape[1:]):
        valid = np.isfinite(residual[:, i, j])
        d, a = residual[valid, i, j].astype(float), wetness[valid, i, j].astype(float)
        n = valid.sum()
        assert sums.count[i, j] == n
        squares = ((d - d.mean()) ** 2).sum() if n else 0.0
        variance = (squares + SHARED_DATES * sums.within) / (max(n - 1, 0) + SHARED_DATES)
        assert sums.variance[i, j] == pytest.approx(variance, rel=1e-4)
        assert sums.mean_noise[i, j] == pytest.approx(variance / max(n, 1), rel=1e-4)
        if n:
            assert moved[i, j] == pytest.approx((d - 0.3 * a).mean(), abs=1e-6)
        if n > 2:
            slope, covariance = np.polyfit(a, d, 1, cov="unscaled")
            assert sums.slope[i, j] == pytest.approx(slope[0], abs=1e-4)
            assert sums.slope_noise[i, j] == pytest.approx(sums.within * covariance[0, 0], rel=1e-3)


def test_what_all_cells_share_is_the_analysis_of_variance():
    residual, wetness = made(n=40, shape=(10, 12), seed=3, noise=0.08)
    sums = PatternSums.of(residual, wetness)
    values = residual[np.isfinite(residual)].astype(float)
    assert sums.prior == pytest.approx(values.mean())
    assert sums.wetness_variance == pytest.approx(np.mean(wetness[np.isfinite(residual)].astype(float) ** 2))
    several = np.isfinite(residual).sum(axis=0) >= 2
    cells = [column[np.isfinite(column)] for column in residual[:, several].T.astype(float)]
    within = sum(((c - c.mean()) ** 2).sum() for c in cells) / sum(c.size - 1 for c in cells)
    assert sums.within == pytest.approx(within, rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.sets(st.integers(0, 8), min_size=1, max_size=8))
def test_without_some_dates_they_are_those_of_the_others(removed):
    residual, wetness = made()
    rows = sorted(removed)
    rest = [i for i in range(9) if i not in removed]
    sums = PatternSums.of(residual, wetness)
    left = sums.without(residual[rows], wetness[rows])
    np.testing.assert_allclose(left.sums, sums_of(residual[rest], wetness[rest]), atol=1e-6)
    assert (left.prior, left.within) == (sums.prior, sums.within)
    # Where no date is left every sum is 0 and not a remainder of rounding.
    assert (left.sums[:, left.sums[0] == 0] == 0).all()


def test_without_some_cells_the_others_stay():
    residual, wetness = made()
    hidden = np.zeros(residual.shape[1:], bool)
    hidden[1:3, 2] = True
    left = PatternSums.of(residual, wetness).without_cells(hidden)
    np.testing.assert_array_equal(left.sums, sums_of(np.where(hidden, np.nan, residual), wetness))


def test_a_cell_whose_wetness_did_not_vary_has_no_slope_and_much_noise():
    sums = PatternSums.of(np.array([0.1, 0.2, 0.3])[:, None, None], np.full((3, 1, 1), 0.05))
    assert abs(sums.slope.item()) < 1e-6 and sums.slope_noise.item() > 1e3 * sums.within


def test_one_date_has_no_variance_from_date_to_date():
    residual, wetness = made(n=1, shape=(6, 6), seed=2)
    sums = PatternSums.of(residual, wetness)
    assert sums.within == pytest.approx(residual[np.isfinite(residual)].astype(float).var(), rel=1e-6)


def test_identical_dates_keep_positive_variances():
    sums = PatternSums.of(np.full((3, 2, 2), 0.1), np.zeros((3, 2, 2)))
    assert sums.within > 0 and sums.wetness_variance > 0 and (sums.mean_noise > 0).all()
