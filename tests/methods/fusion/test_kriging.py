"""Kriging against the full matrices, and against scikit-learn's Gaussian process."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_random_field import dense, draw
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from smen.methods.fusion.covariance import LENGTHS, NestedCovariance
from smen.methods.fusion.kriging import NEIGHBOURS, Kriging

VARIANCES = (1e-4, 4e-4, 2e-4, 3e-4)
MODEL = NestedCovariance(VARIANCES)
PARTS = list(zip(VARIANCES, LENGTHS, strict=True))
SHAPE = (14, 17)


def problem(seed, share=0.6, shape=SHAPE):
    rng = np.random.default_rng(seed)
    observed = rng.random(shape) < share
    observed[shape[0] // 2, shape[1] // 2] = True
    noise = rng.uniform(1e-5, 4e-4, shape)
    values = draw(PARTS, shape, rng)[0] + rng.normal(0, np.sqrt(noise))
    return values, noise, observed


def full(values, noise, observed):
    """Conditional mean and variance of every cell by the full matrices."""
    matrix, flat = dense(PARTS, observed.shape), observed.ravel()
    system = matrix[np.ix_(flat, flat)] + np.diag(noise[observed])
    mean = matrix[:, flat] @ np.linalg.solve(system, values[observed])
    taken = np.einsum("ij,ji->i", matrix[:, flat], np.linalg.solve(system, matrix[flat]))
    return mean.reshape(observed.shape), (MODEL.sill - taken).reshape(observed.shape)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31), st.floats(0.02, 1))
def test_the_mean_is_that_of_the_full_matrices(seed, share):
    values, noise, observed = problem(seed, share)
    kriging = Kriging(MODEL, SHAPE)
    found = kriging.mean(kriging.solve(values, noise, observed))
    np.testing.assert_allclose(found, full(values, noise, observed)[0], atol=2e-4)


def test_the_mean_is_that_of_a_gaussian_process():
    values, noise, observed = problem(4)
    kernel = sum((ConstantKernel(v) * Matern(length, nu=0.5) for v, length in PARTS[1:]), ConstantKernel(
        PARTS[0][0]) * Matern(PARTS[0][1], nu=0.5))  # fmt: skip
    process = GaussianProcessRegressor(kernel, alpha=noise[observed], optimizer=None)
    process.fit(np.argwhere(observed), values[observed])
    expected = process.predict(np.argwhere(np.ones(SHAPE, bool))).reshape(SHAPE)
    kriging = Kriging(MODEL, SHAPE)
    np.testing.assert_allclose(kriging.mean(kriging.solve(values, noise, observed)), expected, atol=2e-4)


def test_a_start_near_the_solution_leads_to_the_same():
    values, noise, observed = problem(7)
    kriging = Kriging(MODEL, SHAPE)
    first = kriging.solve(values, noise, observed)
    again = kriging.solve(values, noise, observed, 0.9 * first)
    np.testing.assert_allclose(kriging.mean(again), kriging.mean(first), atol=2e-4)


def test_the_variance_is_that_of_the_full_matrices_where_all_cells_are_neighbours():
    values, noise, _ = problem(1)
    observed = np.zeros(SHAPE, bool)
    observed.flat[np.random.default_rng(1).choice(observed.size, NEIGHBOURS, replace=False)] = True
    found = Kriging(MODEL, SHAPE).variance(noise, observed, np.ones(SHAPE, bool))
    np.testing.assert_allclose(found, full(values, noise, observed)[1], rtol=1e-6)


def test_elsewhere_the_variance_is_a_close_upper_bound():
    values, noise, observed = problem(2)
    found, exact = (
        Kriging(MODEL, SHAPE).variance(noise, observed, np.ones(SHAPE, bool)),
        full(values, noise, observed)[1],
    )
    assert (found > exact - 1e-12).all()
    assert np.median(found / exact) < 1.1


def test_the_errors_have_the_variance_that_is_stated():
    rng = np.random.default_rng(11)
    _, noise, observed = problem(11, 0.4)
    fields = draw(PARTS, SHAPE, rng, 200)
    kriging = Kriging(MODEL, SHAPE)
    errors = [kriging.mean(kriging.solve(f + rng.normal(0, np.sqrt(noise)), noise, observed)) - f for f in fields]
    stated = kriging.variance(noise, observed, np.ones(SHAPE, bool))
    assert np.mean(np.square(errors)) == pytest.approx(stated.mean(), rel=0.06)


def test_far_from_all_observations_nothing_is_known():
    shape = (10, 240)
    observed = np.zeros(shape, bool)
    observed[:, :6] = True
    kriging = Kriging(MODEL, shape)
    noise = np.full(shape, 1e-5)
    mean = kriging.mean(kriging.solve(np.full(shape, 0.05), noise, observed))
    unknown = kriging.variance(noise, observed, np.ones(shape, bool)) / MODEL.sill
    assert mean[5, 3] > 0.045 and abs(mean[5, -1]) < 5e-4
    assert unknown[5, 3] < 0.2 and unknown[5, -1] > 0.999
    assert (np.diff(mean[5, 6:120]) < 1e-6).all() and (np.diff(unknown[5, 6:120]) > -1e-6).all()


def test_nothing_observed_and_nothing_wanted():
    kriging, none = Kriging(MODEL, SHAPE), np.zeros(SHAPE, bool)
    noise = np.full(SHAPE, 1e-4)
    assert (kriging.mean(kriging.solve(np.ones(SHAPE), noise, none)) == 0).all()
    np.testing.assert_array_equal(kriging.variance(noise, none, ~none), MODEL.sill)
    np.testing.assert_array_equal(kriging.variance(noise, ~none, none), MODEL.sill)
