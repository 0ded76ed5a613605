"""Times of overpasses over a region."""

from types import SimpleNamespace

import numpy as np

from smen.data.overpass_times import overpass_times

STARTS = np.array(["2018-01-01T00:00", "2018-01-01T12:00", "2018-01-03T00:00"], "datetime64[s]")
MINUTE = np.timedelta64(60, "s")


def series(over, time=STARTS):
    return SimpleNamespace(time=time, overpass_time=np.asarray(over, "datetime64[s]"))


def test_they_are_those_of_the_cells_and_a_start_stands_for_an_unknown_one():
    over = STARTS + 20 * MINUTE
    over[1] = np.datetime64("NaT")
    expected = [STARTS[0] + 20 * MINUTE, STARTS[1], STARTS[2] + 20 * MINUTE]
    assert overpass_times(series(over), STARTS).tolist() == np.array(expected).tolist()


def test_only_the_half_orbits_asked_for_count_and_unknown_ones_keep_their_start():
    over = STARTS + 20 * MINUTE
    asked = np.array([STARTS[1], np.datetime64("2018-01-02")], "datetime64[s]")
    assert overpass_times(series(over), asked).tolist() == np.array([over[1], asked[1]]).tolist()
    assert overpass_times(series(over), STARTS[:0]).size == 0


def test_times_that_do_not_rise_are_not_believed():
    over = STARTS + 20 * MINUTE
    over[0] = over[2]
    assert overpass_times(series(over), STARTS).tolist() == STARTS.tolist()
