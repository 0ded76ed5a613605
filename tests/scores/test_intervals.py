import numpy as np
import pytest
from scipy import stats

from smen.scores.intervals import block_length, mean_interval, paired_difference, resample


def test_independent_dates_agree_with_the_classical_interval():
    values = np.random.default_rng(1).normal(0.05, 0.01, 200)
    interval = mean_interval(values, block=1, resamples=20000)
    low, high = stats.norm.interval(0.95, values.mean(), stats.sem(values))
    assert interval.value == pytest.approx(values.mean())
    assert (interval.low, interval.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    assert interval.dates == 200


def test_dates_that_err_together_give_a_wider_interval():
    rng = np.random.default_rng(2)
    values = np.repeat(rng.normal(0, 1, 300), 10)
    blocks, single = mean_interval(values, block=100), mean_interval(values, block=1)
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
