"""CF NetCDF: times and fill values there and back, and what xarray, rioxarray and GDAL make of a file."""

import h5netcdf
import numpy as np
import pytest
import rasterio
import rioxarray  # noqa: F401  (adds .rio)
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from smen.data import netcdf
from smen.grid import M03, M09, M36, Window
from smen.products import conventions

WINDOW = Window(1021, 2650, 20, 30)
seconds = st.integers(-(10**10), 10**10) | st.just(netcdf.NO_TIME)


@given(st.lists(seconds, max_size=9))
def test_times_there_and_back(values):
    times = netcdf.times_of(values)
    assert times.dtype == "datetime64[s]"
    np.testing.assert_array_equal(np.isnat(times), np.array(values) == netcdf.NO_TIME)
    np.testing.assert_array_equal(netcdf.seconds_of(times), np.array(values, np.int64))


def test_seconds_by_hand():
    day = np.datetime64("2000-01-02T00:00:01", "s")
    assert netcdf.seconds_of(day) == 86401
    assert netcdf.seconds_of([np.datetime64("NaT", "s"), day]).tolist() == [np.iinfo(np.int64).min, 86401]
    # The products' own seconds begin twelve hours later on the same day.
    assert netcdf.seconds_of(conventions.EPOCH) == 12 * 3600


def test_missing_values_there_and_back():
    values = np.array([[0.0, np.nan, 0.25]], np.float32)
    np.testing.assert_array_equal(netcdf.filled(values), np.float32([[0, -9999, 0.25]]))
    np.testing.assert_array_equal(netcdf.unfilled(netcdf.filled(values)), values)
    assert netcdf.filled(values.astype(np.float64)).dtype == np.float32
    assert netcdf.unfilled(values) is not values


@pytest.mark.parametrize("grid", [M03, M09, M36])
@pytest.mark.parametrize("window", [WINDOW, Window(1200, 11560, 14, 25)])
def test_axes_of_any_grid(window, grid, tmp_path):
    with h5netcdf.File(tmp_path / "axes.nc", "w") as file:
        netcdf.write_axes(file, netcdf.axes(window, grid))
    x, y = window.coarse_axes(grid)
    with xr.open_dataset(tmp_path / "axes.nc", engine="h5netcdf") as axes:
        np.testing.assert_array_equal(axes.x, x)
        np.testing.assert_array_equal(axes.y, y)
        for name in ("x", "y"):  # CF conventions 1.10, section 4.1 and appendix F
            about = axes[name].attrs
            assert about["standard_name"] == f"projection_{name}_coordinate" and about["units"] == "m"
            assert about["axis"] == name.upper()
        mapping = axes["crs"].attrs
    assert mapping["grid_mapping_name"] == "lambert_cylindrical_equal_area" and mapping["standard_parallel"] == 30
    # Just what rioxarray writes, by which itself, GDAL and QGIS know the projection.
    empty = xr.Dataset(coords={"y": y, "x": x}).rio.write_crs("EPSG:6933", grid_mapping_name="crs")
    theirs = empty.rio.write_transform(window.coarse_transform(grid), grid_mapping_name="crs").crs.attrs
    assert {name: np.asarray(value).item() for name, value in mapping.items()} == theirs


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A file of three fields on coarse cells, the second without a value and without a time over the window."""
    path = tmp_path_factory.mktemp("netcdf") / "a.nc"
    shape = WINDOW.coarse_shape(M36)
    with h5netcdf.File(path, "w") as content:
        netcdf.write_header(content, netcdf.axes(WINDOW, M36), 3, "time of the half-orbit", {"title": "a test"})
        about = netcdf.time_attributes("over the window", axis=False)
        netcdf.add_along_time(content, "overpass_time", np.int64, about)
        netcdf.add_along_time(content, "descending", np.uint8, netcdf.DIRECTION)
        moisture = netcdf.float_variable("soil_moisture", long_name="soil moisture", **netcdf.SOIL_MOISTURE)
        netcdf.add_fields(content, moisture, compression=1, coordinates="overpass_time")
        netcdf.add_fields(content, netcdf.flag_variable("flag", long_name="bits"), compression=1)
        content.variables["time"][:] = [0, 86400, 172800]
        content.variables["overpass_time"][:] = [60, netcdf.NO_TIME, 172860]
        for i in (0, 2):
            content.variables["soil_moisture"][i] = np.full(shape, 0.1 + i / 10, np.float32)
            content.variables["flag"][i] = np.full(shape, i, np.uint16)
    return path


def test_xarray_decodes_times_and_missing_values(file):
    with xr.open_dataset(file, engine="h5netcdf", decode_coords="all") as dataset:
        assert dataset.attrs == {"Conventions": "CF-1.10", "title": "a test"}
        np.testing.assert_array_equal(dataset.time, np.array(["2000-01-01", "2000-01-02", "2000-01-03"], "M8[ns]"))
        assert np.isnat(dataset.overpass_time.values[1])
        assert dataset.overpass_time.values[2] == np.datetime64("2000-01-03T00:01:00")
        assert dataset.soil_moisture.dims == ("time", "y", "x")
        np.testing.assert_allclose(dataset.soil_moisture[:, 0, 0], [0.1, np.nan, 0.3], atol=1e-7)
        assert dataset.soil_moisture.attrs["units"] == "m3 m-3" and "overpass_time" in dataset.soil_moisture.coords
        np.testing.assert_array_equal(dataset.flag[:, 0, 0], [0, np.nan, 2])
        assert dataset.descending.attrs["flag_meanings"] == "ascending descending"


def test_gdal_places_it_and_sees_what_is_missing(file):
    with rasterio.open(f"netcdf:{file}:soil_moisture") as raster:
        assert raster.crs.to_epsg() == 6933 and (raster.count, raster.nodata) == (3, -9999)
        assert tuple(raster.transform)[:6] == pytest.approx(tuple(WINDOW.coarse_transform(M36))[:6])
        assert raster.read(2, masked=True).mask.all() and not raster.read(1, masked=True).mask.any()


def test_each_field_is_a_compressed_chunk(file):
    with h5netcdf.File(file, "r") as content:
        moisture = content.variables["soil_moisture"]
        assert moisture.chunks == (1, *WINDOW.coarse_shape(M36)) and moisture.compression == "gzip"
        assert moisture.attrs["grid_mapping"] == "crs"
