"""Percentiles with their intervals: joined scores, and that the intervals hold."""

import numpy as np
import pytest
from made_normals import CELLS, JULY, SHAPE, WINDOW, made_normals, record_times, seasonal_mean
from scipy.stats import norm, t

from smen.data.drought_classes import DroughtClass
from smen.indices.percentile import (
    COMMON,
    SEASONS_APART,
    PercentileEstimate,
    estimate_percentile,
    in_the_long_run,
    joined,
)


def usual(normals, share):
    """Fields of which each cell is at a share of its climatology."""
    season = normals.season(JULY)
    level = np.array([np.interp(share, [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5], season.quantiles[:8, r, c])
                      for r in range(24) for c in range(24)]).reshape(24, 24)  # fmt: skip
    return normals.transfer.to_fine(level)


def test_a_map_at_a_quantile_of_its_season_has_this_percentile():
    normals, _, _ = made_normals(gain=0.5, offset=0.1)
    none = np.full(SHAPE, np.nan)
    for share in (0.05, 0.2, 0.5):
        estimate = estimate_percentile(normals, JULY, usual(normals, share), 0.01 * CELLS, none)
        np.testing.assert_allclose(estimate.percentile, 100 * share, atol=1.0)


def test_the_coarse_score_draws_the_joined_one_by_its_variance():
    first, second = np.array([[0.0]]), np.array([[-2.0]])
    score, variance = joined(first, np.array([[0.3]]), second, np.array([[0.1]]))
    assert score[0, 0] == pytest.approx(-1.5)
    shared = COMMON * np.sqrt(0.03)
    assert variance[0, 0] == pytest.approx(0.25**2 * 0.3 + 0.75**2 * 0.1 + 2 * 0.25 * 0.75 * shared)


def test_without_a_coarse_score_the_map_stands_alone():
    score, variance = joined(np.array([[-1.0]]), np.array([[0.3]]), np.array([[np.nan]]), np.array([[0.1]]))
    assert (score[0, 0], variance[0, 0]) == (-1.0, 0.3)


def test_the_interval_is_that_of_the_long_run_and_wider_with_a_shorter_record():
    long, short = (made_normals(years)[0] for years in (10, 3))
    widths = []
    for normals in (long, short):
        estimate = estimate_percentile(normals, JULY, usual(normals, 0.2), 0.02 * CELLS, np.full(SHAPE, np.nan))
        low, high = estimate.interval()
        expected = 100 * norm.cdf(estimate.centre + t.ppf(0.05, estimate.freedom) * np.sqrt(estimate.variance))
        np.testing.assert_allclose(low, expected, rtol=1e-4)
        assert (low < estimate.percentile).all() and (estimate.percentile < high).all()
        widths.append((high - low).mean())
    assert widths[1] > widths[0] + 3


def test_the_probability_of_drought_is_half_at_its_bound():
    score = norm.ppf(np.array([[0.2, 0.02, 0.7]]))
    estimate = PercentileEstimate(score, score, np.full((1, 3), 0.2), np.full((1, 3), 1e4))
    chance = estimate.probability_of(DroughtClass.D1)[0]
    assert chance[0] == pytest.approx(0.5) and chance[1] > 0.95 and chance[2] < 0.01
    assert (estimate.probability_of(DroughtClass.D3) < chance).all()


def test_a_short_record_states_its_chances_less_surely():
    """The fewer the years the nearer the chance is to the middle, and the more weight lies in the tails."""
    score, own = np.array([[-1.8]]), np.array([[0.1]])
    chances, reach = [], []
    for years in (3.0, 5.0, 10.0, 1000.0):
        estimate = in_the_long_run(score, own, np.array([[1.2 / years]]), np.array([[years]]))
        chances.append(estimate.probability_of(DroughtClass.D1)[0, 0])
        low, high = estimate.interval()
        reach.append(high[0, 0] - low[0, 0])
        assert low[0, 0] <= estimate.percentile[0, 0] <= high[0, 0]
    assert np.all(np.diff(chances) > 0) and np.all(np.diff(reach) < 0)
    assert chances[0] < 0.9 < 0.99 < chances[-1]
    assert chances[-1] == pytest.approx(norm.cdf((norm.ppf(0.2) + 1.8) / np.sqrt(0.1)), abs=2e-3)


def test_the_long_run_is_satterthwaites_sum_of_two_variances():
    estimate = in_the_long_run(np.array([[-1.0]]), np.array([[0.2]]), np.array([[0.3]]), np.array([[4.0]]))
    drawn = 1 / 1.3
    assert estimate.centre[0, 0] == pytest.approx(-drawn)
    assert estimate.variance[0, 0] == pytest.approx(0.2 + 0.3 * drawn)
    assert estimate.freedom[0, 0] == pytest.approx(
        (0.2 + 0.3 * drawn) ** 2 / ((0.3 * drawn) ** 2 / (3 * SEASONS_APART))
    )


def test_an_extreme_score_of_a_short_record_lies_in_its_own_interval():
    estimate = in_the_long_run(np.array([[-3.7]]), np.array([[0.01]]), np.array([[8.0]]), np.array([[2.0]]))
    low, high = estimate.interval()
    assert low[0, 0] <= estimate.percentile[0, 0] <= high[0, 0]


def test_intervals_hold_the_percentile_of_a_known_truth():
    """Truths of a known distribution, maps of them with a known error: 85 to 95 % of the percentiles are held."""
    normals, _, _ = made_normals()
    rng = np.random.default_rng(5)
    error, spread, held = 0.015, 0.04, []
    mean = seasonal_mean(np.array([JULY]))[0]
    for _ in range(40):
        score = rng.standard_normal()  # one weather for all of the small region
        truth = mean + spread * score
        seen = truth + error * rng.standard_normal(WINDOW.shape)
        coarse = np.full(SHAPE, truth) + 0.01 * rng.standard_normal()
        low, high = estimate_percentile(normals, JULY, seen, error * CELLS, coarse).interval()
        true = 100 * norm.cdf(score)
        held.append(((low <= true) & (true <= high)).mean())
    assert 0.8 <= np.mean(held) <= 0.99, np.mean(held)


def test_a_cells_error_is_stated_in_part_by_those_of_all_cells():
    normals, _, _ = made_normals()
    none, moisture = np.full(SHAPE, np.nan), usual(normals, 0.3)
    half = np.where(np.arange(WINDOW.width) < 12, 0.01, 0.04) * CELLS
    alone, beside = (estimate_percentile(normals, JULY, moisture, sd, none).variance for sd in (0.01 * CELLS, half))
    assert (beside[:, :12] > alone[:, :12]).all() and (beside[:, 12:] > beside[:, :12]).all()
    assert np.isfinite(beside).all()


def test_a_cell_without_a_map_has_no_percentile_but_others_do():
    normals, _, _ = made_normals()
    moisture = usual(normals, 0.5)
    moisture[3, 4] = np.nan
    estimate = estimate_percentile(normals, JULY, moisture, 0.02 * CELLS, np.full(SHAPE, 0.2))
    assert np.isnan(estimate.percentile[3, 4]) and np.isfinite(estimate.percentile).sum() == moisture.size - 1


def test_a_season_is_that_of_the_map():
    """The same soil moisture is dry in the wet season, and wet in the dry one."""
    normals, _, _ = made_normals()
    moisture, none = 0.25 * CELLS, np.full(SHAPE, np.nan)
    winter, summer = (
        estimate_percentile(normals, np.datetime64(day, "s"), moisture, None, none).percentile.mean()
        for day in ("2018-01-15", "2018-07-15")
    )
    assert winter < 15 and summer > 85 and len(record_times()) > 1000
