"""Dry-downs: e-folding times of made series, what counts as a dry-down, what does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.simulation.dry_downs import _falling_runs, dry_downs


def saw(days, height=0.15, floor=0.1, period=30, number=6, noise=0.0, seed=0):
    """Series of a cell that rises every `period` days and decays exponentially, from six days at its floor on."""
    t = np.arange(period * number) % period
    series = np.concatenate([np.full(6, floor), floor + height * np.exp(-t / days)])
    return series + noise * np.random.default_rng(seed).standard_normal(series.size)


def as_cells(*series):
    """Series as retrievals (T, 1, columns), three times each: every third cell is looked at."""
    return np.repeat(np.stack(series, 1), 3, axis=1)[:, None].astype(np.float32)


@pytest.mark.parametrize(("days", "height"), [(3.0, 0.3), (6.5, 0.1), (12.9, 0.15)])
def test_the_e_folding_time_of_an_exponential_is_found(days, height):
    (median,) = dry_downs(as_cells(saw(days, height)))
    assert median == pytest.approx(days, rel=0.05)


def test_each_cell_has_its_own_time():
    medians = dry_downs(as_cells(saw(4), saw(8), saw(16)))
    np.testing.assert_allclose(medians, [4, 8, 16], rtol=0.03)


def test_the_interval_counts_in_days():
    """Used every morning, every second or every third: the same number of days."""
    for interval in (1, 2, 3):
        (median,) = dry_downs(as_cells(saw(8)), interval)
        assert median == pytest.approx(8, rel=0.05)


def test_a_floor_that_is_never_reached_shortens_the_time():
    """The floor lies above the least value of the series, as McColl et al. have it."""
    (median,) = dry_downs(as_cells(saw(16)[6:]))
    assert 8 < median < 14


def test_a_little_noise_does_not_bias_the_median():
    medians = dry_downs(as_cells(*(saw(6, noise=0.002, number=12, seed=seed) for seed in range(4))))
    assert np.median(medians) == pytest.approx(6, rel=0.25)


def test_a_cell_with_fewer_than_three_dry_downs_has_no_time():
    assert dry_downs(as_cells(saw(8, number=2))) == []
    assert len(dry_downs(as_cells(saw(8, number=3)))) == 1


def test_straight_lines_and_constants_are_no_dry_downs():
    assert dry_downs(as_cells(np.full(200, 0.2))) == []
    assert dry_downs(as_cells(np.linspace(0.1, 0.4, 200))) == []


def test_pure_noise_gives_few_dry_downs():
    """Five falling values in a row happen once in 120 draws."""
    series = [np.random.default_rng(seed).uniform(0.1, 0.4, 120) for seed in range(5)]
    assert len(dry_downs(as_cells(*series))) <= 1


def test_falling_runs_are_long_and_deep_enough():
    falling = np.array([5.0, 9.0, 8.0, 7.0, 6.0, 5.0, 8.0, 7.0, 6.0, 9.0])
    runs = [run.tolist() for run in _falling_runs(falling)]
    assert runs == [[9.0, 8.0, 7.0, 6.0, 5.0]]  # the second one has three values
    shallow = np.array([0.0, 10.0, 5.9, 5.8, 5.7, 5.6, 5.5, 5.9, 5.8, 5.7, 5.6, 5.5, 6.0])
    assert [run[0] for run in _falling_runs(shallow)] == [10.0]  # the second one falls by 4 % of the range


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40))
def test_falling_runs_fall_and_do_not_overlap(values):
    series = np.array(values)
    length = 0
    for run in _falling_runs(series):
        assert (np.diff(run) < 0).all()
        assert len(run) >= 5
        assert run[0] - run[-1] > 0.1 * np.ptp(series)
        length += len(run)
    assert length <= len(series)


def test_a_run_at_the_end_counts():
    assert [run.tolist() for run in _falling_runs(np.array([1.0, 5, 4, 3, 2, 1]))] == [[5, 4, 3, 2, 1]]
