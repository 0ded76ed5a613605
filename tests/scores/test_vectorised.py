import numpy as np
import pytesmo.metrics as pytesmo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from smen.scores.metrics import METRICS, pearson_r, ubrmse
from smen.scores.vectorised import _COLUMNS_AT_ONCE, by_column


@pytest.mark.parametrize("name", METRICS)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), single=st.booleans())
def test_says_what_the_loop_says(name, seed, single):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 0.6, (2, 9, 12))
    x[:, 3] = 0.1 + 0.2  # constants, one of them with a gap
    y[:, 4] = 1 / 3
    x[2, 3] = np.nan
    for values in (x, y):
        values[rng.random(values.shape) < rng.random()] = np.nan
    y[:, 5] = x[:, 5]
    x[:, 6] = np.nan
    if single:
        x, y = x.astype(np.float32), y.astype(np.float32)
    metric = METRICS[name]
    loop = [metric(a, b) for a, b in zip(x.T, y.T, strict=True)]
    np.testing.assert_allclose(by_column(metric, x, y), loop, rtol=1e-9, atol=1e-12)


def test_agrees_with_scipy():
    rng = np.random.default_rng(1)
    x, y = rng.normal(0.2, 0.05, (2, 30, 7))
    np.testing.assert_allclose(by_column(pearson_r, x, y), stats.pearsonr(x, y, axis=0).statistic, atol=1e-12)
    np.testing.assert_allclose(by_column(ubrmse, x, y) ** 2, stats.moment(x - y, 2, axis=0), atol=1e-12)


def test_any_other_metric_goes_column_by_column():
    x, y = np.array([[1.0, 5.0], [2.0, 7.0]]), np.zeros((2, 2))
    np.testing.assert_array_equal(by_column(lambda a, b: float(np.max(a - b)), x, y), [2, 7])


@pytest.mark.parametrize("metric", METRICS.values())
@pytest.mark.parametrize("shape", [(0, 3), (4, 0)])
def test_nothing_at_all(metric, shape):
    found = by_column(metric, np.empty(shape), np.empty(shape))
    assert found.shape == shape[1:]
    assert np.isnan(found).all()


IN_PYTESMO = {"bias": pytesmo.bias, "rmse": pytesmo.rmsd, "ubrmse": pytesmo.ubrmsd, "r": pytesmo.pearson_r}


@pytest.mark.parametrize("name", METRICS)
def test_agrees_with_pytesmo_over_time_at_each_cell(name):
    rng = np.random.default_rng(8)
    target = rng.uniform(0.02, 0.5, (25, 40))
    estimate = 0.6 * target + rng.normal(0.05, 0.04, target.shape)
    estimate[:, ::7] = np.nan
    target[3:5] = np.nan
    values = by_column(METRICS[name], estimate, target)
    for column in range(40):
        valid = np.isfinite(estimate[:, column]) & np.isfinite(target[:, column])
        if valid.any():
            expected = IN_PYTESMO[name](estimate[valid, column], target[valid, column])
            assert values[column] == pytest.approx(expected, abs=1e-6)
        else:
            assert np.isnan(values[column])


def test_more_columns_than_are_computed_at_once():
    rng = np.random.default_rng(9)
    x, y = rng.normal(0.2, 0.05, (2, 3, _COLUMNS_AT_ONCE + 5))
    values = by_column(ubrmse, x, y)
    assert values.shape == (_COLUMNS_AT_ONCE + 5,)
    np.testing.assert_allclose(values, np.std(x - y, axis=0))
