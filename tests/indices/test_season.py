"""Seasons of the year: windows, wrapping over the new year, the years of their dates."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from smen.indices.season import CENTRES, WINDOW_DAYS, day_of_year, season_of, season_years

DAYS = np.arange("2015-01-01", "2021-01-01", dtype="datetime64[D]").astype("datetime64[s]")


def test_the_day_of_the_year_is_that_of_pandas():
    assert day_of_year(DAYS).tolist() == pd.DatetimeIndex(DAYS).day_of_year.tolist()


@given(st.sampled_from(CENTRES.tolist()))
def test_a_season_has_45_days_of_each_whole_year_and_a_year_for_each(centre):
    inside, year = season_years(DAYS, centre)
    counts = pd.Series(year[inside]).value_counts()
    assert all(44 <= counts[y] <= 46 for y in range(2016, 2020)), counts
    assert WINDOW_DAYS == 45


def test_december_belongs_to_the_season_of_the_following_january():
    times = np.array(["2016-12-20", "2017-01-10", "2017-06-01"], "datetime64[s]")
    inside, year = season_years(times, 3)
    assert inside.tolist() == [True, True, False]
    assert year[:2].tolist() == [2017, 2017]


def test_january_belongs_to_the_season_of_the_december_before():
    inside, year = season_years(np.array(["2017-01-10"], "datetime64[s]"), 358)
    assert inside.tolist() == [True] and year.tolist() == [2016]


@given(st.sampled_from(range(len(DAYS))))
def test_the_nearest_season_lies_within_three_days(i):
    centre = CENTRES[season_of(DAYS[i])]
    apart = abs(int(day_of_year(DAYS[i : i + 1])[0]) - int(centre))
    assert min(apart, 366 - apart) <= 3
