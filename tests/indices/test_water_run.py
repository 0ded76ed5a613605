"""The water index through a year: a new day needs the maps of its month alone, and comes out the same."""

import numpy as np
import pytest
from made_normals import WINDOW, made_normals

from smen.data.kept import NOTHING_KEPT, Kept
from smen.indices.water_run import WaterRun, fields_before

CONSTANTS = (5, 20)


class Made:
    """A year of maps of every third day, and which of them were read."""

    def __init__(self):
        self.normals, record, times = made_normals()
        at = np.flatnonzero((times >= np.datetime64("2018-01-01")) & (times < np.datetime64("2019-01-01")))
        self.times, self.maps = times[at], [self.normals.moved(field) for field in record[at]]
        before = fields_before(times, self.times[0], max(CONSTANTS))
        self.before_times, self.before = times[before], record[before]
        self.read = []

    def run(self, number, kept):
        """The run when so many of the maps are there."""
        digests = [f"map {i}" for i in range(number)]
        own = self.before_times, self.before, self.times[:number], digests, self.moisture, kept
        return WaterRun(self.normals, CONSTANTS, *own)

    def moisture(self, number):
        self.read.append(number)
        return self.maps[number]


@pytest.fixture
def made():
    return Made()


def test_fields_before_reach_three_of_the_longest_time_constants_back(made):
    assert made.times[0] - made.before_times[0] <= np.timedelta64(60, "D")
    assert len(made.before_times) == 20 and made.before_times[-1] < made.times[0]


def test_a_new_day_reads_the_maps_of_its_month_and_comes_out_the_same(made, tmp_path):
    whole = made.run(100, NOTHING_KEPT).until(99)
    made.run(95, Kept(tmp_path)).until(94)
    made.read.clear()
    water = made.run(100, Kept(tmp_path)).until(99)
    month = made.times.astype("datetime64[M]")
    assert made.read == [i for i in range(99) if month[i] == month[99]] and len(made.read) > 3
    for name, values in whole.arrays().items():
        np.testing.assert_array_equal(water.arrays()[name], values)
    assert water.index.shape == (2, *WINDOW.shape) and np.isfinite(water.index).all()


def test_what_a_run_comes_by_is_kept_for_the_next_day(made, tmp_path):
    run = made.run(100, Kept(tmp_path))
    water = run.until(0)
    for number in range(100):
        run.keep(water, number)
        run.add(water, number)
    made.read.clear()
    after = made.run(101, Kept(tmp_path)).until(100)
    assert made.read and min(made.read) > 90
    np.testing.assert_array_equal(after.index, water.index)
    made.read.clear()
    made.run(101, Kept(tmp_path)).until(78)  # as where maps of the last 70 days have changed
    assert made.read and min(made.read) == 70


def test_with_another_map_the_filter_is_another(made, tmp_path):
    made.run(100, Kept(tmp_path)).until(99)
    made.maps[2] = made.maps[2] + 0.05
    run = made.run(100, Kept(tmp_path))
    changed = WaterRun(**{**vars(run), "digests": ["map 0", "map 1", "another", *run.digests[3:]]}).until(99)
    again = made.run(100, NOTHING_KEPT).until(99)
    np.testing.assert_array_equal(changed.index, again.index)
