import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rioxarray
import shapely
import xarray as xr
from made_results import times

from smen.grid import M03, M36

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
    assert [cube[band].attrs["units"] for band in BANDS] == ["m3 m-3", "m3 m-3", "days"]
    assert cube["soil_moisture"].attrs["standard_name"] == "volume_fraction_of_condensed_water_in_soil"
    assert cube.attrs["simulated"] == "true"
    assert cube.rio.crs.to_epsg() == 6933
    assert tuple(cube.rio.transform())[:6] == pytest.approx(tuple(window.transform)[:6])


@pytest.mark.parametrize("decode", ["all", True])
@pytest.mark.parametrize("name", [*BANDS, "quality", "coarse_soil_moisture"])
def test_slices_are_reprojected_and_clipped(moved, made, name, decode):
    """Whatever is cut out, and whether or not xarray is told of projections."""
    window = made.regions["tucson"].window
    left, bottom, right, top = window.bounds
    inner = shapely.box(left + 10 * M03.cell, bottom + 5 * M03.cell, right - 10 * M03.cell, top - 5 * M03.cell)
    place = window.longitudes[20], window.latitudes[25]
    with xr.open_dataset(moved / "tucson" / "tucson.nc", decode_coords=decode, engine="h5netcdf") as cube:
        for part in (cube[name].isel(time=5), cube[name].isel(time=slice(5, 8)), cube.isel(time=[5])[[name, "age"]]):
            degrees = part.rio.reproject("EPSG:4326")
            assert degrees.rio.crs.to_epsg() == 4326
            moved_part, own = (p[name] if isinstance(p, xr.Dataset) else p for p in (degrees, part))
            there = moved_part.sel(x=place[0], y=place[1], method="nearest").squeeze()
            near = own.isel(x=slice(19, 22), y=slice(24, 27))
            assert ((there >= near.min(["x", "y"])) & (there <= near.max(["x", "y"]))).all()
            assert part.rio.clip([inner]).sizes["x"] == 20
            assert part.rio.clip([inner]).sizes["y"] == 30


def test_the_whole_cube_is_reprojected(cube):
    degrees = cube.rio.reproject("EPSG:4326")
    assert 32 < degrees["y"].mean() < 33 and -112 < degrees["x"].mean() < -110
    assert np.isfinite(degrees["soil_moisture"]).mean() > 0.8


def test_rioxarray_opens_it_by_itself(moved):
    cube = rioxarray.open_rasterio(moved / "tucson" / "tucson.nc", masked=True)
    assert cube["soil_moisture"].isel(time=3).rio.reproject("EPSG:4326").rio.crs.to_epsg() == 4326


def test_it_keeps_the_conventions(moved):
    """By the checker of IOOS, but for what it says of this projection, where it takes a word for a list of letters."""
    checker = shutil.which("compliance-checker")
    if checker is None:
        pytest.skip("compliance-checker is not installed")
    command = [checker, "--test=cf:1.10", "--format=json", "--output=-", str(moved / "tucson" / "tucson.nc")]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)["cf:1.10"]
    found = [
        text for level in ("high", "medium", "low") for one in report[f"{level}_priorities"] for text in one["msgs"]
    ]
    letters = r"[a-z_] is a required attribute for grid mapping lambert_cylindrical_equal_area"
    assert [text for text in found if not re.fullmatch(letters, text)] == []


def test_the_source_is_said_once(cube):
    assert cube.attrs["source"] == "simulated SMAP and Sentinel-1 retrievals"
    assert "Soil Moisture Enhancement Network" in cube.attrs["references"] and "MIT" in cube.attrs["license"]


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


def test_the_lines_of_the_document_run(moved, tmp_path, monkeypatch):
    page = Path(__file__).parents[2] / "workflow" / "docs" / "outputs.md"
    code = page.read_text(encoding="utf-8").split("```python")[1].split("```")[0]
    (tmp_path / "results").symlink_to(moved)
    monkeypatch.chdir(tmp_path)
    *before, last = [line for line in code.splitlines() if line.strip()]
    names = {}
    exec("\n".join(before), names)
    assert eval(last, names).sizes == {"time": 40}
