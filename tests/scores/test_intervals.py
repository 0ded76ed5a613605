import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from smen.scores.intervals import Interval, block_length, mean_interval, metric_interval, paired_difference, resample
from smen.scores.metrics import bias


def test_independent_dates_agree_with_the_classical_interval():
    values = np.random.default_rng(1).normal(0.05, 0.01, 200)
    interval = mean_interval(values, block=1, resamples=5000)
    low, high = stats.norm.interval(0.95, values.mean(), stats.sem(values))
    assert interval.value == pytest.approx(values.mean())
    assert (interval.low, interval.high) == (pytest.approx(low, abs=1.5e-4), pytest.approx(high, abs=1.5e-4))
    assert interval.dates == 200


def test_dates_that_err_together_give_a_wider_interval():
    rng = np.random.default_rng(2)
    values = np.repeat(rng.normal(0, 1, 300), 10)
    blocks, single = (mean_interval(values, block=block, resamples=500) for block in (100, 1))
    # Ten equal dates are worth one: the interval is nearly sqrt(10) times as wide, less what the blocks cut off.
    assert (blocks.high - blocks.low) / (single.high - single.low) == pytest.approx(np.sqrt(10), rel=0.2)


def test_every_date_has_the_same_weight_and_blocks_are_runs():
    index = resample(10, 3, 5000, seed=0)
    assert index.shape == (5000, 10)
    share = np.bincount(index.ravel(), minlength=10) / index.size
    np.testing.assert_allclose(share, 0.1, atol=0.005)
    assert ((index[:, 1] - index[:, 0]) % 10 == 1).all()


def test_pairing_removes_what_both_share():
    rng = np.random.default_rng(3)
    hard = rng.uniform(0.02, 0.08, 60)
    first, second = hard + rng.normal(0, 0.001, 60), hard + 0.002 + rng.normal(0, 0.001, 60)
    difference = paired_difference(first, second)
    assert difference.excludes_zero
    assert difference.low < -0.002 < difference.high
    apart = mean_interval(first)
    assert apart.low < mean_interval(second).value < apart.high  # not told apart without pairing


def test_missing_dates_and_too_few():
    assert mean_interval([np.nan, 0.1, 0.3, np.nan]).value == pytest.approx(0.2)
    assert mean_interval([]).dates == 0
    one = mean_interval([0.2])
    assert one.value == 0.2 and np.isnan(one.low) and not one.excludes_zero
    assert paired_difference([0.1, np.nan, 0.3], [0.2, 0.2, np.nan]).dates == 1


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(4).normal(size=30)
    assert mean_interval(values, seed=7) == mean_interval(values, seed=7)
    assert block_length(27) == 3 and block_length(28) == 4 and block_length(1) == 1
    assert block_length(1000) == 10 and block_length(0) == 1
    assert mean_interval(values, seed=7) != mean_interval(values, seed=8)


def test_the_interval_covers_the_mean_of_dates_that_are_correlated_in_time():
    """AR(1) errors with a lag-one correlation of .5: single dates as blocks cover far too seldom."""
    errors = np.random.default_rng(0).normal(size=(120, 250))
    series = lfilter([1], [1, -0.5], errors, axis=1)[:, 100:]  # of mean 0; the first dates are spun up
    covered = {}
    for block in (None, 1):
        intervals = [mean_interval(dates, block=block, resamples=200) for dates in series]
        covered[block] = np.mean([interval.low <= 0 <= interval.high for interval in intervals])
    assert covered[None] > 0.82 > covered[1]


def test_a_higher_level_is_wider_and_holds_the_lower_one():
    values = np.random.default_rng(5).normal(size=50)
    narrow, wide = mean_interval(values, level=0.5), mean_interval(values, level=0.99)
    assert wide.low < narrow.low < narrow.value == wide.value < narrow.high < wide.high


def test_a_metric_and_its_interval_by_hand():
    estimate = np.stack([np.full((2, 2), level) for level in (0.1, 0.3, 0.5)])
    estimate[1, 0, 0] = np.nan
    interval = metric_interval(bias, estimate, np.zeros(estimate.shape))
    assert interval == mean_interval([0.1, 0.3, 0.5])
    assert interval.value == pytest.approx(0.3) and interval.dates == 3
    assert 0.1 <= interval.low <= interval.high <= 0.5
    assert metric_interval(bias, estimate, np.zeros(estimate.shape), level=0.5).low >= interval.low


def test_a_block_longer_than_the_series_is_cut_to_it():
    interval = mean_interval([0.1, 0.2, 0.4], block=10)
    # Circular blocks of all dates are the same dates in another order: there is no uncertainty left.
    assert (interval.low, interval.high) == pytest.approx((0.7 / 3, 0.7 / 3))


def test_differences_are_of_the_first_minus_the_second():
    gap = paired_difference([0.3, 0.4], [0.1, 0.1])
    assert (gap.value, gap.dates) == (pytest.approx(0.25), 2)
    assert paired_difference([0.1, 0.1], [0.3, 0.4]).value == pytest.approx(-0.25)
    assert not Interval(0.1, np.nan, np.nan, 1).excludes_zero
    assert Interval(-0.1, -0.2, -0.01, 9).excludes_zero and not Interval(0.0, -0.1, 0.1, 9).excludes_zero
