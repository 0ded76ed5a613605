"""Simulated stations on disk, read back through the door of real archives."""

import zipfile

import numpy as np
import pytest
import xarray as xr

from smen.grid import Window
from smen.simulation.station_writer import StationWriter
from smen.simulation.world import World
from smen.validation.ismn_archive import read_ismn
from smen.validation.station_points import locate_points
from smen.validation.station_records import StationSelection


@pytest.fixture(scope="module")
def reading(simulated):
    return read_ismn(simulated.stations / "2016.zip", StationSelection(), simulated.window)


def test_every_file_is_read_without_a_complaint(reading):
    assert not reading.problems
    assert len({series.station.name for series in reading.series}) == 20
    assert {series.station.network for series in reading.series} == {"SIM-DENSE", "SIM-SPARSE"}
    assert all(series.station.climate.startswith("Cfa") for series in reading.series)
    assert all(series.station.land_cover for series in reading.series)
    assert all(series.depth_to <= 0.05 for series in reading.series)


def test_they_follow_the_truth_of_their_cells(simulated, reading):
    points, problems = locate_points(reading.series, simulated.window)
    assert not problems
    with xr.open_dataset(simulated.truth / "truth_2016.nc") as dataset:
        field, times = dataset["soil_moisture"].to_numpy(), dataset["time"].to_numpy().astype("datetime64[s]")
    departures, correlations = [], []
    for point in points:
        cell = np.interp(point.time.astype(float), times.astype(float), field[:, point.row, point.column])
        departures.append(np.median(point.value - cell))
        correlations.append(np.corrcoef(point.value, cell)[0, 1])
    assert np.median(correlations) > 0.85
    assert 0.02 < np.std(departures) < 0.06


def test_the_archive_says_that_nothing_was_measured(simulated):
    with zipfile.ZipFile(simulated.stations / "2016.zip") as archive:
        assert "no measurement" in archive.read("Readme.txt").decode()
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_same_bytes_again_and_hours_of_the_period_alone(simulated, build_archive, tmp_path):
    window = Window.centred_on(-97.52, 35.47, 12, 12)
    one, other = (build_archive(tmp_path / name, last="2016-04-05", window=window) for name in ("a", "b"))
    first, second = ((made.stations / "2016.zip").read_bytes() for made in (one, other))
    assert first == second
    series = read_ismn(one.stations / "2016.zip", StationSelection(), window).series
    assert min(s.time.min() for s in series) >= np.datetime64("2016-04-01")
    assert max(s.time.max() for s in series) < np.datetime64("2016-04-06")


def test_a_region_at_sea_has_an_archive_without_stations(simulated, tmp_path):
    place = World(Window.centred_on(-97.52, 35.47, 4, 4), "sea", _climate(), 1)
    place.land.water.fill(True)
    day = np.datetime64("2016-04-01")
    with StationWriter(place, day, day, tmp_path, "SIM") as writer:
        for state in place.states(day - 1, day + 1):
            writer.add(state)
    reading = read_ismn(tmp_path / "2016.zip", StationSelection(), place.window)
    assert reading.series == ()
    assert "no .stm file" in reading.problems[0].reason


def test_nothing_is_written_after_an_error(tmp_path):
    place = World(Window.centred_on(-97.52, 35.47, 4, 4), "here", _climate(), 1)
    day = np.datetime64("2016-04-01")
    with pytest.raises(RuntimeError), StationWriter(place, day, day, tmp_path, "SIM"):
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def _climate():
    from smen.simulation.climates import CLIMATES

    return CLIMATES["oklahoma"]
