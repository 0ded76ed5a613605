"""Archives and tables of stations, side by side."""

import numpy as np
import pytest
from made_ismn import write_ismn, zip_folder

from smen.errors import DataError
from smen.grid import Window
from smen.validation.station_archives import period_around, read_points, read_stations
from smen.validation.station_records import StationSelection

TABLE = """station,longitude,latitude,depth_from,depth_to,time,value,flag
mine,10.0,50.0,0,0.05,2020-01-01T00:00,0.2,G
mine,10.0,50.0,0,0.05,2020-01-01T01:00,0.21,G
"""


@pytest.fixture
def paths(tmp_path):
    write_ismn(tmp_path / "a", network="ONE")
    write_ismn(tmp_path / "b", network="TWO")
    (tmp_path / "probes.csv").write_text(TABLE)
    return zip_folder(tmp_path / "a"), tmp_path / "b", tmp_path / "probes.csv"


def test_zip_folder_and_table_are_joined_in_their_order(paths):
    reading = read_stations(paths, StationSelection())
    assert [s.station.network for s in reading.series] == ["ONE", "TWO", "probes"]
    assert not reading.problems


def test_a_network_without_a_value_is_named_with_those_that_have_one(paths):
    reading = read_stations(paths, StationSelection(networks=("ONE", "probes", "TWOO")))
    assert [s.station.network for s in reading.series] == ["ONE", "probes"]
    (problem,) = reading.problems
    assert "no usable value of the network TWOO" in problem.reason and "ONE, probes" in problem.reason


def test_a_path_without_anything_is_refused(paths, tmp_path):
    with pytest.raises(DataError, match=r"c.zip does not exist: name in validation.stations"):
        read_stations([*paths, tmp_path / "c.zip"], StationSelection())


def test_points_come_with_all_that_is_to_be_said(paths):
    window = Window.centred_on(10.0, 50.0, 6, 6)
    points, problems = read_points(paths, StationSelection(networks=("ONE", "probes", "TWOO")), window)
    assert [point.station.network for point in points] == ["ONE", "probes"]
    (problem,) = problems
    assert str(problem).startswith("a.zip, b, probes.csv: no usable value of the network TWOO")


def test_the_period_around_overpasses_is_half_a_window_longer_on_both_sides():
    times = np.array(["2020-01-01T06:00", "2020-01-03T18:00"], "datetime64[s]")
    assert period_around(times, 12.0) == (np.datetime64("2020-01-01T00:00:00"), np.datetime64("2020-01-04T00:00:00"))
    assert period_around(times[:0], 12.0) == (None, None)
