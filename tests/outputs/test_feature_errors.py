"""Standard deviations, changes and shares of features, from the correlation of errors."""

import numpy as np
import pytest
from made_errors import deviations, full_covariance, made_correlation
from made_maps import CODES, WINDOW, features, rectangle, two_maps
from scipy.stats import beta

from smen.outputs.extraction import COLUMNS, extract
from smen.outputs.feature_cells import Cells, cells_of
from smen.outputs.feature_errors import BELOW, CHANGE, FeatureErrors, Wanted, share_interval
from smen.outputs.value_table import daily

FIRST, SECOND = np.datetime64("2018-07-04T01:00:00", "s"), np.datetime64("2018-07-10T01:00:00", "s")
CELLS = Cells(np.array([1, 1, 2]), np.array([6, 7, 6]), np.array([1.0, 0.5, 0.25]))
INDEX = CELLS.rows * 14 + CELLS.columns
WEIGHTS = CELLS.weights / CELLS.weights.sum()
BOTH = Wanted(below=0.12, since=np.datetime64("2018-07-03", "s"))


def at(field):
    return field[CELLS.rows, CELLS.columns]


def variance(first, second, days):
    return WEIGHTS @ full_covariance(first, second, days)[np.ix_(INDEX, INDEX)] @ WEIGHTS


def test_the_standard_deviation_is_that_of_the_mean():
    stated = deviations()
    row = FeatureErrors(CELLS, made_correlation(), Wanted()).columns(FIRST, np.full(3, 0.1), at(stated))
    assert row == {"standard_deviation": pytest.approx(variance(stated, stated, 0) ** 0.5)}
    assert row["standard_deviation"] < (WEIGHTS * at(stated)).sum()


def test_changes_are_measured_from_the_first_value_since_the_date():
    area = FeatureErrors(CELLS, made_correlation(), Wanted(since=np.datetime64("2018-07-04", "s")))
    stated, later = deviations(seed=1), deviations(seed=2)
    before = area.columns(FIRST - np.timedelta64(9, "D"), np.full(3, 0.3), at(stated))
    nothing = area.columns(FIRST - np.timedelta64(1, "h"), np.full(3, np.nan), np.full(3, np.nan))
    first = area.columns(FIRST, np.array([0.1, 0.2, 0.3]), at(stated))
    second = area.columns(SECOND, np.array([0.15, 0.2, 0.3]), at(later))
    assert np.isnan([before["change"], nothing["change"], before["change_standard_deviation"]]).all()
    assert (first["change"], first["change_standard_deviation"]) == pytest.approx((0, 0), abs=1e-8)
    assert second["change"] == pytest.approx(0.05 * WEIGHTS[0])
    expected = variance(stated, stated, 0) + variance(later, later, 0) - 2 * variance(stated, later, 6)
    assert second["change_standard_deviation"] == pytest.approx(expected**0.5)


def test_a_change_is_of_cells_that_both_maps_have():
    area = FeatureErrors(CELLS, made_correlation(), Wanted(since=FIRST))
    stated = at(deviations())
    area.columns(FIRST, np.array([0.1, 0.2, np.nan]), np.where([1, 1, 0], stated, np.nan))
    row = area.columns(SECOND, np.array([0.2, np.nan, 0.9]), np.where([1, 0, 1], stated, np.nan))
    assert row["change"] == pytest.approx(0.1)
    single = FeatureErrors(
        Cells(CELLS.rows[:1], CELLS.columns[:1], np.ones(1)), made_correlation(), Wanted(since=FIRST)
    )
    single.columns(FIRST, np.array([0.1]), stated[:1])
    alone = single.columns(SECOND, np.array([0.2]), stated[:1])
    assert row["change_standard_deviation"] == pytest.approx(alone["change_standard_deviation"])


def test_without_a_correlation_there_is_an_upper_bound_and_no_more():
    stated = at(deviations())
    row = FeatureErrors(CELLS, None, BOTH).columns(FIRST, np.full(3, 0.1), stated)
    assert row["standard_deviation"] == pytest.approx((WEIGHTS * stated).sum())
    assert row["change"] == 0
    assert np.isnan([row[name] for name in (CHANGE[1], *BELOW)]).all()


def test_the_interval_of_a_share_is_that_of_a_beta_distribution_and_half_a_cell():
    share, deviation = 0.3, 0.1
    size = share * (1 - share) / deviation**2 - 1
    expected = beta(share * size, (1 - share) * size).ppf([0.05, 0.95])
    assert share_interval(share, deviation, 1e9) == pytest.approx(expected, abs=1e-6)
    assert share_interval(share, deviation, 10) == pytest.approx(expected + np.array([-0.05, 0.05]))


@pytest.mark.parametrize(
    ("share", "deviation", "expected"),
    [
        (0.0, 0.0, (0, 0.005)), (1.0, 0.0, (0.995, 1)), (0.5, 0.5, (0, 1)), (0.01, 0.0994987, (0, 0.005)),
        (0.99, 0.0994987, (0.995, 1)), (0.4, 0.0, (0.395, 0.405)),
    ],
)  # fmt: skip
def test_intervals_of_shares_that_are_all_or_nothing(share, deviation, expected):
    assert share_interval(share, deviation, 100) == pytest.approx(expected, abs=1e-4)
    assert np.isnan(share_interval(float("nan"), float("nan"), 100)).all()


def test_a_table_has_the_columns_that_are_wanted(tmp_path):
    maps = two_maps(tmp_path)
    table = features(rectangle(4, 20, 3, 4), rectangle(4, 2, 2, 2))
    cells = dict(zip(table["name"], cells_of(table, WINDOW), strict=True))
    wanted = Wanted(below=0.1, since=np.datetime64("2018-07-04", "s"))
    errors = made_correlation(WINDOW.shape)
    values = extract(maps[::-1], cells, CODES, region="tucson", simulated=True, errors=errors, wanted=wanted)
    assert tuple(values.columns) == (*COLUMNS, *CHANGE, *BELOW)
    inside = values[values["feature"] == "f0"]
    np.testing.assert_allclose(inside["change"], [0, 0.1], atol=1e-6)
    assert inside["change_standard_deviation"].iloc[1] > 0
    assert inside["share_below"].between(0, 1).all()
    assert (inside["share_below_low"] <= inside["share_below"]).all()
    half = values[(values["feature"] == "f1") & values["soil_moisture"].isna()]
    assert half[["standard_deviation", "change", *BELOW]].isna().all(axis=None)
    days = daily(values)
    assert tuple(days.columns) == (*COLUMNS, *CHANGE, *BELOW)
    assert days[days["feature"] == "f0"]["change"].iloc[0] == pytest.approx(0.05)
