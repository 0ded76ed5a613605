import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from smen.scores.probabilistic import best_constant_crps, coverage, crps


@pytest.mark.parametrize(("mean", "deviation", "target"), [(0.0, 1.0, 0.3), (0.2, 0.05, 0.31), (1.0, 2.0, -3.0)])
def test_crps_is_the_integral_of_its_definition(mean, deviation, target):
    below = quad(lambda x: norm.cdf(x, mean, deviation) ** 2, mean - 12 * deviation, target)[0]
    above = quad(lambda x: norm.sf(x, mean, deviation) ** 2, target, mean + 12 * deviation)[0]
    assert crps(mean, deviation, target) == pytest.approx(below + above, abs=1e-6)


def test_crps_leaves_missing_cells_out():
    assert crps([0, np.nan, 0], [1, 1, 1], [0.3, 0, np.nan]) == pytest.approx(crps(0, 1, 0.3))
    assert np.isnan(crps([np.nan], [1], [1])) and np.isnan(coverage([np.nan], [1], [1]))
    assert np.isnan(best_constant_crps([np.nan], [1])).all()


def test_coverage_by_hand():
    # 1.6449 deviations hold 90 %, one deviation 68.27 %.
    assert coverage(np.zeros(4), np.ones(4), [0.0, 1.64, -1.65, 2.0]) == 0.5
    assert coverage(np.zeros(2), np.ones(2), [0.99, 1.01], level=0.6827) == 0.5


def test_the_best_constant_is_that_of_the_errors():
    errors = np.random.default_rng(0).normal(0, 0.03, 20000)
    least, deviation = best_constant_crps(np.zeros(errors.size), errors)
    assert deviation == pytest.approx(0.03, rel=0.03)
    assert least == pytest.approx(0.03 / np.sqrt(np.pi), rel=0.03)  # the CRPS of a normal distribution that is right
