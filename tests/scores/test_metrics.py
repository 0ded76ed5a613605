import numpy as np
import pytest
from scipy import stats

from smen.scores.metrics import METRICS, bias, pearson_r, rmse, ubrmse

RNG = np.random.default_rng(5)
TARGET = RNG.uniform(0.02, 0.5, (20, 30))
ESTIMATE = 0.7 * TARGET + RNG.normal(0.02, 0.03, TARGET.shape)


def test_hand_computed():
    estimate, target = [0.1, 0.3, 0.2, np.nan], [0.2, 0.2, np.nan, 0.4]
    # differences -0.1 and +0.1
    assert bias(estimate, target) == pytest.approx(0, abs=1e-12)
    assert rmse(estimate, target) == pytest.approx(0.1)
    assert ubrmse(estimate, target) == pytest.approx(0.1)
    assert bias([0.3, 0.5], [0.1, 0.1]) == pytest.approx(0.3)
    assert ubrmse([0.3, 0.5], [0.1, 0.1]) == pytest.approx(0.1)


def test_agrees_with_scipy():
    assert pearson_r(ESTIMATE, TARGET) == pytest.approx(stats.pearsonr(ESTIMATE.ravel(), TARGET.ravel())[0], abs=1e-12)
    assert ubrmse(ESTIMATE, TARGET) ** 2 == pytest.approx(stats.moment((ESTIMATE - TARGET).ravel(), 2), abs=1e-12)
    assert rmse(ESTIMATE, TARGET) == pytest.approx(stats.pmean(np.abs(ESTIMATE - TARGET).ravel(), 2), abs=1e-12)
    assert bias(ESTIMATE, TARGET) == pytest.approx(stats.tmean((ESTIMATE - TARGET).ravel()), abs=1e-12)


def test_squares_add_up():
    assert rmse(ESTIMATE, TARGET) ** 2 == pytest.approx(ubrmse(ESTIMATE, TARGET) ** 2 + bias(ESTIMATE, TARGET) ** 2)


def test_a_constant_shows_in_the_bias_alone():
    shifted = ESTIMATE + 0.07
    assert ubrmse(shifted, TARGET) == pytest.approx(ubrmse(ESTIMATE, TARGET), abs=1e-12)
    assert bias(shifted, TARGET) == pytest.approx(bias(ESTIMATE, TARGET) + 0.07)
    assert pearson_r(shifted, TARGET) == pytest.approx(pearson_r(ESTIMATE, TARGET))


@pytest.mark.parametrize("metric", METRICS.values())
def test_missing_cells_have_no_part(metric):
    estimate, target = ESTIMATE.copy(), TARGET.copy()
    estimate[3] = np.nan
    target[:, 7] = np.nan
    kept = np.ones(estimate.shape, bool)
    kept[3] = kept[:, 7] = False
    assert metric(estimate, target) == pytest.approx(metric(ESTIMATE[kept], TARGET[kept]), abs=1e-12)


@pytest.mark.parametrize("metric", METRICS.values())
def test_nothing_valid_is_no_number(metric):
    assert np.isnan(metric([np.nan, 0.1], [0.2, np.nan]))


def test_constants_correlate_with_nothing():
    assert np.isnan(pearson_r(np.full(50, 0.1), RNG.normal(size=50)))
    assert np.isnan(ubrmse([0.1], [0.2]))
