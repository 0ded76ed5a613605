"""Static rasters: what they explain, where they lie as GDAL reads them, marks, the same bytes again."""

import numpy as np
import pytest
import rasterio
from made_world import make_world
from rasterio.warp import Resampling, reproject

from smen.errors import OutputError
from smen.grid import Window
from smen.simulation.climates import CLIMATES, GENEVA
from smen.simulation.covariates import elevation, sand, static_pattern, write_covariates
from smen.simulation.soil import SoilStores
from smen.simulation.world import World

NAMES = ("sand", "elevation")


@pytest.fixture(scope="module")
def world():
    return make_world("geneva", size=48, name="covariates")


@pytest.fixture(scope="module")
def folder(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("covariates")
    assert write_covariates(world, folder, "no measurement") == [folder / f"{name}.tif" for name in NAMES]
    return folder


def warped(path, window):
    """A raster as a user's program reads it on the 3 km grid: GDAL's bilinear warp."""
    field = np.full(window.shape, np.nan, np.float32)
    with rasterio.open(path) as raster:
        reproject(
            rasterio.band(raster, 1), field, dst_transform=window.transform, dst_crs="EPSG:6933", dst_nodata=np.nan,
            resampling=Resampling.bilinear,
        )  # fmt: skip
    return field


def explained(field, pattern, where):
    return np.corrcoef(field[where], pattern[where])[0, 1] ** 2


@pytest.mark.parametrize("name", CLIMATES)
def test_sand_explains_two_fifths_of_the_pattern(name):
    """In the mean of eight worlds; single ones differ by chance, as gradients are few in a region."""
    shares, elevations = [], []
    for seed in range(8):
        world = make_world(name, size=100, name="share", seed=seed)
        land = ~world.land.water
        pattern = static_pattern(world)
        assert np.corrcoef(sand(world)[land], pattern[land])[0, 1] < 0  # sandy soil is drier
        shares.append(explained(sand(world), pattern, land))
        elevations.append(explained(elevation(world), pattern, land))
    assert np.mean(shares) == pytest.approx(0.4, abs=0.07)
    assert min(shares) > 0.15
    assert np.mean(elevations) < 0.15


def test_the_pattern_is_that_of_the_soil(world):
    """Of the truth on the first day, when all stores are equally wet."""
    soil = SoilStores(world.climate, world.land)
    assert np.corrcoef(soil.moisture().ravel(), static_pattern(world).ravel())[0, 1] > 0.95


def test_sand_is_a_soils(world):
    values = sand(world)
    np.testing.assert_array_equal(np.isnan(values), world.land.water)
    assert 3 <= np.nanmin(values) < np.nanmax(values) <= 95
    assert np.nanmean(values) == pytest.approx(45, abs=2)
    assert np.nanstd(values) == pytest.approx(14, abs=1.5)


def test_sand_is_as_smooth_as_soil_moisture(world):
    """Neighbours are as alike in the one as in the other."""
    filled = np.where(np.isnan(sand(world)), 45, sand(world))

    def likeness(field):
        return np.corrcoef(field[:, 1:].ravel(), field[:, :-1].ravel())[0, 1]

    assert likeness(filled) == pytest.approx(likeness(static_pattern(world)), abs=0.12)


def test_elevation_is_the_relief(world):
    values = elevation(world)
    assert values.min() == 150
    np.testing.assert_allclose(np.diff(values), np.diff(world.land.elevation), atol=1.01)
    assert (values == np.round(values)).all()


def test_sand_lies_on_the_grid(world, folder):
    np.testing.assert_array_equal(warped(folder / "sand.tif", world.area), sand(world))
    with rasterio.open(folder / "sand.tif") as raster:
        assert raster.crs.to_epsg() == 6933
        assert raster.bounds == pytest.approx(world.area.bounds)


def test_elevation_lies_where_the_window_is(world, folder):
    """Read by GDAL from degrees to the window's cells: the field, but for twice interpolated detail."""
    expected = elevation(world)[world.inner]
    read = warped(folder / "elevation.tif", world.window)
    assert np.isfinite(read).all()
    error = read - expected
    assert np.abs(error.mean()) < 3
    assert error.std() < 0.15 * expected.std()
    whole, (rows, columns) = elevation(world), world.inner
    for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0)):  # shifted by a cell it fits much worse
        moved = np.roll(whole, (down, right), (0, 1))[rows, columns]
        assert error.std() < 0.5 * (read - moved).std()
    with rasterio.open(folder / "elevation.tif") as raster:
        assert raster.crs.to_epsg() == 4326


def test_files_say_what_they_are(folder):
    for name, units in (("sand", "%"), ("elevation", "m")):
        with rasterio.open(folder / f"{name}.tif") as raster:
            assert raster.tags()["SIMULATED"] == "no measurement"
            assert raster.tags()["TIFFTAG_IMAGEDESCRIPTION"].startswith("Simulated")
            assert raster.descriptions == (name,) and raster.units == (units,)
            assert raster.nodata == -9999


def test_the_same_world_gives_the_same_bytes_and_no_new_file(world, folder, tmp_path):
    before = {name: (folder / f"{name}.tif").stat() for name in NAMES}
    again = make_world("geneva", size=48, name="covariates")
    write_covariates(again, folder, "no measurement")
    write_covariates(again, tmp_path, "no measurement")
    for name in NAMES:
        after = (folder / f"{name}.tif").stat()
        assert (after.st_mtime_ns, after.st_ino) == (before[name].st_mtime_ns, before[name].st_ino)
        assert (tmp_path / f"{name}.tif").read_bytes() == (folder / f"{name}.tif").read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == ["elevation.tif", "sand.tif"]


def test_another_world_replaces_them(world, tmp_path):
    write_covariates(world, tmp_path, "one")
    write_covariates(make_world("geneva", size=48, name="covariates", seed=2), tmp_path, "two")
    with rasterio.open(tmp_path / "sand.tif") as raster:
        assert raster.tags()["SIMULATED"] == "two"
    assert not np.array_equal(warped(tmp_path / "sand.tif", world.area), sand(world), equal_nan=True)


def test_a_region_over_180_degrees(tmp_path):
    world = World(Window.centred_on(179.9, -17.0, 36, 36), "dateline", GENEVA, 1)
    assert world.area.crosses_antimeridian
    write_covariates(world, tmp_path, "x")
    with rasterio.open(tmp_path / "elevation.tif") as raster:
        assert raster.transform.a == pytest.approx(360 / 11568)
        assert raster.bounds.left == pytest.approx(world.area.longitudes[0] - 180 / 11568)
        assert raster.shape[1] == world.area.width


def test_a_folder_that_cannot_be_made_is_named(world, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_covariates(world, tmp_path / "file" / "covariates", "x")
