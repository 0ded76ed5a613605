import numpy as np
import pytest
from made_ismn import hours

from smen.validation.sub_periods import sub_periods


def test_every_time_is_in_one_season_and_one_year():
    times = hours("2019-11-15", 900, 24)
    parts = sub_periods(times)
    seasons = [parts[s] for s in ("DJF", "MAM", "JJA", "SON")]
    years = [parts[y] for y in ("2019", "2020", "2021", "2022")]
    assert (np.sum(seasons, axis=0) == 1).all()
    assert (np.sum(years, axis=0) == 1).all()
    leap = times == np.datetime64("2020-02-29")
    assert parts["DJF"][leap].all()
    assert parts["2020"][leap].all()


def test_the_end_of_sentinel_1b_divides():
    times = np.array(["2021-12-22T23:59", "2021-12-23T00:00"], "datetime64[s]")
    parts = sub_periods(times, ["sentinel1b"])
    assert parts["with Sentinel-1B"].tolist() == [True, False]
    assert parts["after Sentinel-1B"].tolist() == [False, True]
    assert sub_periods(times[:1], ["sentinel1b"]) == {}


def test_parts_without_a_time_are_left_out():
    assert set(sub_periods(hours("2021-06-01", 5))) == {"all", "JJA", "2021"}
    assert list(sub_periods(hours("2021-06-01", 0))) == ["all"]
    with pytest.raises(ValueError, match="month"):
        sub_periods(hours("2021-06-01", 5), ["month"])
