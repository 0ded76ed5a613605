import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from smen.scores.metrics import rmse
from smen.scores.probabilistic import best_constant_crps, coverage, crps, spread_skill

SIZES = st.floats(0.001, 1)
VALUES = st.floats(-1, 1)


@pytest.mark.parametrize(("mean", "deviation", "target"), [(0.0, 1.0, 0.3), (0.2, 0.05, 0.31), (1.0, 2.0, -3.0)])
def test_crps_is_the_integral_of_its_definition(mean, deviation, target):
    below = quad(lambda x: norm.cdf(x, mean, deviation) ** 2, mean - 12 * deviation, target)[0]
    above = quad(lambda x: norm.sf(x, mean, deviation) ** 2, target, mean + 12 * deviation)[0]
    assert crps(mean, deviation, target) == pytest.approx(below + above, abs=1e-6)


def test_crps_is_that_of_a_large_ensemble():
    """The energy form, E|X - y| - E|X - X'| / 2 (Gneiting and Raftery 2007, eq. 21), of sampled members."""
    members, others = np.random.default_rng(1).normal(0.2, 0.05, (2, 200_000))
    expected = np.mean(np.abs(members - 0.31)) - np.mean(np.abs(members - others)) / 2
    assert crps(0.2, 0.05, 0.31) == pytest.approx(expected, rel=0.01)


def test_crps_of_a_perfect_mean_by_hand():
    # z = 0: deviation (2 / sqrt(2 pi) - 1 / sqrt(pi)) = .2337 deviations.
    assert crps(0.2, 0.1, 0.2) == pytest.approx(0.0233695, abs=1e-7)
    assert crps([0.2, 0.4], [0.1, 0.2], [0.2, 0.4]) == pytest.approx(1.5 * 0.0233695, abs=1e-7)


@settings(max_examples=50)
@given(VALUES, SIZES, VALUES, SIZES, VALUES)
def test_crps_scales_with_the_units_and_does_not_depend_on_the_level(mean, deviation, target, factor, shift):
    score = crps(mean, deviation, target)
    scaled = crps(factor * mean, factor * deviation, factor * target)
    assert scaled == pytest.approx(factor * score, rel=1e-6, abs=1e-12)
    assert crps(mean + shift, deviation, target + shift) == pytest.approx(score, abs=1e-9)
    assert crps(-mean, deviation, -target) == pytest.approx(score, abs=1e-12)
    assert 0 <= score <= abs(mean - target) + deviation


def test_a_tiny_deviation_gives_the_absolute_error():
    assert crps([0.1, 0.3], [1e-12, 1e-12], [0.2, 0.0]) == pytest.approx(0.2)


def test_scores_leave_missing_cells_out():
    assert crps([0, np.nan, 0], [1, 1, 1], [0.3, 0, np.nan]) == pytest.approx(crps(0, 1, 0.3))
    assert coverage([0, 0, 9], [1, np.nan, 1], [0.3, 5, np.nan]) == 1
    assert spread_skill([0, 0, 9], [1, np.nan, 1], [0.5, 5, np.nan]) == pytest.approx(2)
    for score in (crps, coverage, spread_skill):
        assert np.isnan(score([np.nan], [1], [1]))
    assert np.isnan(best_constant_crps([np.nan], [1])).all()


def test_coverage_by_hand():
    # 1.6449 deviations hold 90 %, one deviation 68.27 %.
    assert coverage(np.zeros(4), np.ones(4), [0.0, 1.64, -1.65, 2.0]) == 0.5
    assert coverage(np.zeros(2), np.ones(2), [0.99, 1.01], level=0.6827) == 0.5


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_coverage_is_that_of_the_interval_of_scipy(level):
    rng = np.random.default_rng(2)
    mean, deviation = rng.normal(0.2, 0.1, 5000), rng.uniform(0.01, 0.1, 5000)
    target = rng.normal(mean, deviation)
    low, high = norm.interval(level, mean, deviation)
    share = coverage(mean, deviation, target, level)
    assert share == pytest.approx(np.mean((low <= target) & (target <= high)))
    assert share == pytest.approx(level, abs=0.02)  # as the targets are drawn from what is stated


def test_a_calibrated_method_has_a_ratio_of_one_however_its_errors_vary():
    rng = np.random.default_rng(3)
    deviation = rng.uniform(0.01, 0.2, 40_000)
    target = rng.normal(0, deviation)
    assert spread_skill(np.zeros(40_000), deviation, target) == pytest.approx(1, abs=0.02)
    assert np.mean(deviation) / rmse(np.zeros(40_000), target) < 0.92  # as the mean deviation would not
    assert spread_skill(np.zeros(40_000), 0.5 * deviation, target) == pytest.approx(0.5, abs=0.01)


def test_the_ratio_by_hand():
    # Errors 3 and 4: mean square 12.5; stated 1 and 7: mean square 25.
    assert spread_skill([0, 0], [1, 7], [3, -4]) == pytest.approx(np.sqrt(2))
    assert np.isnan(spread_skill([0.2], [0.1], [0.2]))


def test_the_best_constant_is_that_of_the_errors():
    errors = np.random.default_rng(0).normal(0, 0.03, 20000)
    least, deviation = best_constant_crps(np.zeros(errors.size), errors)
    assert deviation == pytest.approx(0.03, rel=0.03)
    assert least == pytest.approx(0.03 / np.sqrt(np.pi), rel=0.03)  # the CRPS of a normal distribution that is right


def test_no_other_constant_is_better():
    rng = np.random.default_rng(4)
    errors = rng.standard_t(4, 300) * 0.03
    least, deviation = best_constant_crps(np.zeros(300), errors)
    grid = [crps(np.zeros(300), np.full(300, s), errors) for s in np.linspace(0.005, 0.1, 60)]
    assert least <= min(grid) + 1e-9
    assert least == crps(np.zeros(300), np.full(300, deviation), errors)
