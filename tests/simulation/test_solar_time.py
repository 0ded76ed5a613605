"""Local solar days."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.simulation.solar_time import local_solar_day

TIMES = st.integers(0, 10**9).map(lambda s: np.datetime64("2015-01-01T00:00:00.000") + np.timedelta64(s, "s"))


@pytest.mark.parametrize(
    ("time", "longitude", "day"),
    [
        ("2016-05-01T12:00", 0.0, "2016-05-01"),
        ("2016-05-01T23:59:59", 0.0, "2016-05-01"),
        ("2016-05-02T00:00", 0.0, "2016-05-02"),
        ("2016-05-02T00:30", -97.5, "2016-05-01"),  # 6 pm in Oklahoma City
        ("2016-05-01T12:30", -97.5, "2016-05-01"),  # 6 am there
        ("2016-05-02T06:31", -97.5, "2016-05-02"),  # 1 minute after midnight
        ("2016-05-02T06:29", -97.5, "2016-05-01"),
        ("2016-04-30T18:00", 179.9, "2016-05-01"),
        ("2016-05-01T06:00", -179.9, "2016-04-30"),
    ],
)
def test_days_of_places(time, longitude, day):
    assert local_solar_day(np.datetime64(time, "ms"), longitude) == np.datetime64(day)


@given(TIMES, st.floats(-180, 180))
def test_a_day_is_at_most_half_a_day_off_utc(time, longitude):
    day = local_solar_day(time, longitude)
    assert day.dtype == "datetime64[D]"
    middle = day.astype("datetime64[ms]") + np.timedelta64(12, "h")
    assert abs(time + np.timedelta64(round(longitude * 4 * 60 * 1000), "ms") - middle) <= np.timedelta64(12, "h")


@given(TIMES, st.floats(-180, 179))
def test_days_do_not_fall_eastwards(time, longitude):
    assert local_solar_day(time, longitude) <= local_solar_day(time, longitude + 1)


def test_half_days_sort_by_time():
    day = np.datetime64("2016-05-01")
    assert sorted([(day + 1, False), (day, True), (day, False)]) == [(day, False), (day, True), (day + 1, False)]
