import numpy as np
import pandas as pd
import pytest
from made_scores import TIMES, WEATHER, scores
from scipy import stats

from smen.scores.date_tables import by_date, difference


def test_seeds_are_averaged_on_each_date_and_dates_stand_in_order():
    table = pd.concat([scores("a", [0.5, 0.1], 1, times=TIMES[1::-1]), scores("a", [0.3, 0.7], 2, times=TIMES[:2])])
    series = by_date({"north": table}, "a")
    assert list(series.index) == [("north", TIMES[0]), ("north", TIMES[1])]
    assert series.tolist() == pytest.approx([(0.1 + 0.3) / 2, (0.5 + 0.7) / 2])


def test_regions_are_joined_in_their_order_and_dates_without_a_value_dropped():
    tables = {"south": scores("a", [0.1, np.nan]), "north": scores("a", [0.3])}
    series = by_date(tables, "a")
    assert list(series.index) == [("south", TIMES[0]), ("north", TIMES[0])]
    assert series.tolist() == [0.1, 0.3]


def test_split_reference_and_metric_are_chosen():
    table = pd.concat(
        [scores("a", [0.1]), scores("a", [0.2], split="train"), scores("a", [0.3], against="truth"), scores("b", [0.4])]
    )
    assert by_date({"x": table}, "a").tolist() == [0.1]
    assert by_date({"x": table}, "a", split="train").tolist() == [0.2]
    assert by_date({"x": table}, "a", against="truth").tolist() == [0.3]
    assert by_date({"x": table}, "b", metric="R").tolist() == [4.0]
    assert by_date({"x": table}, "absent").empty


def test_differences_are_paired_by_date():
    """Methods that differ by the same on every date are told apart however much the dates differ."""
    table = pd.concat([scores("a", WEATHER + 0.001), scores("b", WEATHER)]).sample(frac=1, random_state=1)
    gap = difference({"x": table}, "a", "b")
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.001, 0.001, 0.001))
    assert stats.ttest_ind(WEATHER + 0.001, WEATHER).pvalue > 0.8  # as they would not be without pairs


def test_dates_that_one_method_lacks_do_not_count():
    table = pd.concat([scores("a", WEATHER), scores("b", [*(WEATHER[:10] - 0.002), *[np.nan] * 10])])
    gap = difference({"x": table}, "a", "b")
    assert gap.dates == 10
    assert gap.value == pytest.approx(0.002)


def test_the_same_time_in_two_regions_is_two_dates():
    tables = {
        region: pd.concat([scores("a", WEATHER + shift), scores("b", WEATHER)])
        for region, shift in (("x", 0.002), ("y", 0.004))
    }
    gap = difference(tables, "a", "b")
    assert gap.dates == 40
    assert gap.value == pytest.approx(0.003)
