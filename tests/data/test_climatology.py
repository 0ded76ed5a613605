"""The shrunk mean residual: by hand, by its theory, and with dates left out."""

import numpy as np
import pytest

from smen.data.climatology import PRIOR_DATES, Climatology, prior_weight, shrunk_mean
from smen.errors import DataError

NAN = np.nan
RESIDUALS = np.array([[[0.1, 0.2, NAN]], [[0.3, NAN, NAN]]])


def test_means_by_hand():
    climatology = Climatology.of(RESIDUALS)
    assert climatology.count.tolist() == [[2, 1, 0]]
    assert climatology.prior == pytest.approx(0.2)
    np.testing.assert_allclose(climatology.plain, [[0.2, 0.2, 0.2]])
    shrunk = Climatology(np.array([[0.4, 0.9, 0.0]]), np.array([[2, 1, 0]], np.int32), prior=0.1, prior_dates=2.0)
    np.testing.assert_allclose(shrunk.mean, [[0.6 / 4, 1.1 / 3, 0.1]], rtol=1e-6)


def test_without_equals_never_having_had_it():
    rng = np.random.default_rng(0)
    residuals = rng.normal(0, 0.05, (9, 6, 7))
    residuals[rng.random(residuals.shape) < 0.4] = NAN
    whole = Climatology.of(residuals)
    left = whole.without(residuals[2:4])
    fewer = Climatology.of(np.delete(residuals, [2, 3], axis=0))
    np.testing.assert_array_equal(left.count, fewer.count)
    np.testing.assert_allclose(left.total, fewer.total, atol=1e-12)
    assert (left.prior, left.prior_dates) == (whole.prior, whole.prior_dates)


def test_the_weight_of_the_prior_is_the_ratio_of_variances():
    rng = np.random.default_rng(1)
    pattern = rng.normal(0, 0.03, (60, 60))
    residuals = pattern + rng.normal(0, 0.06, (12, 60, 60))
    assert Climatology.of(residuals).prior_dates == pytest.approx((0.06 / 0.03) ** 2, rel=0.1)
    # It is the estimate nearest to the truth: nearer than the plain mean and than the prior alone.
    few = Climatology.of(residuals[:3])
    error = [np.std(e - pattern) for e in (few.mean, few.plain, np.full_like(pattern, few.prior))]
    assert error[0] == min(error)


def test_noise_without_pattern_and_pattern_without_noise():
    rng = np.random.default_rng(2)
    assert Climatology.of(rng.normal(0, 0.05, (4, 30, 30))).prior_dates > 10
    assert Climatology.of(np.repeat(rng.normal(0, 0.05, (1, 9, 9)), 3, axis=0)).prior_dates == PRIOR_DATES[0]


def test_nothing_to_learn_from():
    with pytest.raises(DataError, match="widen the training period"):
        Climatology.of(np.full((2, 3, 3), NAN))


def test_the_weight_by_hand():
    # Two cells of two dates: .1 and .3, .4 and .8. Within: (.02 + .08) / 2; between: var(.2, .6) less half of it.
    count, mean = np.array([[2, 2, 1]]), np.array([[0.2, 0.6, 9.0]])
    squares = np.array([[0.02, 0.08, 0.0]])
    weight, within = prior_weight(count, mean, squares)
    assert within == pytest.approx(0.05)
    assert weight == pytest.approx(0.05 / (0.04 - 0.025))
    assert prior_weight(np.array([[1, 0]]), mean[:, :2], squares[:, :2]) == (1.0, None)


def test_the_weight_of_a_pattern_smaller_than_its_noise_is_the_greatest():
    weight, _ = prior_weight(np.array([2, 2]), np.array([0.2, 0.2]), np.array([0.1, 0.1]))
    assert weight == PRIOR_DATES[1]


def test_a_shrunk_mean_lies_between_the_cells_own_and_the_prior():
    total, count = np.array([0.4, 0.0, 30.0]), np.array([2, 0, 100])
    mean = shrunk_mean(total, count, prior=0.1, prior_dates=2.0)
    assert mean.dtype == np.float32
    np.testing.assert_allclose(mean, [0.15, 0.1, 30.2 / 102])
