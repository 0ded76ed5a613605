"""The metrics by hand, by the libraries that the field uses (pytesmo, scikit-learn, scipy), and their properties."""

import numpy as np
import pytesmo.metrics as pytesmo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sklearn

from smen.scores.metrics import METRICS, bias, is_constant, pairs, pearson_r, rmse, ubrmse

RNG = np.random.default_rng(5)
TARGET = RNG.uniform(0.02, 0.5, (20, 30))
ESTIMATE = 0.7 * TARGET + RNG.normal(0.02, 0.03, TARGET.shape)
IN_PYTESMO = {"bias": pytesmo.bias, "rmse": pytesmo.rmsd, "ubrmse": pytesmo.ubrmsd, "r": pytesmo.pearson_r}


def with_gaps():
    estimate, target = ESTIMATE.copy(), TARGET.copy()
    estimate[3] = np.nan
    target[:, 7] = np.nan
    return estimate, target, np.isfinite(estimate) & np.isfinite(target)


@st.composite
def images(draw):
    """Estimate and target of plausible soil moisture."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.sampled_from([(2,), (7,), (4, 5), (3, 2, 4)]))
    target = rng.uniform(0.02, 0.6, shape)
    return target + rng.normal(0, draw(st.floats(0.001, 0.1)), shape), target


def test_hand_computed():
    estimate, target = [0.1, 0.3, 0.2, np.nan], [0.2, 0.2, np.nan, 0.4]
    # differences -0.1 and +0.1
    assert bias(estimate, target) == pytest.approx(0, abs=1e-12)
    assert rmse(estimate, target) == pytest.approx(0.1)
    assert ubrmse(estimate, target) == pytest.approx(0.1)
    assert bias([0.3, 0.5], [0.1, 0.1]) == pytest.approx(0.3)
    assert ubrmse([0.3, 0.5], [0.1, 0.1]) == pytest.approx(0.1)


@pytest.mark.parametrize("name", METRICS)
def test_agrees_with_pytesmo(name):
    estimate, target, valid = with_gaps()
    expected = IN_PYTESMO[name](estimate[valid], target[valid])
    assert METRICS[name](estimate, target) == pytest.approx(expected, abs=1e-6)


def test_agrees_with_scikit_learn():
    estimate, target, valid = with_gaps()
    x, y = estimate[valid], target[valid]
    assert rmse(estimate, target) == pytest.approx(sklearn.root_mean_squared_error(y, x), abs=1e-6)
    centred = sklearn.root_mean_squared_error(y - y.mean(), x - x.mean())
    assert ubrmse(estimate, target) == pytest.approx(centred, abs=1e-6)
    # R2 of a least-squares line is the square of the correlation; explained variance leaves the bias out.
    line = np.polynomial.Polynomial.fit(x, y, 1)(x)
    assert pearson_r(estimate, target) ** 2 == pytest.approx(sklearn.r2_score(y, line), abs=1e-6)
    unexplained = (1 - sklearn.explained_variance_score(y, x)) * np.var(y)
    assert bias(estimate, target) ** 2 == pytest.approx(sklearn.mean_squared_error(y, x) - unexplained, abs=1e-6)


def test_agrees_with_scipy():
    assert pearson_r(ESTIMATE, TARGET) == pytest.approx(stats.pearsonr(ESTIMATE.ravel(), TARGET.ravel())[0], abs=1e-12)
    assert ubrmse(ESTIMATE, TARGET) ** 2 == pytest.approx(stats.moment((ESTIMATE - TARGET).ravel(), 2), abs=1e-12)
    assert rmse(ESTIMATE, TARGET) == pytest.approx(stats.pmean(np.abs(ESTIMATE - TARGET).ravel(), 2), abs=1e-12)
    assert bias(ESTIMATE, TARGET) == pytest.approx(stats.tmean((ESTIMATE - TARGET).ravel()), abs=1e-12)


@settings(max_examples=50)
@given(images())
def test_the_squared_error_is_the_sum_of_its_parts(both):
    """Gupta et al. 2009: bias, difference of the standard deviations, and lack of correlation."""
    estimate, target = both
    assert rmse(*both) ** 2 == pytest.approx(ubrmse(*both) ** 2 + bias(*both) ** 2)
    sx, sy = np.std(estimate), np.std(target)
    parts = (sx - sy) ** 2 + 2 * sx * sy * (1 - pearson_r(*both))
    assert ubrmse(*both) ** 2 == pytest.approx(parts, abs=1e-12)


@settings(max_examples=50)
@given(images(), st.floats(-0.3, 0.3))
def test_a_shift_shows_in_the_bias_alone(both, shift):
    estimate, target = both
    shifted = estimate + shift
    assert bias(shifted, target) == pytest.approx(bias(*both) + shift, abs=1e-12)
    assert ubrmse(shifted, target) == pytest.approx(ubrmse(*both), abs=1e-12)
    assert pearson_r(shifted, target) == pytest.approx(pearson_r(*both), abs=1e-9)


@settings(max_examples=50)
@given(images(), st.floats(0.01, 100))
def test_a_change_of_units_scales_errors_and_leaves_the_correlation(both, factor):
    estimate, target = both
    for metric in (bias, rmse, ubrmse):
        assert metric(factor * estimate, factor * target) == pytest.approx(factor * metric(*both), rel=1e-9, abs=1e-12)
    assert pearson_r(factor * estimate, target) == pytest.approx(pearson_r(*both), abs=1e-9)
    assert pearson_r(-factor * estimate, target) == pytest.approx(-pearson_r(*both), abs=1e-9)


@settings(max_examples=50)
@given(images(), st.randoms())
def test_neither_the_order_of_cells_nor_the_sides_matter(both, random):
    estimate, target = both
    order = list(range(target.size))
    random.shuffle(order)
    for name, metric in METRICS.items():
        expected = pytest.approx(metric(*both), abs=1e-12)
        assert metric(estimate.ravel()[order], target.ravel()[order]) == expected
        assert metric(target, estimate) * (-1 if name == "bias" else 1) == expected


@pytest.mark.parametrize("metric", METRICS.values())
def test_missing_cells_have_no_part(metric):
    estimate, target, valid = with_gaps()
    assert metric(estimate, target) == pytest.approx(metric(ESTIMATE[valid], TARGET[valid]), abs=1e-12)
    estimate[np.isnan(estimate)] = np.inf
    assert metric(estimate, target) == metric(ESTIMATE[valid], TARGET[valid])


@pytest.mark.parametrize("metric", METRICS.values())
def test_nothing_valid_is_no_number(metric):
    assert np.isnan(metric([np.nan, 0.1], [0.2, np.nan]))
    assert np.isnan(metric([], []))


def test_constants_correlate_with_nothing():
    rounding = np.full(50, 0.3)
    rounding[::2] = 0.1 + 0.2  # .30000000000000004
    assert is_constant(rounding) and not is_constant(np.array([0.3, 0.3 + 1e-9]))
    assert np.isnan(pearson_r(rounding, RNG.normal(size=50)))
    assert np.isnan(pearson_r(RNG.normal(size=50), rounding))
    assert np.isnan(ubrmse([0.1], [0.2]))


def test_single_precision_is_widened_before_anything_is_summed():
    large = np.full(1000, 1e4, np.float32) + np.tile(np.float32([0, 1]), 500)
    assert pairs(large, large)[0].dtype == np.float64
    assert ubrmse(large, np.zeros(1000)) == pytest.approx(0.5, abs=1e-9)


def test_one_target_for_all_cells_is_broadcast():
    assert bias([[0.1, 0.2], [0.3, np.nan]], 0.1) == pytest.approx(0.1)
    assert [part.tolist() for part in pairs([0.1, np.nan, 0.3], 0.2)] == [[0.1, 0.3], [0.2, 0.2]]
