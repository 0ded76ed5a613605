"""The kriged pattern: what dates say where they are many, neighbours where they are few, the mean far from all."""

import numpy as np
import pytest
from made_fusion import pattern_of
from made_random_field import draw

from smen.methods.fusion.pattern import Pattern, PatternEstimator
from smen.methods.fusion.pattern_sums import PatternSums

SHAPE = (36, 48)
DATES = 24
NOISE = 0.03


def made(seed=0, unseen=(slice(10, 20), slice(12, 24)), dates=DATES, shape=SHAPE):
    """Residuals of a drawn pattern and slope with white noise, and a block that is never observed."""
    rng = np.random.default_rng(seed)
    pattern = 0.01 + draw([(9e-4, 3.0)], shape, rng)[0]
    slope = 0.2 * draw([(1.0, 8.0)], shape, rng)[0]
    wetness = rng.normal(0, 0.04, (dates, 1, 1)) + rng.normal(0, 0.01, (dates, *shape))
    residual = pattern + slope * wetness + rng.normal(0, NOISE, (dates, *shape))
    residual[:, unseen[0], unseen[1]] = np.nan
    return residual, wetness, pattern, slope


def rmse(a, b, cells):
    return float(np.sqrt(np.mean((a - b)[cells] ** 2)))


RESIDUAL, WETNESS, TRUE, SLOPE = made()
SUMS = PatternSums.of(RESIDUAL, WETNESS)
ESTIMATOR = PatternEstimator.of(SUMS)
FOUND = ESTIMATOR.pattern(SUMS)
SEEN = SUMS.count > 0


def test_observed_cells_are_closer_to_the_truth_than_their_own_means():
    own = np.where(SEEN, SUMS.mean_at_usual_wetness(SLOPE), 0)
    assert rmse(FOUND.mean, TRUE, SEEN) < 0.95 * rmse(own, TRUE, SEEN)
    assert rmse(FOUND.mean, TRUE, SEEN) < 1.1 * NOISE / np.sqrt(DATES)


def test_unseen_cells_are_closer_to_the_truth_than_the_mean_of_all():
    prior = np.full(SHAPE, FOUND.prior)
    assert rmse(FOUND.mean, TRUE, ~SEEN) < 0.9 * rmse(prior, TRUE, ~SEEN)


def test_the_stated_share_unknown_is_that_of_the_errors():
    """Over twenty drawn patterns; the variances are estimated as well."""
    seen_errors, unseen_errors, stated_seen, stated_unseen = [], [], [], []
    for seed in range(20):
        residual, wetness, true, _ = made(seed, shape=(30, 30))
        sums = PatternSums.of(residual, wetness)
        found = PatternEstimator.of(sums).pattern(sums)
        seen = sums.count > 0
        seen_errors.append(np.mean((found.mean - true)[seen] ** 2))
        unseen_errors.append(np.mean((found.mean - true)[~seen] ** 2))
        stated_seen.append(found.sill * found.unknown[seen].mean())
        stated_unseen.append(found.sill * found.unknown[~seen].mean())
    assert np.mean(unseen_errors) == pytest.approx(np.mean(stated_unseen), rel=0.2)
    assert np.mean(seen_errors) == pytest.approx(np.mean(stated_seen), rel=0.3)


def test_slopes_are_found_and_reach_into_unseen_cells():
    assert np.corrcoef(FOUND.slope[SEEN], SLOPE[SEEN])[0, 1] > 0.8
    assert np.corrcoef(FOUND.slope[~SEEN], SLOPE[~SEEN])[0, 1] > 0.3


def test_there_is_no_jump_at_the_edge_of_observed_cells():
    jump = np.abs(np.diff(FOUND.mean, axis=1))
    across = SEEN[:, 1:] != SEEN[:, :-1]
    both = SEEN[:, 1:] & SEEN[:, :-1]
    assert jump[across].mean() < 1.1 * jump[both].mean()


def test_cells_that_were_observed_in_dry_weeks_alone_are_moved_to_usual_wetness():
    residual, wetness, true, slope = made(3, unseen=(slice(0, 0), slice(0, 0)))
    dry = wetness.mean(axis=(1, 2)) < -0.02
    cells = slope > np.quantile(slope, 0.8)
    residual[np.ix_(~dry)] = np.where(cells, np.nan, residual[~dry])
    found = pattern_of(residual, wetness)
    own = (np.nanmean(residual, axis=0) - true)[cells].mean()
    assert own < -0.008  # what the dry weeks say of these cells, which are wet in wet weeks
    assert abs((found.mean - true)[cells].mean()) < 0.75 * abs(own)


def test_without_some_dates_the_share_unknown_of_seen_cells_is_kept():
    rest = SUMS.without(RESIDUAL[:3], WETNESS[:3])
    hidden = np.zeros(SHAPE, bool)
    hidden[25:30, 30:40] = True
    found = ESTIMATOR.pattern(rest.without_cells(hidden), FOUND.unknown)
    known = SEEN & ~hidden
    np.testing.assert_array_equal(found.unknown[known], FOUND.unknown[known])
    assert (found.unknown[hidden] > 3 * FOUND.unknown[hidden]).all()
    exact = ESTIMATOR.pattern(rest.without_cells(hidden))
    np.testing.assert_allclose(found.unknown[hidden], exact.unknown[hidden], rtol=1e-6)
    np.testing.assert_array_equal(found.mean, exact.mean)


def test_hidden_cells_say_nothing_of_themselves():
    hidden = np.zeros(SHAPE, bool)
    hidden[25:30, 30:40] = True
    other = np.where(hidden, RESIDUAL + 0.3, RESIDUAL)
    first, second = (
        ESTIMATOR.pattern(PatternSums(sums.sums, SUMS.prior, SUMS.wetness_variance, SUMS.within).without_cells(hidden))
        for sums in (SUMS, PatternSums.of(other, WETNESS))
    )
    np.testing.assert_array_equal(first.mean, second.mean)


def test_an_empty_pattern_is_flat():
    for empty, shape in ((Pattern.empty(FOUND), SHAPE), (Pattern.empty(FOUND, (3, 5)), (3, 5))):
        for field in (empty.mean, empty.slope, empty.count):
            assert field.shape == shape and (field == 0).all()
        assert (empty.unknown == 1).all() and empty.prior == 0
        assert (empty.wetness_variance, empty.sill) == (FOUND.wetness_variance, FOUND.sill)
        np.testing.assert_allclose(empty.variance, FOUND.within, rtol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (3, 3)])
def test_small_windows_and_single_dates(shape):
    found = pattern_of(np.full((1, *shape), 0.1), np.zeros((1, *shape)))
    np.testing.assert_allclose(found.mean, 0.1, atol=0.01)
    assert np.isfinite(found.unknown).all() and found.sill > 0


def test_the_types_are_those_of_the_record():
    assert found_types(FOUND) == {np.dtype(np.float32)} and FOUND.count.dtype == np.int32


def found_types(pattern):
    return {getattr(pattern, name).dtype for name in ("mean", "slope", "variance", "unknown")}


def test_shares_unknown_of_the_same_cells_are_kept_and_nothing_else_changes():
    fewer = SUMS.without(RESIDUAL[:6], WETNESS[:6]).without_cells(np.arange(SHAPE[1]) % 9 == np.zeros((SHAPE[0], 1)))
    computed = ESTIMATOR.pattern(fewer, FOUND.unknown)
    kept = ESTIMATOR.pattern(fewer, computed.unknown, same_cells=True)
    np.testing.assert_array_equal(kept.unknown, computed.unknown)
    np.testing.assert_array_equal(kept.mean, computed.mean)
    np.testing.assert_array_equal(kept.slope, computed.slope)
    marked = ESTIMATOR.pattern(fewer, np.full(SHAPE, 0.5, np.float32), same_cells=True)
    assert (marked.unknown == 0.5).all()
