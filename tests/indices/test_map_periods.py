"""Maps put into overpasses, days and weeks."""

import numpy as np
import pandas as pd
import pytest

from smen.indices.map_periods import map_periods, mean_of

TIMES = np.array(
    ["2018-01-01T00:10:00", "2018-01-01T12:00:00", "2018-01-03T00:00:00", "2018-01-07T23:59:59", "2018-01-15T01:00:00"],
    "datetime64[s]",
)


def test_every_overpass_is_a_period_of_its_own():
    periods = map_periods(TIMES, "overpass")
    assert [period.maps for period in periods] == [(i,) for i in range(5)]
    assert all(period.start == period.end == time for period, time in zip(periods, TIMES, strict=True))


def test_days_hold_their_overpasses_and_empty_ones_are_left_out():
    periods = map_periods(TIMES, "day")
    assert [period.maps for period in periods] == [(0, 1), (2,), (3,), (4,)]
    assert str(periods[0].start) == "2018-01-01T00:00:00" and str(periods[0].end) == "2018-01-02T00:00:00"
    assert str(periods[0].middle) == "2018-01-01T12:00:00"


@pytest.mark.parametrize("first", ["2015-04-01", "2018-12-29", "2020-02-27"])
def test_weeks_begin_on_mondays_as_pandas_weeks(first):
    times = (np.datetime64(first, "s") + (np.arange(40) * 37).astype("timedelta64[h]")).astype("datetime64[s]")
    starts = {str(p.start.astype("datetime64[D]")) for p in map_periods(times, "week")}
    theirs = pd.DatetimeIndex(times).to_period("W-SUN").start_time
    assert starts == {str(day.date()) for day in theirs}


def test_means_leave_out_what_is_missing():
    fields = np.array([[[1.0, np.nan]], [[3.0, np.nan]]])
    np.testing.assert_array_equal(mean_of(fields), [[2.0, np.nan]])
