import numpy as np
import pandas as pd

from smen.grid import Window
from smen.validation.station_records import StationSelection
from smen.validation.usable_values import lies_in, usable_values


def used(times, values, of_each=None, **selection):
    flags = None if of_each is None else np.array(of_each, object)
    time, value, remarks = usable_values(
        pd.DatetimeIndex(times), np.asarray(values, float), flags, StationSelection(**selection)
    )
    return [str(t)[5:16] for t in time], value.tolist(), remarks


def test_they_come_out_sorted_in_utc():
    times, values, remarks = used(["2020-03-01T02:00+03:00", "2020-02-29T22:00+03:00"], [0.2, 0.1])
    assert times == ["02-29T19:00", "02-29T23:00"]
    assert values == [0.1, 0.2]
    assert remarks == []


def test_an_hour_that_summer_time_repeats_stays_two_hours():
    local = pd.DatetimeIndex(["2020-10-25T00:30", "2020-10-25T01:30"], tz="UTC").tz_convert("Europe/Vienna")
    assert local[0].hour == local[1].hour == 2
    times, _, remarks = used(local, [0.1, 0.2])
    assert times == ["10-25T00:30", "10-25T01:30"]
    assert remarks == []


def test_flags_combine_only_where_all_are_good():
    days = pd.date_range("2020-01-01", periods=5)
    flags = ["G", "G,D01", "D01", None, ""]
    assert used(days, [0.1] * 5, flags)[0] == ["01-01T00:00"]
    times, _, remarks = used(days, [0.1] * 5, flags, flags=("G", "D01"))
    assert len(times) == 3
    assert remarks == ["2 of 5 values have no flag: not used"]


def test_both_ends_of_the_period_are_in_it():
    period = np.datetime64("2020-01-02"), np.datetime64("2020-01-03")
    assert used(pd.date_range("2020-01-01", periods=5), [0.1] * 5, period=period)[0] == ["01-02T00:00", "01-03T00:00"]


def test_impossible_values_are_left_out():
    days = pd.date_range("2020-01-01", periods=5)
    _, values, remarks = used(days, [np.nan, -0.1, 0.0, 1.0, -9999])
    assert values == [0.0, 1.0]
    assert remarks == ["2 of 4 values lie outside 0 to 1 m3/m3: not used"]
    assert "percent" in used(days, [20, 21, 22, 23, 0.5])[2][0]


def test_places():
    window = Window.centred_on(180.0, 0.0, 4, 4)
    assert lies_in(None, 10.0, 89.9)
    assert lies_in(window, 179.99, 0.0)
    assert lies_in(window, -179.99, 0.0)
    assert not lies_in(window, 0.0, 0.0)
    assert not lies_in(window, 180.0, 89.0)
