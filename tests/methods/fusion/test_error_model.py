"""The error model: nonnegative least squares and quantiles against other implementations, intervals that hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import lsq_linear
from scipy.stats import norm

from smen.methods.fusion.error_model import LEVEL, MINIMUM_SHARE, REWEIGHTINGS, ErrorModel, Z


def made(dates=30, cells=80, predictors=4, seed=5):
    """Predictors, errors with heavy tails whose variance depends on the third predictor alone, and their dates."""
    rng = np.random.default_rng(seed)
    x = np.ones((predictors, dates * cells))
    x[1:] = rng.uniform(0, 1, x[1:].shape)
    errors = rng.standard_t(3, x.shape[1]) * np.sqrt(0.0001 + 0.0009 * x[2])
    return x, errors, np.repeat(np.arange(dates), cells)


def test_half_the_width_of_the_interval():
    assert pytest.approx(norm.ppf(0.95)) == Z
    assert norm.cdf(Z) - norm.cdf(-Z) == pytest.approx(LEVEL)


def test_coefficients_agree_with_another_solver():
    """The reweighted fits once more, with scipy's bounded least squares instead of its `nnls`."""
    x, errors, dates = made(dates=10)
    weight = 1 / np.bincount(dates)[dates]
    squares = errors**2
    expected = np.full(errors.size, np.average(squares, weights=weight))
    for _ in range(REWEIGHTINGS):
        root = np.sqrt(weight) / expected
        solved = lsq_linear(x.T * root[:, None], squares * root, (0, np.inf), tol=1e-14).x
        floor = MINIMUM_SHARE * np.average(squares, weights=weight) / np.average(x, axis=1, weights=weight)
        expected = x.T @ np.maximum(solved, floor)
    np.testing.assert_allclose(ErrorModel.fit(x, errors, dates).coefficients, np.maximum(solved, floor), rtol=1e-4)


def test_intervals_hold_on_exchangeable_dates():
    # Heavy tails, which a normal distribution does not have: the factor has to make up for them.
    x, errors, dates = made(dates=60)
    half = errors.size // 2
    model = ErrorModel.fit(x[:, :half], errors[:half], dates[:half])
    held = np.abs(errors[half:]) <= 1.6449 * model.standard_deviation(x[:, half:])
    assert 0.88 <= held.mean() <= 0.92
    quiet = x[2, half:] < 0.2
    assert abs(held[quiet].mean() - held[~quiet].mean()) < 0.05
    assert model.coefficients.argmax() == 2 and (model.coefficients > 0).all()


def test_the_factor_by_hand():
    """A constant predictor and one date: the 90 % quantile of the errors becomes 1.645 standard deviations."""
    errors = np.arange(1, 12) / 100  # the tenth of eleven is the first that nine tenths do not exceed
    model = ErrorModel.fit(np.ones((1, 11)), errors, np.zeros(11, int))
    assert model.coefficients[0] == pytest.approx((errors**2).mean())
    assert Z * model.standard_deviation(np.ones((1, 1)))[0] == pytest.approx(0.1)


def test_each_date_has_the_same_weight():
    """A date of a thousand small errors and one of ten large ones: the mean square is that of two dates."""
    errors = np.concatenate([np.full(1000, 0.01), np.full(10, 0.03)])
    dates = np.concatenate([np.zeros(1000, int), np.ones(10, int)])
    model = ErrorModel.fit(np.ones((1, errors.size)), errors, dates)
    assert model.coefficients[0] == pytest.approx((0.01**2 + 0.03**2) / 2)


@given(st.integers(0, 3), st.floats(0, 50))
def test_the_deviation_grows_with_every_predictor(which, more):
    x, errors, dates = made(dates=5, cells=20)
    model = ErrorModel.fit(x, errors, dates)
    at = np.full((4, 1), 0.5)
    beside = at.copy()
    beside[which] += more
    assert model.standard_deviation(beside)[0] >= model.standard_deviation(at)[0]


def test_the_deviation_by_hand_on_a_map():
    model = ErrorModel(np.array([0.0004, 0.0012]), 1.5)
    predictors = np.array([np.ones((2, 3)), np.full((2, 3), 0.25)], np.float32)
    deviation = model.standard_deviation(predictors)
    assert deviation.shape == (2, 3) and deviation.dtype == np.float32
    np.testing.assert_allclose(deviation, 1.5 * np.sqrt(0.0004 + 0.0003), rtol=1e-6)


def test_errors_of_zero_leave_a_positive_deviation():
    model = ErrorModel.fit(np.ones((2, 6)), np.zeros(6), np.repeat([0, 1], 3))
    assert model.standard_deviation(np.ones((2, 1)))[0] > 0


@given(st.integers(0, 2**31))
def test_the_order_of_cells_and_the_names_of_dates_do_not_matter(seed):
    x, errors, dates = made(dates=6, cells=15)
    rng = np.random.default_rng(seed)
    order, names = rng.permutation(errors.size), rng.permutation(6)
    one, other = ErrorModel.fit(x, errors, dates), ErrorModel.fit(x[:, order], errors[order], names[dates[order]])
    np.testing.assert_allclose(other.coefficients, one.coefficients, rtol=1e-5)
    assert other.factor == pytest.approx(one.factor, rel=1e-5)


@pytest.mark.parametrize("scale", [0.1, 3.0])
def test_errors_of_another_size_scale_the_deviation(scale):
    x, errors, dates = made(dates=10)
    one, other = ErrorModel.fit(x, errors, dates), ErrorModel.fit(x, scale * errors, dates)
    np.testing.assert_allclose(
        other.standard_deviation(x[:, :50]), scale * one.standard_deviation(x[:, :50]), rtol=1e-4
    )
