"""Errors of areas against sums over the full covariance matrix, and against draws from it."""

import numpy as np
import pytest
from made_errors import deviations, full_covariance, made_correlation

from smen.data import area_errors
from smen.data.area_errors import AreaErrors

SHAPE = (12, 14)
ROWS, COLUMNS = np.nonzero(np.add.outer(np.arange(12), np.arange(14)) % 11 > 2)
WEIGHTS = np.random.default_rng(3).uniform(0.1, 1, len(ROWS))
INDEX = ROWS * 14 + COLUMNS


@pytest.fixture
def area():
    return AreaErrors(made_correlation(), ROWS, COLUMNS, WEIGHTS)


def test_the_variance_of_a_mean_is_the_sum_over_all_pairs(area):
    stated = deviations()
    weights = WEIGHTS / WEIGHTS.sum()
    expected = weights @ full_covariance(stated, stated, 0)[np.ix_(INDEX, INDEX)] @ weights
    assert area.mean_variance(stated[ROWS, COLUMNS]) == pytest.approx(expected, rel=1e-6)


def test_cells_without_a_value_take_no_part(area):
    stated = deviations()
    some = np.arange(len(ROWS)) % 3 > 0
    weights = np.where(some, WEIGHTS, 0) / WEIGHTS[some].sum()
    expected = weights @ full_covariance(stated, stated, 0)[np.ix_(INDEX, INDEX)] @ weights
    values = np.where(some, stated[ROWS, COLUMNS], np.nan)
    assert area.mean_variance(values) == pytest.approx(expected, rel=1e-6)
    assert np.isnan(area.mean_variance(np.full(len(ROWS), np.nan)))


def test_a_single_cell_has_its_own_standard_deviation():
    stated = deviations()
    one = AreaErrors(made_correlation(), np.array([5]), np.array([9]), np.array([0.3]))
    assert one.mean_variance(stated[5:6, 9]) ** 0.5 == pytest.approx(stated[5, 9], rel=1e-6)


@pytest.mark.parametrize("days", [0.5, 8.0, 200.0])
def test_the_variance_of_a_change(area, days):
    first, second = deviations(seed=1), deviations(seed=2)
    weights = WEIGHTS / WEIGHTS.sum()
    matrices = [full_covariance(a, b, d) for a, b, d in ((first, first, 0), (second, second, 0), (first, second, days))]
    one, other, cross = (weights @ m[np.ix_(INDEX, INDEX)] @ weights for m in matrices)
    found = area.change_variance(first[ROWS, COLUMNS], second[ROWS, COLUMNS], days)
    assert found == pytest.approx(one + other - 2 * cross, rel=1e-6)


def test_a_change_is_of_cells_with_values_at_both(area):
    stated = deviations()[ROWS, COLUMNS]
    half = np.where(np.arange(len(ROWS)) < 40, stated, np.nan)
    assert area.change_variance(half, stated, 3.0) == pytest.approx(area.change_variance(half, half, 3.0))
    assert np.isnan(area.change_variance(half, np.where(np.isnan(half), stated, np.nan), 3.0))


def test_an_overpass_has_not_changed_against_itself(area):
    stated = deviations()[ROWS, COLUMNS]
    assert area.change_variance(stated, stated, 0.0) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("most", [1000, 60])
def test_the_share_below_a_threshold_is_that_of_draws(area, monkeypatch, most):
    """The second time from some of the pairs alone."""
    monkeypatch.setattr(area_errors, "MOST_CELLS", most)
    stated = deviations()
    rng = np.random.default_rng(5)
    value = 0.12 + 0.02 * rng.standard_normal(SHAPE)
    factor = np.linalg.cholesky(full_covariance(stated, stated, 0))
    drawn = value.ravel() + (factor @ rng.standard_normal((len(factor), 20000))).T
    shares = (drawn[:, INDEX] < 0.11) @ (WEIGHTS / WEIGHTS.sum())
    share, deviation = area.share_below(value[ROWS, COLUMNS], stated[ROWS, COLUMNS], 0.11)
    assert share == pytest.approx(shares.mean(), abs=0.005)
    assert deviation == pytest.approx(shares.std(), rel=0.02 if most == 1000 else 0.1)


def test_shares_that_are_certain_or_unknown(area):
    stated = deviations()[ROWS, COLUMNS]
    value = np.full(len(ROWS), 0.2)
    assert area.share_below(value, stated, -9.0) == (0, 0)
    assert area.share_below(value, stated, 9.0) == pytest.approx((1, 0))
    assert np.isnan(area.share_below(np.full(len(ROWS), np.nan), stated, 0.1)).all()


def test_the_share_of_one_cell_is_a_probability():
    one = AreaErrors(made_correlation(), np.array([0]), np.array([0]), np.ones(1))
    share, deviation = one.share_below(np.array([0.2]), np.array([0.04]), 0.2)
    assert (share, deviation) == pytest.approx((0.5, 0.5))
