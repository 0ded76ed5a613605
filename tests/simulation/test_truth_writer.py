"""Truth files: read by xarray as any CF file, with times, places, values; one a year; whole or not at all."""

import numpy as np
import pytest
import xarray as xr
from made_world import make_state, make_world
from pyproj import CRS

from smen.data.truth import read_truth
from smen.errors import OutputError
from smen.simulation.truth_writer import TruthWriter

LABEL = "SMEN simulation, region made, seed 1: no measurement"


@pytest.fixture(scope="module")
def world():
    return make_world("geneva", size=20)


def day(text):
    return np.datetime64(text)


def write(world, root, states, first="2016-05-01", last="2016-05-31"):
    with TruthWriter(world, day(first), day(last), root, LABEL) as truth:
        for state in states:
            truth.add(state)
    return sorted(root.glob("*.nc"))


def states_of(world, first, number, moisture=0.3):
    """Two states a day from a local solar day on; soil moisture grows by .001 each time."""
    return [
        make_state(world, moisture + 0.001 * (2 * k + evening), day=day(first) + k, evening=evening)
        for k in range(number)
        for evening in (False, True)
    ]


@pytest.fixture(scope="module")
def dataset(world, tmp_path_factory):
    (path,) = write(world, tmp_path_factory.mktemp("truth"), states_of(world, "2016-05-01", 4))
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        yield opened.load()


def test_the_header_follows_the_conventions(dataset):
    assert dataset.attrs["Conventions"] == "CF-1.10"
    assert dataset.attrs["simulated"] == LABEL
    moisture = dataset["soil_moisture"]
    assert moisture.dims == ("time", "y", "x")
    assert moisture.dtype == np.float32
    assert moisture.attrs["units"] == "m3 m-3"
    assert moisture.attrs["grid_mapping"] == "crs"
    assert {"units": "m", "standard_name": "projection_y_coordinate"}.items() <= dataset["y"].attrs.items()
    assert {"units": "m", "standard_name": "projection_x_coordinate"}.items() <= dataset["x"].attrs.items()


def test_the_grid_mapping_is_the_ease_grid(dataset):
    crs = CRS.from_cf(dataset["crs"].attrs)
    assert crs.to_epsg() == 6933
    assert crs == CRS("EPSG:6933")


def test_axes_are_the_windows_centres(dataset, world):
    np.testing.assert_allclose(dataset["x"], world.window.x)
    np.testing.assert_allclose(dataset["y"], world.window.y)
    assert (np.diff(dataset["y"]) < 0).all()


def test_times_are_six_oclock_local_solar_time(dataset, world):
    """In UTC: 24.6 minutes earlier at 6.14 degrees east."""
    times = dataset["time"].values
    assert len(times) == 8
    hours = (times - times.astype("datetime64[D]")) / np.timedelta64(1, "h")
    solar = (hours + world.window.longitudes[10] / 15) % 24
    np.testing.assert_allclose(solar, [6, 18] * 4, atol=1e-3)
    assert times[0] == np.datetime64("2016-05-01T05:35", "m") or abs(hours[0] - 5.59) < 0.02


def test_values_are_the_states_in_the_window_rounded(dataset, world):
    land = ~world.land.water[world.inner]
    for k, field in enumerate(dataset["soil_moisture"].values):
        np.testing.assert_allclose(field[land], 0.3 + 0.001 * k, atol=1e-6)


def test_values_are_rounded_to_four_digits(world, tmp_path):
    rng = np.random.default_rng(1)
    state = make_state(world, rng.uniform(0.1, 0.4, world.area.shape), day="2016-05-02")
    (path,) = write(world, tmp_path, [state])
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        field = opened["soil_moisture"].values[0]
    land = ~world.land.water[world.inner]
    expected = state.moisture[world.inner]
    assert np.abs(field - expected)[land].max() <= 0.5e-4 + 1e-7
    tenths_of_thousandths = field[land].astype(float) * 1e4
    np.testing.assert_allclose(tenths_of_thousandths, np.round(tenths_of_thousandths), atol=1e-3)


def test_open_water_is_missing(dataset, world):
    water = world.land.water[world.inner]
    assert water.any()
    for field in dataset["soil_moisture"].values:
        np.testing.assert_array_equal(np.isnan(field), water)


def test_states_are_not_changed_by_writing(world, tmp_path):
    state = make_state(world, 0.123456, day="2016-05-02")
    write(world, tmp_path, [state])
    np.testing.assert_array_equal(state.moisture, np.float32(0.123456))


def test_a_year_has_its_file(world, tmp_path):
    paths = write(world, tmp_path, states_of(world, "2015-12-30", 5), "2015-12-01", "2016-01-31")
    assert [path.name for path in paths] == ["truth_2015.nc", "truth_2016.nc"]
    years = []
    for path in paths:
        with xr.open_dataset(path, engine="h5netcdf") as opened:
            years.append(opened["time"].dt.year.values)
    assert set(years[0]) == {2015}
    assert set(years[1]) == {2016}
    assert sum(len(year) for year in years) == 10


def test_a_year_ends_at_midnight_utc_not_local():
    """In Oklahoma the evening of the last day, 6 pm, is half past midnight of the new year in UTC."""
    world = make_world("oklahoma", size=4)
    states = [make_state(world, day="2015-12-31", evening=True)]
    writer = TruthWriter(world, day("2015-12-01"), day("2015-12-31"), None, LABEL)
    writer.add(states[0])
    assert writer.times == []
    writer = TruthWriter(world, day("2016-01-01"), day("2016-12-31"), None, LABEL)
    writer.add(states[0])
    assert writer.times[0].astype("datetime64[m]") == np.datetime64("2016-01-01T00:30")


def test_only_days_of_the_period_are_kept(world, tmp_path):
    (path,) = write(world, tmp_path, states_of(world, "2016-04-28", 10), "2016-05-01", "2016-05-03")
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        days = np.unique(opened["time"].values.astype("datetime64[D]"))
        assert opened.sizes["time"] == 6
    assert [str(value) for value in days] == ["2016-05-01", "2016-05-02", "2016-05-03"]


def test_without_states_there_is_no_file(world, tmp_path):
    assert write(world, tmp_path, states_of(world, "2015-01-01", 2)) == []


def test_after_an_error_there_is_no_file(world, tmp_path):
    with (
        pytest.raises(RuntimeError, match="stop"),
        TruthWriter(world, day("2016-05-01"), day("2016-05-31"), tmp_path, LABEL) as truth,
    ):
        truth.add(make_state(world))
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(world, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        write(world, tmp_path / "file", states_of(world, "2016-05-01", 1))


def test_the_same_states_give_the_same_bytes(world, tmp_path):
    files = [write(world, tmp_path / name, states_of(world, "2016-05-01", 3))[0] for name in ("one", "two")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_evaluation_reads_it(world, tmp_path):
    """An overpass at half past five UTC gets the morning's value, one in the evening the evening's."""
    write(world, tmp_path, states_of(world, "2016-05-01", 4))
    times = np.array(["2016-05-02T05:30", "2016-05-03T17:20"], "datetime64[s]")
    truth = read_truth(tmp_path, world.window, times)
    land = ~world.land.water[world.inner]
    np.testing.assert_allclose(truth[0][land], 0.302, atol=1e-5)
    np.testing.assert_allclose(truth[1][land], 0.305, atol=1e-5)
