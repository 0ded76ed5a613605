"""All maps of a region as one NetCDF, read by xarray (tests/gis opens a published one with GDAL and QGIS)."""

import numpy as np
import pytest
import xarray as xr
from made_maps import CODES, WINDOW, two_maps

from smen.errors import DataError, OutputError
from smen.grid import M36
from smen.outputs.cube import write_cube
from smen.outputs.map_files import read_bands

ATTRIBUTES = {"title": "Soil moisture at 3 km, tucson", "simulated": "true"}


ROWS, COLUMNS = WINDOW.rows(M36), WINDOW.columns(M36)
COARSE = np.arange(2.0 * 3 * 4).reshape(2, 3, 4)[:, : len(set(ROWS)), : len(set(COLUMNS))] / 100
COARSE[1, 0, 0] = np.nan


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cube")
    maps = two_maps(folder)
    write_cube(folder / "tucson.nc", WINDOW, maps, COARSE, M36, CODES, ATTRIBUTES)
    with xr.open_dataset(folder / "tucson.nc", engine="h5netcdf", decode_coords="all") as cube:
        yield maps, cube.load()


def test_bands_are_those_of_the_maps(made):
    maps, cube = made
    for number, file in enumerate(maps):
        bands, codes = read_bands(file)
        for name, band in zip(("soil_moisture", "standard_deviation", "age"), bands, strict=True):
            np.testing.assert_array_equal(cube[name].isel(time=number), band)
        np.testing.assert_array_equal(cube["quality"].isel(time=number), codes)


def test_the_coarse_field_is_repeated_over_its_cells(made):
    seen = made[1]["coarse_soil_moisture"].values
    for number, row, column in np.ndindex(seen.shape):
        expected = COARSE[number, ROWS[row] - ROWS[0], COLUMNS[column] - COLUMNS[0]]
        assert seen[number, row, column] == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_times_directions_and_places(made):
    maps, cube = made
    np.testing.assert_array_equal(cube["time"].values.astype("datetime64[s]"), [file.time for file in maps])
    assert cube["descending"].values.tolist() == [0, 1]
    assert cube["descending"].attrs["flag_meanings"] == "ascending descending"
    for name, values in (("x", WINDOW.x), ("y", WINDOW.y)):
        np.testing.assert_allclose(cube[name], values, rtol=1e-12)
    assert cube.attrs["title"] == ATTRIBUTES["title"]
    assert cube.attrs["Conventions"].startswith("CF-1.")


def test_codes_have_one_word_each(made):
    about = made[1]["quality"].attrs
    assert dict(zip(about["flag_values"].tolist(), about["flag_meanings"].split(), strict=True)) == {
        0: "none", 1: "observed", 2: "filled",
    }  # fmt: skip


def test_chunks_are_those_of_some_dates_on_squares_of_cells(made):
    assert made[1]["soil_moisture"].encoding["chunksizes"] == (2, *WINDOW.shape)


def test_many_maps_are_written_in_their_order(tmp_path):
    maps = two_maps(tmp_path) * 40  # more than two blocks of dates
    coarse = np.repeat(COARSE[:1], 80, axis=0) + np.arange(80)[:, None, None]
    write_cube(tmp_path / "long.nc", WINDOW, maps, coarse, M36, CODES, ATTRIBUTES)
    with xr.open_dataset(tmp_path / "long.nc", engine="h5netcdf") as cube:
        assert cube["soil_moisture"].encoding["chunksizes"] == (32, *WINDOW.shape)
        for number in (0, 31, 32, 63, 64, 79):
            bands, codes = read_bands(maps[number])
            np.testing.assert_array_equal(cube["soil_moisture"][number], bands[0])
            np.testing.assert_array_equal(cube["quality"][number], codes)
            assert cube["coarse_soil_moisture"][number].values.min() == pytest.approx(COARSE[0].min() + number)


def test_a_cube_appears_whole_or_not_at_all(tmp_path):
    maps = two_maps(tmp_path)
    maps[1].path.write_bytes(b"junk")
    with pytest.raises(DataError, match=r"1\.tif cannot be read"):
        write_cube(tmp_path / "tucson.nc", WINDOW, maps, COARSE, M36, CODES, ATTRIBUTES)
    assert not list(tmp_path.glob("tucson*"))
    (tmp_path / "blocked.nc").mkdir()
    with pytest.raises(OutputError):
        write_cube(tmp_path / "blocked.nc", WINDOW, maps[:1], COARSE, M36, CODES, ATTRIBUTES)
