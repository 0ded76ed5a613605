"""A user's third data set at stations."""

import numpy as np
import pytest
import xarray as xr
from made_stations import WINDOW, series

from smen.errors import DataError
from smen.validation.station_points import locate_points
from smen.validation.third_dataset import read_third_dataset

TIME = np.array(["2021-06-01", "2021-06-02", "2021-06-02", "2021-06-03"], "datetime64[ns]")
LAT, LON = np.arange(48.0, 52.1, 0.25), np.arange(8.0, 12.1, 0.25)


@pytest.fixture
def points():
    return locate_points([series("one"), series("two", 30, 10)], WINDOW)[0]


def write(path, lat=LAT, lon=LON, name="sm", units="m3/m3", more=None, dims=("time", "lat", "lon")):
    field = LAT[:, None] * 100 + LON[None, :] % 360
    values = np.arange(4)[:, None, None] + np.broadcast_to(field, (4, *field.shape))
    data = xr.Dataset({name: (dims, values, {"units": units})}, {dims[0]: TIME, dims[1]: lat, dims[2]: lon})
    data.assign(**(more or {})).to_netcdf(path, engine="h5netcdf")
    return path


def nearest(axis, value):
    return axis[np.abs(axis - value).argmin()]


@pytest.mark.parametrize("names", [("time", "lat", "lon"), ("valid_time", "latitude", "longitude"), ("time", "y", "x")])
def test_it_takes_the_nearest_cell_whatever_the_coordinates_are_called(tmp_path, points, names):
    product = read_third_dataset(write(tmp_path / "a.nc", dims=names), None, points, "third", frozenset({"ascat"}))
    assert product.sources == {"ascat"} and product.name == "third"
    assert product.time.tolist() == np.unique(TIME).astype("datetime64[s]").tolist()
    for number, point in enumerate(points):
        expected = 100 * nearest(LAT, point.station.latitude) + nearest(LON, point.station.longitude)
        np.testing.assert_allclose(product.value[:, number], expected + np.array([0, 1, 3]))


def test_longitudes_from_0_to_360_and_percent(tmp_path, points):
    product = read_third_dataset(write(tmp_path / "a.nc", units="%"), "sm", points, "third", frozenset())
    turned = read_third_dataset(write(tmp_path / "b.nc", lon=LON + 360), "sm", points, "third", frozenset())
    np.testing.assert_allclose(100 * product.value, turned.value)


def test_a_station_beyond_the_grid_has_no_value(tmp_path, points):
    product = read_third_dataset(write(tmp_path / "a.nc", lat=LAT + 20), None, points, "third", frozenset())
    assert np.isnan(product.value).all()


def test_what_is_lacking_is_named(tmp_path, points):
    with pytest.raises(DataError, match=r"none.nc does not exist: name a NetCDF in validation.third_path"):
        read_third_dataset(tmp_path / "none.nc", None, points, "third", frozenset())
    (tmp_path / "text.nc").write_text("no NetCDF")
    with pytest.raises(DataError, match=r"text.nc cannot be read as a third data set"):
        read_third_dataset(tmp_path / "text.nc", None, points, "third", frozenset())
    two = write(tmp_path / "two.nc", more={"other": (("time", "lat", "lon"), np.zeros((4, LAT.size, LON.size)))})
    with pytest.raises(DataError, match=r"2 variables over lat, lon, time: name one in validation.third_variable"):
        read_third_dataset(two, None, points, "third", frozenset())
    with pytest.raises(DataError, match="no variable soil over lat, lon, time: it has sm, other"):
        read_third_dataset(two, "soil", points, "third", frozenset())
    flat = xr.Dataset({"sm": (("time", "cell"), np.zeros((4, 3)))}, {"time": TIME})
    flat.to_netcdf(tmp_path / "flat.nc", engine="h5netcdf")
    with pytest.raises(DataError, match="has no coordinate lat, lon"):
        read_third_dataset(tmp_path / "flat.nc", None, points, "third", frozenset())
