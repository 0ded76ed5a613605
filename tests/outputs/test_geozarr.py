"""The GeoZarr copy holds the cube's values, in chunks for maps and for series, and tools know where it lies."""

import numpy as np
import pytest
import rasterio
import xarray as xr
import zarr
from pyproj import CRS

from smen.data import netcdf
from smen.errors import DataError, OutputError
from smen.grid import M03, Window
from smen.outputs.geozarr import write_geozarr

WINDOW = Window(1020, 2640, 40, 30)
DATES = 50


@pytest.fixture(scope="module")
def cube(tmp_path_factory):
    """A small cube: fields with missing cells, codes, times."""
    import h5netcdf

    path = tmp_path_factory.mktemp("cube") / "plains.nc"
    random = np.random.default_rng(1)
    moisture = random.uniform(0, 0.5, (DATES, *WINDOW.shape)).astype(np.float32)
    moisture[random.uniform(size=moisture.shape) < 0.2] = np.nan
    times = np.datetime64("2018-01-01") + np.arange(DATES) * np.timedelta64(2, "D")
    with h5netcdf.File(path, "w") as file:
        netcdf.write_header(file, netcdf.axes(WINDOW), DATES, "time", {"title": "a cube"})
        file.variables["time"][:] = netcdf.seconds_of(times)
        netcdf.add_fields(file, netcdf.float_variable("soil_moisture", **netcdf.SOIL_MOISTURE), compression=1)
        codes = netcdf.FieldVariable("quality", np.uint8, 255, {"flag_values": np.array([0, 1], np.uint8)})
        netcdf.add_fields(file, codes, compression=1)
        file.variables["soil_moisture"][:] = netcdf.filled(moisture)
        file.variables["quality"][:] = np.isfinite(moisture).astype(np.uint8)
    return path, moisture, times


@pytest.fixture(scope="module")
def store(cube, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store") / "plains.zarr"
    write_geozarr(cube[0], folder)
    return folder


@pytest.mark.parametrize("group", ["maps", "series"])
def test_xarray_reads_the_cube_s_values(cube, store, group):
    _, moisture, times = cube
    with xr.open_zarr(store, group=group, consolidated=False, chunks=None, decode_coords="all") as copy:
        np.testing.assert_array_equal(copy.soil_moisture, moisture)
        np.testing.assert_array_equal(copy.quality, np.isfinite(moisture))
        np.testing.assert_array_equal(copy.time.values.astype("datetime64[D]"), times)
        assert copy.soil_moisture.attrs["units"] == "m3 m-3"
        assert CRS(copy.rio.crs) == CRS("EPSG:6933")
        assert copy.rio.bounds() == pytest.approx(WINDOW.bounds)


def test_maps_and_series_read_few_chunks(store):
    root = zarr.open_group(store, mode="r")
    assert root["maps/soil_moisture"].chunks == (1, 40, 30)
    assert root["series/soil_moisture"].chunks == (DATES, 16, 16)


@pytest.mark.parametrize("node", ["maps", "maps/soil_moisture", "series/quality"])
def test_the_conventions_say_where_it_lies(store, node):
    # GDAL 3.13 looks at the array alone; without its attributes the reference system is unknown there.
    attributes = dict(zarr.open_group(store, mode="r")[node].attrs)
    assert attributes["proj:code"] == "EPSG:6933" and attributes["spatial:dimensions"] == ["y", "x"]
    assert attributes["spatial:shape"] == [40, 30]
    assert attributes["spatial:transform"] == pytest.approx(list(WINDOW.transform)[:6])
    assert attributes["spatial:bbox"] == pytest.approx(WINDOW.bounds)
    assert {one["name"] for one in attributes["zarr_conventions"]} == {"spatial:", "proj:"}


def test_attributes_of_the_cube_stay(store):
    assert zarr.open_group(store, mode="r")["maps"].attrs["title"] == "a cube"


def test_gdal_reads_a_map_in_its_place(cube, tmp_path):
    store = tmp_path / "old.zarr"
    write_geozarr(cube[0], store, zarr_format=2)
    with rasterio.open(f'ZARR:"{store / "maps"}":/soil_moisture') as raster:
        assert raster.count == DATES and raster.shape == WINDOW.shape
        assert raster.crs.to_epsg() == 6933
        assert raster.transform.a == pytest.approx(M03.cell) and list(raster.bounds) == pytest.approx(WINDOW.bounds)
        np.testing.assert_array_equal(raster.read(7), cube[1][6])


def test_what_is_there_is_not_overwritten_and_no_half_store_is_left(cube, store, tmp_path):
    with pytest.raises(OutputError, match="is there"):
        write_geozarr(cube[0], store)
    with pytest.raises(DataError, match="cannot be read"):
        write_geozarr(tmp_path / "none.nc", tmp_path / "new.zarr")
    (tmp_path / "text.nc").write_text("no NetCDF")
    with pytest.raises(DataError, match="cannot be read"):
        write_geozarr(tmp_path / "text.nc", tmp_path / "new.zarr")
    assert [path.name for path in tmp_path.iterdir()] == ["text.nc"]
