"""Errors of the radiometer: standard deviations, smoothness, both directions, interpolation against scipy."""

import numpy as np
import pytest
from made_world import make_world
from scipy.interpolate import RegularGridInterpolator

from smen.simulation.climates import CLIMATES
from smen.simulation.coarse_error import EVENING_NOISE, CoarseError

NUMBERS = range(1000, 1300)


@pytest.fixture(scope="module")
def errors():
    """Errors over a world of 13 x 13 coarse cells."""
    return CoarseError(make_world(size=100, name="noise"))


@pytest.fixture(scope="module")
def draws(errors):
    """Noise of three hundred mornings and evenings, (300, rows, columns) each, without the bias."""
    return {d: np.array([errors.of(number, d) for number in NUMBERS]) - errors.bias for d in (True, False)}


def test_noise_has_the_climates_standard_deviation(draws):
    """Measured bound: .011 in Oklahoma."""
    noise = CLIMATES["oklahoma"].coarse_noise
    assert draws[True].std() == pytest.approx(noise, rel=0.1)
    assert draws[False].std() == pytest.approx(noise * EVENING_NOISE, rel=0.1)


def test_noise_has_no_mean(draws):
    """Within four standard errors; overpasses are independent, cells are not."""
    for noise in draws.values():
        assert abs(noise.mean(0)).max() < 4 * noise.std() / np.sqrt(len(NUMBERS))


def test_noise_varies_smoothly(draws):
    """Real 36 km semivariances leave less than .01 m3/m3 of noise that is independent from cell to cell."""
    step = np.diff(draws[True], axis=2)
    assert step.std() / np.sqrt(2) < 0.004


def test_noise_has_its_covariance(draws):
    """Half of it Gaussian over 120 km, half over 400 km: the correlation two cells (65 km) apart."""
    noise = draws[True]
    km = 2 * 36.03
    expected = 0.5 * np.exp(-((km / 120) ** 2)) + 0.5 * np.exp(-((km / 400) ** 2))
    assert (noise[:, 2:] * noise[:, :-2]).mean() / noise.var() == pytest.approx(expected, abs=0.12)


def test_overpasses_are_independent(draws):
    first, second = (draws[True][k::2].ravel() for k in (0, 1))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.15
    assert abs(np.corrcoef(draws[True].ravel(), draws[False].ravel())[0, 1]) < 0.15


@pytest.mark.parametrize("name", CLIMATES)
def test_the_bias_has_the_climates_standard_deviation(name):
    """Over twelve worlds: one world of 11 x 11 cells has but few independent ones."""
    fields = [CoarseError(make_world(name, size=72, seed=seed)).bias for seed in range(12)]
    assert np.std(fields) == pytest.approx(CLIMATES[name].coarse_bias, rel=0.2)
    assert abs(np.mean(fields)) < CLIMATES[name].coarse_bias / 2


def test_the_bias_is_static_and_the_same_in_both_directions(errors, draws):
    for noise in draws.values():
        mean = (noise + errors.bias).mean(0)
        assert np.corrcoef(mean.ravel(), errors.bias.ravel())[0, 1] > 0.99


def test_an_error_is_repeatable(errors):
    again = CoarseError(make_world(size=100, name="noise"))
    np.testing.assert_array_equal(errors.of(1200, True), again.of(1200, True))
    assert not np.array_equal(errors.of(1200, True), errors.of(1200, False))
    other = CoarseError(make_world(size=100, name="noise", seed=2))
    assert not np.array_equal(errors.of(1200, True), other.of(1200, True))
    assert errors.of(1200, True).dtype == np.float32


@pytest.mark.parametrize("coarse_factor", [12, 3, 1])
def test_errors_are_interpolated_linearly(errors, coarse_factor):
    """Against scipy; beyond the outermost centres the nearest value holds."""
    coarse = errors.of(1000, True)
    fine = errors.interpolated(1000, True, coarse_factor)
    factor = 12 // coarse_factor
    assert fine.shape == tuple(size * factor for size in coarse.shape)
    axes = [np.arange(size) + 0.5 for size in coarse.shape]
    points = [np.clip((np.arange(size * factor) + 0.5) / factor, 0.5, size - 0.5) for size in coarse.shape]
    expected = RegularGridInterpolator(axes, coarse)(np.stack(np.meshgrid(*points, indexing="ij"), -1))
    np.testing.assert_allclose(fine, expected, atol=1e-6)
