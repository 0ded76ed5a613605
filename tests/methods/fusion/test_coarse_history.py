"""The coarse history against pandas' exponential averages, loops and hand computation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_fields import make_fields
from made_fusion import FIELDS

from smen.grid import M36
from smen.methods.fusion.coarse_history import (
    BASE,
    MINIMUM_VALUES,
    PAIR_WITHIN,
    TIME_CONSTANTS_DAYS,
    CoarseHistory,
    direction_bias,
)

NO_BIAS = np.zeros(FIELDS.coarse.shape[1:])


def with_gaps(seed=0, share=0.3):
    """The fields with missing coarse cells and uneven times."""
    rng = np.random.default_rng(seed)
    coarse = FIELDS.coarse.copy()
    coarse[rng.random(coarse.shape) < share] = np.nan
    hours = np.cumsum(rng.integers(5, 100, len(coarse))).astype("timedelta64[h]")
    time = FIELDS.coarse_time[0] + hours
    return replace(FIELDS, coarse=coarse, coarse_time=time.astype("datetime64[s]"))


@pytest.mark.parametrize("k", range(1, len(TIME_CONSTANTS_DAYS)))
def test_averages_agree_with_pandas(k):
    fields = with_gaps()
    history = CoarseHistory.of(fields, NO_BIAS)
    half_life = pd.Timedelta(days=TIME_CONSTANTS_DAYS[k] * np.log(2))
    times = pd.Series(fields.coarse_time.astype("datetime64[ns]"))
    for cell in ((0, 0), (1, 2), (2, 3)):
        series = pd.Series(fields.coarse[:, *cell].astype(float))
        expected = series.ewm(halflife=half_life, times=times, ignore_na=False).mean()
        # Where all weights have decayed below rounding the last value stands in both.
        np.testing.assert_allclose(history.averages[k][:, *cell], expected, rtol=1e-5)


def test_a_time_constant_of_zero_is_the_last_value():
    fields = with_gaps()
    history = CoarseHistory.of(fields, NO_BIAS)
    expected = pd.DataFrame(fields.coarse.reshape(len(fields.coarse), -1)).ffill().to_numpy()
    np.testing.assert_array_equal(history.averages[0].reshape(expected.shape), expected)


@pytest.mark.parametrize("k", range(1, len(TIME_CONSTANTS_DAYS)))
def test_two_sided_averages_weigh_by_distance_in_time(k):
    fields = with_gaps()
    history = CoarseHistory.of(fields, NO_BIAS, two_sided=True)
    days = (fields.coarse_time - fields.coarse_time[0]) / np.timedelta64(1, "D")
    after = days - days[:, None]
    weight = np.exp(-np.abs(after) / TIME_CONSTANTS_DAYS[k])
    weight[(after > 60) | (after > 10 * TIME_CONSTANTS_DAYS[k])] = 0
    for cell in ((0, 0), (1, 2), (2, 3)):
        values = fields.coarse[:, *cell].astype(float)
        valid = np.isfinite(values)
        enough = weight[:, valid].sum(axis=1) > 1e-5
        sums = weight[enough][:, valid]
        expected = np.full(len(values), np.nan)
        expected[enough] = (sums * values[valid]).sum(axis=1) / sums.sum(axis=1)
        np.testing.assert_allclose(history.averages[k][enough][:, *cell], expected[enough], rtol=1e-4)


def test_two_sided_without_a_filter_is_interpolated_in_time():
    fields = with_gaps()
    history = CoarseHistory.of(fields, NO_BIAS, two_sided=True)
    index = pd.DatetimeIndex(fields.coarse_time.astype("datetime64[ns]"))
    series = pd.DataFrame(fields.coarse.reshape(len(index), -1).astype(float), index=index)
    expected = series.interpolate("time", limit_direction="both").to_numpy()
    np.testing.assert_allclose(history.averages[0].reshape(expected.shape), expected, rtol=1e-5)


def test_two_sided_averages_of_a_cell_never_seen_are_missing():
    coarse = FIELDS.coarse.copy()
    coarse[:, 1, 2] = np.nan
    averages = CoarseHistory.of(replace(FIELDS, coarse=coarse), NO_BIAS, two_sided=True).averages
    assert np.isnan(averages[:, :, 1, 2]).all() and np.isfinite(averages[:, :, 0, 0]).all()


def test_no_average_looks_ahead():
    fields = with_gaps()
    later = fields.coarse.copy()
    later[31:] = 0.9
    before, after = (CoarseHistory.of(f, NO_BIAS).averages for f in (fields, replace(fields, coarse=later)))
    np.testing.assert_array_equal(after[:, :31], before[:, :31])
    assert (after[BASE, 31:] != before[BASE, 31:]).any()


def test_a_constant_bias_is_taken_out_of_the_averages():
    """Fields that differ by direction alone: after correction each average is the overpass's own value."""
    sign = np.where(FIELDS.coarse_descending, 0.5, -0.5)[:, None, None]
    coarse = (0.2 + 0.04 * sign * np.ones_like(FIELDS.coarse)).astype(np.float32)
    history = CoarseHistory.of(replace(FIELDS, coarse=coarse), np.full(NO_BIAS.shape, 0.04))
    for average in history.averages:
        np.testing.assert_allclose(average, coarse, atol=1e-6)


def test_the_bias_between_directions():
    """A bias of .03 in every pair, drawn to 0 as if by five pairs without any."""
    sign = np.where(FIELDS.coarse_descending, 0.5, -0.5)[:, None, None]
    coarse = (0.2 + 0.03 * sign * np.ones_like(FIELDS.coarse)).astype(np.float32)
    fields = replace(FIELDS, coarse=coarse)
    pairs = len(coarse) - 1  # a day and a half apart, by turns: each with the one before it
    np.testing.assert_allclose(direction_bias(fields, fields.coarse_time[-1]), 0.03 * pairs / (pairs + 5), rtol=1e-5)
    np.testing.assert_allclose(direction_bias(fields, fields.coarse_time[10]), 0.03 * 10 / 15, rtol=1e-5)
    apart = replace(fields, coarse_time=fields.coarse_time[0] + np.arange(len(coarse)) * PAIR_WITHIN)
    assert (direction_bias(apart, apart.coarse_time[-1]) == 0).all()


def test_what_stands_out_from_its_neighbours_by_hand():
    history = CoarseHistory.of(FIELDS, NO_BIAS)
    cells = np.zeros((3, 4))
    cells[1, 1] = 1.0
    # The cell stands out by 1, each of its four neighbours by -1/4; elsewhere nothing does.
    expected = np.zeros((3, 4))
    expected[1, 1] = 1.0
    expected[[0, 2, 1, 1], [1, 1, 0, 2]] = -0.25
    np.testing.assert_allclose(history.laplacian(cells), history.bilinear(expected), atol=1e-6)


@pytest.mark.parametrize("value", [0.3, np.nan])
def test_a_flat_field_has_no_shape(value):
    history = CoarseHistory.of(FIELDS, NO_BIAS)
    assert (history.laplacian(np.full((3, 4), value)) == 0).all()
    assert np.abs(history.cell_minus_bilinear(np.full((3, 4), value))).max() < 1e-6


def test_a_missing_cell_counts_as_the_mean_of_the_others():
    history = CoarseHistory.of(FIELDS, NO_BIAS)
    cells = np.random.default_rng(2).uniform(0.1, 0.3, (3, 4))
    hole, filled = cells.copy(), cells.copy()
    hole[1, 2] = np.nan
    filled[1, 2] = np.nanmean(hole)
    np.testing.assert_allclose(history.laplacian(hole), history.laplacian(filled), atol=1e-7)


def test_the_difference_from_the_interpolated_field_by_cells():
    history = CoarseHistory.of(FIELDS, NO_BIAS)
    window, cells = FIELDS.window, np.random.default_rng(3).uniform(0.1, 0.3, (3, 4))
    found, between = history.cell_minus_bilinear(cells), history.bilinear(cells)
    for i, j in ((0, 0), (5, 20), (23, 35)):
        own = cells[(window.row + i) // 12 - window.row // 12, (window.column + j) // 12 - window.column // 12]
        assert found[i, j] == pytest.approx(own - between[i, j], abs=1e-6)


def test_stacks_are_interpolated_one_by_one():
    history = CoarseHistory.of(FIELDS, NO_BIAS)
    stack = history.averages[:, 5]
    for operation in (history.bilinear, history.laplacian, history.cell_minus_bilinear):
        alone = np.array([operation(cells) for cells in stack])
        np.testing.assert_allclose(operation(stack), alone, atol=1e-7)
        assert alone.shape == (len(TIME_CONSTANTS_DAYS), *FIELDS.window.shape)


def test_variability_needs_values():
    fields = with_gaps(share=0.5)
    history = CoarseHistory.of(fields, NO_BIAS)
    counts = np.isfinite(fields.coarse).sum(axis=(1, 2)).cumsum()
    enough = int(np.argmax(counts >= MINIMUM_VALUES))
    assert np.isnan(history.variability(enough - 1))
    expected = np.nanstd(fields.coarse[: enough + 1].astype(float))
    assert history.variability(enough) == pytest.approx(expected, rel=1e-6)


def test_the_grid_is_that_of_the_fields():
    assert CoarseHistory.of(FIELDS, NO_BIAS).grid == M36
    other = make_fields(n=4, origin=(1000, 2600))
    history = CoarseHistory.of(other, np.zeros(other.coarse.shape[1:]))
    np.testing.assert_array_equal(history.cells, other.coarse.astype(np.float64))


def test_averages_depend_on_time_differences_alone():
    fields = with_gaps()
    later = replace(fields, coarse_time=fields.coarse_time + np.timedelta64(400, "D"))
    np.testing.assert_allclose(
        CoarseHistory.of(later, NO_BIAS).averages, CoarseHistory.of(fields, NO_BIAS).averages, atol=1e-7
    )


def test_an_average_lies_between_the_values_that_it_is_made_of():
    fields = with_gaps(seed=5)
    history = CoarseHistory.of(fields, NO_BIAS)
    lowest = pd.DataFrame(fields.coarse.reshape(len(fields.coarse), -1)).cummin().ffill().to_numpy()
    highest = pd.DataFrame(fields.coarse.reshape(len(fields.coarse), -1)).cummax().ffill().to_numpy()
    for average in history.averages.reshape(len(TIME_CONSTANTS_DAYS), *lowest.shape):
        seen = np.isfinite(lowest)
        np.testing.assert_array_equal(np.isfinite(average), seen)
        assert (average[seen] >= lowest[seen] - 1e-6).all() and (average[seen] <= highest[seen] + 1e-6).all()
