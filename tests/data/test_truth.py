"""Reading the truth: files with known values, found by place and time; wrong files are named."""

import numpy as np
import pytest
import xarray as xr

from smen.data.truth import read_truth
from smen.errors import ArchiveError
from smen.grid import LEFT, M03, TOP, Window

WINDOW = Window(1000, 2600, 3, 4)


def times(*texts):
    return np.array(texts, "datetime64[s]")


def write(path, stamps, window=WINDOW, *, name="soil_moisture", values=None, **changes):
    """Write a file of truth whose value tells its stamp and its cell: 100 * stamp + 10 * row + column."""
    if values is None:
        stamp, row, column = np.ogrid[: len(stamps), : window.height, : window.width]
        values = (100.0 * stamp + 10 * row + column).astype(np.float32)
    axes = {
        "time": stamps,
        "y": TOP - (window.row + np.arange(window.height) + 0.5) * M03.cell,
        "x": LEFT + (window.column + np.arange(window.width) + 0.5) * M03.cell,
    } | changes
    xr.Dataset({name: (("time", "y", "x"), values)}, axes).to_netcdf(path, engine="h5netcdf")
    return path


def test_each_overpass_has_the_nearest_time_and_each_cell_its_own_value(tmp_path):
    path = write(tmp_path / "truth.nc", times("2018-01-01T06:00", "2018-01-01T18:00", "2018-01-02T06:00"))
    truth = read_truth(path, WINDOW, times("2018-01-01T07:00", "2018-01-02T01:00"))
    row, column = np.ogrid[:3, :4]
    np.testing.assert_array_equal(truth[0], 10 * row + column)
    np.testing.assert_array_equal(truth[1], 200 + 10 * row + column)
    assert truth.dtype == np.float32


def test_cells_that_the_file_does_not_cover_are_missing(tmp_path):
    path = write(tmp_path / "truth.nc", times("2018-01-01T06:00"))
    (truth,) = read_truth(path, Window(1001, 2598, 4, 4), times("2018-01-01T06:00"))
    expected = np.full((4, 4), np.nan)
    expected[:2, 2:] = [[10, 11], [20, 21]]
    np.testing.assert_array_equal(truth, expected)


def test_values_of_midnight_are_of_the_whole_day(tmp_path):
    path = write(tmp_path / "truth.nc", times("2018-01-01T00:00", "2018-01-02T00:00"))
    truth = read_truth(path, WINDOW, times("2018-01-01T23:00", "2018-01-02T01:00"))
    assert truth[:, 0, 0].tolist() == [0, 100]


def test_a_value_of_another_day_is_not_used(tmp_path):
    path = write(tmp_path / "truth.nc", times("2018-01-01T06:00", "2018-01-01T18:00"))
    far = read_truth(path, WINDOW, times("2018-01-02T13:00", "2017-12-31T11:59", "NaT"))
    assert np.isnan(far).all()
    assert np.isfinite(read_truth(path, WINDOW, times("2018-01-02T11:00"))).all()


def test_of_several_files_the_nearest_time_counts(tmp_path):
    write(tmp_path / "a.nc", times("2018-01-01T06:00"), values=np.full((1, 3, 4), 0.1, np.float32))
    write(tmp_path / "b.nc", times("2018-01-01T08:00"), values=np.full((1, 3, 4), 0.2, np.float32))
    truth = read_truth(tmp_path, WINDOW, times("2018-01-01T06:30", "2018-01-01T07:30"))
    np.testing.assert_allclose(truth[:, 1, 1], [0.1, 0.2], rtol=1e-6)


def test_axes_may_run_either_way_and_the_variable_may_have_any_name(tmp_path):
    path = write(tmp_path / "truth.nc", times("2018-01-01T06:00"), name="sm")
    straight = read_truth(path, WINDOW, times("2018-01-01T06:00"))
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        dataset.load().isel(y=slice(None, None, -1)).transpose("x", "time", "y").to_netcdf(
            tmp_path / "turned.nc", engine="h5netcdf"
        )
    np.testing.assert_array_equal(read_truth(tmp_path / "turned.nc", WINDOW, times("2018-01-01T06:00")), straight)


def test_a_window_across_180_degrees(tmp_path):
    window = Window(1000, M03.columns - 2, 3, 4)
    path = write(tmp_path / "truth.nc", times("2018-01-01T06:00"), window)
    (truth,) = read_truth(path, window, times("2018-01-01T06:00"))
    assert truth[0].tolist() == [0, 1, 2, 3]


def test_wrong_files_are_named(tmp_path):
    time = times("2018-01-01T06:00")
    with pytest.raises(ArchiveError, match=r"holds no truth.*correct source\.truth"):
        read_truth(tmp_path, WINDOW, time)
    (tmp_path / "text.nc").write_text("no NetCDF")
    with pytest.raises(ArchiveError, match=r"text\.nc is no NetCDF file"):
        read_truth(tmp_path / "text.nc", WINDOW, time)
    shifted = LEFT + (WINDOW.column + np.arange(4)) * M03.cell  # edges instead of centres
    with pytest.raises(ArchiveError, match="axis x is not of centres"):
        read_truth(write(tmp_path / "edges.nc", time, x=shifted), WINDOW, time)
    values = np.zeros((1, 3, 4), np.float32)
    axes = {"time": time, "y": np.arange(3.0), "x": np.arange(4.0)}
    two = {"a": (("time", "y", "x"), values), "b": (("time", "y", "x"), values)}
    xr.Dataset(two, axes).to_netcdf(tmp_path / "two.nc", engine="h5netcdf")
    with pytest.raises(ArchiveError, match="no variable 'soil_moisture'"):
        read_truth(tmp_path / "two.nc", WINDOW, time)
