import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from smen.scores.gdown import g_down

RNG = np.random.default_rng(11)
TARGET = RNG.normal(0.2, 0.05, (12, 15))
ESTIMATE = 0.8 * TARGET + RNG.normal(0.03, 0.02, TARGET.shape)
COARSE = 0.4 * TARGET + RNG.normal(0.15, 0.03, TARGET.shape)


def parts(gain):
    return gain.effi, gain.prec, gain.accu


def test_by_hand():
    target = np.array([0.0, 1.0, 2.0, 3.0])
    gain = g_down(0.5 * target + 1, np.full(4, 1.5), target)
    # Slopes 0 and .5, correlations 0 and 1, biases 0 and .25.
    assert parts(gain) == pytest.approx((0.5 / 1.5, 1.0, -1.0))
    assert gain.g_down == pytest.approx(1 / 9)


def test_agrees_with_the_formulas_on_scipy_s_regression():
    low, high = (stats.linregress(TARGET.ravel(), data.ravel()) for data in (COARSE, ESTIMATE))

    def share(before, after):
        return (abs(before) - abs(after)) / (abs(before) + abs(after))

    expected = (
        share(1 - low.slope, 1 - high.slope),
        share(1 - low.rvalue, 1 - high.rvalue),
        share(np.mean(COARSE - TARGET), np.mean(ESTIMATE - TARGET)),
    )
    gain = g_down(ESTIMATE, COARSE, TARGET)
    assert parts(gain) == pytest.approx(expected, abs=1e-10)
    assert gain.g_down == pytest.approx(sum(expected) / 3, abs=1e-10)


def test_the_other_way_round_has_the_other_sign():
    forth, back = g_down(ESTIMATE, COARSE, TARGET), g_down(COARSE, ESTIMATE, TARGET)
    assert forth.g_down > 0.1
    assert parts(back) == pytest.approx([-part for part in parts(forth)])


def test_what_is_perfect_gains_all_and_what_is_the_same_nothing():
    assert parts(g_down(TARGET, COARSE, TARGET)) == pytest.approx((1, 1, 1))
    assert parts(g_down(COARSE, COARSE, TARGET)) == (0, 0, 0)
    assert parts(g_down(TARGET, TARGET, TARGET)) == (0, 0, 0)


def test_a_constant_has_neither_slope_nor_correlation():
    rounding = np.full(TARGET.shape, 0.1) + 0.2  # .30000000000000004
    rounding[::2] = 0.3
    gain = g_down(rounding, COARSE, TARGET)
    low = stats.linregress(TARGET.ravel(), COARSE.ravel())
    assert gain.effi == pytest.approx((1 - low.slope - 1) / (1 - low.slope + 1), abs=1e-9)
    assert gain.prec == pytest.approx((1 - low.rvalue - 1) / (1 - low.rvalue + 1), abs=1e-9)


def test_only_common_cells_count():
    estimate, coarse, target = ESTIMATE.copy(), COARSE.copy(), TARGET.copy()
    estimate[0], coarse[:, 1], target[3, 3:6] = np.nan, np.nan, np.inf
    kept = np.isfinite(estimate) & np.isfinite(coarse) & np.isfinite(target)
    assert parts(g_down(estimate, coarse, target)) == parts(g_down(ESTIMATE[kept], COARSE[kept], TARGET[kept]))


def test_nothing_to_compare_with_is_no_number():
    assert np.isnan(g_down(ESTIMATE, COARSE, np.full(TARGET.shape, 0.2)).g_down)
    assert np.isnan(g_down([0.1, np.nan], [0.1, 0.2], [0.2, 0.1]).g_down)


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-1, 1))
def test_gains_are_bounded_and_do_not_depend_on_units_or_level(seed, factor, shift):
    fine, low, reference = np.random.default_rng(seed).normal(0.2, 0.05, (3, 20))
    gain = g_down(fine, low, reference)
    assert all(-1 <= part <= 1 for part in (*parts(gain), gain.g_down))
    other = g_down(*(factor * values + shift for values in (fine, low, reference)))
    assert parts(other) == pytest.approx(parts(gain), abs=1e-6)


def test_a_coarse_series_may_be_one_value_for_all_places():
    target = np.array([[0.1, 0.2], [0.3, 0.4]])
    assert parts(g_down(target, 0.25, target)) == parts(g_down(target, np.full((2, 2), 0.25), target))
    assert g_down(target, 0.25, target).prec == pytest.approx(1)
