import numpy as np
import pytest
import rasterio
import rioxarray  # noqa: F401  (adds .rio)
import xarray as xr
from made_results import times

from smen.grid import M36

BANDS = ["soil_moisture", "standard_deviation", "age"]


@pytest.fixture(scope="module")
def cube(moved):
    with xr.open_dataset(moved / "tucson" / "tucson.nc", decode_coords="all", engine="h5netcdf") as dataset:
        yield dataset.load()


def test_xarray_sees_time_place_units_and_crs(cube, made):
    window = made.regions["tucson"].window
    assert cube["soil_moisture"].dims == ("time", "y", "x")
    np.testing.assert_array_equal(cube["time"].values.astype("datetime64[s]"), times(40)[0])
    np.testing.assert_allclose(cube["x"], window.x, rtol=0, atol=1e-6)
    np.testing.assert_allclose(cube["y"], window.y, rtol=0, atol=1e-6)
    np.testing.assert_allclose(cube["longitude"], window.longitudes)
    assert [cube[band].attrs["units"] for band in BANDS] == ["m3 m-3", "m3 m-3", "days"]
    assert cube["soil_moisture"].attrs["standard_name"] == "volume_fraction_of_condensed_water_in_soil"
    assert cube.attrs["simulated"] == "true"
    assert cube.rio.crs.to_epsg() == 6933
    assert tuple(cube.rio.transform())[:6] == pytest.approx(tuple(window.transform)[:6])


def test_the_cube_holds_what_the_maps_hold(cube, moved):
    maps = sorted(path for path in moved.glob("tucson/maps/2018/*.tif") if "quality" not in path.name)
    for i in (0, 4, 39):
        with rasterio.open(maps[i]) as raster:
            bands = raster.read(masked=True).filled(np.nan)
        with rasterio.open(str(maps[i]).replace(".tif", "_quality.tif")) as raster:
            codes = raster.read(1)
        for name, band in zip(BANDS, bands, strict=True):
            np.testing.assert_array_equal(cube[name].isel(time=i), band)
        np.testing.assert_array_equal(cube["quality"].isel(time=i), codes)


def test_codes_have_their_meanings(cube):
    about = cube["quality"].attrs
    meanings = dict(zip(about["flag_values"], about["flag_meanings"].split(), strict=True))
    assert (meanings[1], meanings[10]) == ("observed_history", "water")
    assert set(np.unique(cube["quality"])) <= set(meanings)


def test_gdal_places_the_cube(moved):
    with rasterio.open(f"netcdf:{moved / 'tucson' / 'tucson.nc'}:soil_moisture") as raster:
        assert raster.crs.to_epsg() == 6933
        assert raster.count == 40
        assert raster.nodata == -9999
        assert raster.res == pytest.approx((3002.6850700487, 3002.6850700487))


def test_the_coarse_field_lies_below_the_maps_at_3_km(cube, made, moved):
    window, coarse = made.regions["tucson"].window, cube["coarse_soil_moisture"]
    with xr.open_dataset(moved / "tucson/aligned/coarse_2018.nc", engine="h5netcdf") as aligned:
        cells = aligned["soil_moisture"].values
        assert cells.shape[1:] == window.coarse_shape(M36)
    assert coarse.dims == ("time", "y", "x") and coarse.attrs["units"] == "m3 m-3"
    assert coarse.rio.crs.to_epsg() == 6933
    # Each 3 km cell has the value of the coarse cell in which its own centre lies.
    rows, columns = window.rows() // 12 - window.row // 12, window.columns() // 12 - window.column // 12
    for i, j in ((0, 0), (11, 17), (39, 39)):
        np.testing.assert_array_equal(coarse[:, i, j], cells[:, rows[i], columns[j]])
    assert np.isnan(coarse[4]).any() and np.isfinite(coarse[0]).all()
    with rasterio.open(f"netcdf:{moved / 'tucson' / 'tucson.nc'}:coarse_soil_moisture") as raster:
        assert raster.nodata == -9999 and raster.shape == window.shape
