import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from smen.scores.aggregation import MINIMUM_DATES, mean_ubrmse, per_cell, per_image, score, with_zeros
from smen.scores.metrics import bias, rmse, ubrmse

TARGET = np.zeros((3, 1, 4))
ESTIMATE = np.array([[[0.1, 0.3, np.nan, np.nan]], [[0.5, 0.5, 0.5, 0.5]], [[0.2, np.nan, np.nan, np.nan]]])


def test_the_aggregations_differ_and_are_what_they_say():
    # Images: errors .1 and .3 (deviation .1); all .5 (deviation 0); a single cell (no deviation).
    np.testing.assert_allclose(per_image(ubrmse, ESTIMATE, TARGET), [0.1, 0.0, np.nan], atol=1e-12)
    scores = score(ESTIMATE, TARGET)
    assert (scores.dates, scores.cells) == (2, 3)
    assert scores.ubrmse == scores.mean["ubrmse"] == pytest.approx(0.05)
    assert scores.median["ubrmse"] == pytest.approx(0.05)
    assert scores.mean["bias"] == pytest.approx((0.2 + 0.5) / 2)
    pooled = np.array([0.1, 0.3, 0.5, 0.5, 0.5, 0.5, 0.2])
    assert scores.pooled["ubrmse"] == pytest.approx(np.sqrt(np.mean((pooled - pooled.mean()) ** 2)))
    assert mean_ubrmse(ESTIMATE, TARGET) == pytest.approx(0.05)


def test_over_time_at_a_place():
    over_time = per_cell(ubrmse, ESTIMATE, TARGET, minimum_dates=2)
    first = np.array([0.1, 0.5, 0.2])
    np.testing.assert_allclose(over_time, [[first.std(), 0.1, np.nan, np.nan]], atol=1e-12)
    assert np.isnan(score(ESTIMATE, TARGET).per_cell["ubrmse"])  # nowhere five dates


def test_no_dates_at_all():
    scores = score(np.empty((0, 2, 2)), np.empty((0, 2, 2)))
    assert scores.dates == 0
    assert np.isnan(scores.ubrmse)


def test_zeros_where_nothing_is_known_flatter():
    # The first image's errors become .1, .3, 0, 0: mean .1, squares .1 / 4, less .01. The third has one cell only.
    np.testing.assert_allclose(with_zeros(ubrmse, ESTIMATE, TARGET), [np.sqrt(0.015), 0.0, np.nan], atol=1e-12)
    np.testing.assert_allclose(with_zeros(bias, ESTIMATE, TARGET), [0.1, 0.5, np.nan], atol=1e-12)
    assert score(ESTIMATE, TARGET).zeros["ubrmse"] == pytest.approx(np.sqrt(0.015) / 2)
    rng = np.random.default_rng(2)
    target = rng.normal(0.2, 0.05, (6, 20, 20))
    estimate = target + rng.normal(0, 0.04, target.shape)
    target[:, :, 5:] = np.nan
    scores = score(estimate, target)
    # Three of four cells are agreed zeros: about half of the error's root mean square is left.
    assert scores.zeros["ubrmse"] == pytest.approx(scores.mean["ubrmse"] / 2, rel=0.02)
    assert scores.zeros["r"] > 0.95 > 0.9 > scores.mean["r"]


def test_a_constant_shows_in_the_bias_alone():
    rng = np.random.default_rng(3)
    target = rng.normal(0.2, 0.05, (8, 9, 7))
    target[rng.random(target.shape) < 0.3] = np.nan
    estimate = target + rng.normal(0, 0.04, target.shape)
    before, after = score(estimate, target), score(estimate + 0.07, target)
    assert after.ubrmse == pytest.approx(before.ubrmse, abs=1e-12)
    for aggregation in ("mean", "pooled", "per_cell"):
        assert getattr(after, aggregation)["bias"] == pytest.approx(getattr(before, aggregation)["bias"] + 0.07)


def test_a_full_stack_by_scipy():
    """Without gaps each aggregation is one call: over the axes of an image, over time, or over everything."""
    rng = np.random.default_rng(4)
    target = rng.normal(0.2, 0.05, (7, 5, 6))
    estimate = target + rng.normal(0, 0.04, target.shape)
    error = estimate - target
    scores = score(estimate, target)
    assert (scores.dates, scores.cells) == (7, 30)
    assert scores.mean["ubrmse"] == pytest.approx(np.mean(np.sqrt(stats.moment(error.reshape(7, -1), 2, axis=1))))
    assert scores.per_cell["ubrmse"] == pytest.approx(np.mean(np.sqrt(stats.moment(error, 2, axis=0))))
    assert scores.pooled["ubrmse"] == pytest.approx(np.sqrt(stats.moment(error.ravel(), 2)))
    correlations = [stats.pearsonr(x.ravel(), y.ravel()).statistic for x, y in zip(estimate, target, strict=True)]
    assert scores.median["r"] == pytest.approx(np.median(correlations))
    assert scores.zeros == pytest.approx(scores.mean)  # no cell is missing


@given(st.integers(0, 2**32 - 1), st.permutations(range(6)))
@settings(max_examples=25)
def test_the_order_of_dates_does_not_matter(seed, order):
    rng = np.random.default_rng(seed)
    estimate, target = rng.uniform(0, 0.5, (2, 6, 4, 3))
    estimate[rng.random(estimate.shape) < 0.2] = np.nan
    before, after = score(estimate, target), score(estimate[order], target[order])
    for aggregation in ("mean", "median", "pooled", "per_cell", "zeros"):
        assert getattr(after, aggregation) == pytest.approx(getattr(before, aggregation), nan_ok=True)
    np.testing.assert_array_equal(per_image(ubrmse, estimate, target)[order],
                                  per_image(ubrmse, estimate[order], target[order]))  # fmt: skip


def test_a_cell_needs_its_minimum_of_dates():
    rng = np.random.default_rng(6)
    estimate, target = rng.normal(size=(2, MINIMUM_DATES, 1, 2))
    estimate[0, 0, 0] = np.nan
    values = per_cell(rmse, estimate, target)
    assert np.isnan(values[0, 0])
    assert values[0, 1] == pytest.approx(rmse(estimate[:, 0, 1], target[:, 0, 1]))


def test_stacks_of_different_length_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        per_image(ubrmse, ESTIMATE, TARGET[:2])
