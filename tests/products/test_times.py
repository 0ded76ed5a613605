"""Times as granules write them."""

import contextlib
import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.products.times import parse_time


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2016-01-01T11:58:00.123Z", "2016-01-01T11:58:00.123"),
        (" 2016-01-01 11:58 ", "2016-01-01T11:58:00.000"),
        ("2016-01-01", "2016-01-01T00:00:00.000"),
        ("2016-01-01T11:58:00.1234567+00:00", "2016-01-01T11:58:00.123"),
        ("2016-01-01T11:58:00.5-0030", "2016-01-01T12:28:00.500"),
        ("2016-12-31T23:59:60.250Z", "2017-01-01T00:00:00.250"),
        ("2017-01-01T01:59:60.250+02", "2017-01-01T00:00:00.250"),
        ("2015-06-30T23:59:60Z", "2015-07-01T00:00:00.000"),
    ],
)
def test_known_times(text, time):
    assert parse_time(text) == np.datetime64(time)
    assert parse_time(text).dtype == "datetime64[ms]"


@pytest.mark.parametrize(
    "text",
    [
        *("", "NaT", "today", "now", "2016", "20160101", "2016-13-01", "2015-02-29", "2016-01-01T24:01"),
        *("2016-01-01T12:60", "2016-01-01T12:00:61", "2016-01-01T12:00:60Z", "2016-12-30T23:59:60Z"),
        *("2016-12-31T23:59:61Z", "2016-01-01Tx"),
    ],
)
def test_texts_that_are_no_times(text):
    with pytest.raises(ValueError, match=r".+"):
        parse_time(text)


@given(st.datetimes(dt.datetime(1980, 1, 1), dt.datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_any_time_in_any_zone(time, minutes):
    zoned = time.replace(tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))
    utc = zoned.astimezone(dt.UTC).replace(tzinfo=None, microsecond=time.microsecond // 1000 * 1000)
    assert parse_time(zoned.isoformat()) == np.datetime64(utc, "ms")


@given(st.text())
def test_any_text_is_a_time_or_is_none(text):
    with contextlib.suppress(ValueError):
        assert not np.isnat(parse_time(text))
