"""`smen clip`: the maps of a region given by a polygon, cut out along it or along another."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from made_results import make_results
from shapely import Point, Polygon, box

from smen.errors import DataError, OutputError, SettingsError
from smen.outputs.results_folder import results_in
from smen.stages import clip

BASIN = Polygon([(-111.3, 31.9), (-110.5, 32.0), (-110.8, 32.6)])


@pytest.fixture(scope="module")
def basin(tmp_path_factory):
    """Results of a region that is given by a polygon."""
    return results_in(Path(make_results(tmp_path_factory.mktemp("basin"), maps=8, polygon=BASIN).layout.results))


def kept(path):
    """Which cells of a map or quality raster are not nodata, and the middles of all cells in degrees."""
    with rasterio.open(path) as raster:
        valid = raster.read(1) != raster.nodata
        x, y = raster.xy(*np.indices(valid.shape).reshape(2, -1))
        return valid.ravel(), gpd.GeoSeries(gpd.points_from_xy(x, y), crs=raster.crs).to_crs("EPSG:4326")


def test_its_own_polygon_is_what_is_left(basin, tmp_path):
    clip.run(basin, (), tmp_path / "cut")
    qualities = sorted((tmp_path / "cut").glob("*_quality.tif"))
    assert len(qualities) == 8
    assert len(list((tmp_path / "cut").glob("*.tif"))) == 16
    for path in qualities:
        valid, middles = kept(path)
        assert valid[middles.within(BASIN)].all()
        assert not valid[~middles.within(BASIN.buffer(0.03))].any()  # half a diagonal of a cell is .019 degrees


def test_polygons_of_a_file(basin, tmp_path):
    field = box(-111.0, 32.0, -110.8, 32.1)
    gpd.GeoDataFrame(geometry=[field, box(0, 0, 1, 1)], crs="EPSG:4326").to_file(tmp_path / "fields.gpkg")
    clip.run(basin, ["tucson"], tmp_path / "cut", tmp_path / "fields.gpkg")
    valid, middles = kept(next((tmp_path / "cut").glob("*_quality.tif")))
    assert valid[middles.within(field)].all() and middles.within(field).any()
    assert valid.size < 100


def test_what_cannot_be_done_is_said(basin, tmp_path):
    with pytest.raises(SettingsError, match="sahara: no such region; there are tucson"):
        clip.run(basin, ["sahara"], tmp_path / "cut")
    (tmp_path / "fields.geojson").touch()
    with pytest.raises(SettingsError, match=r"there are tucson\. A file of polygons is named with --polygons /"):
        clip.run(basin, [str(tmp_path / "fields.geojson")], tmp_path / "cut")
    with pytest.raises(OutputError, match="there is no folder"):
        clip.run(basin, (), tmp_path / "not/there")
    assert not (tmp_path / "not").exists()
    for name, shape, said in [("far", box(0, 0, 1, 1), "is not in"), ("point", Point(-111, 32), "give polygons")]:
        gpd.GeoDataFrame(geometry=[shape], crs="EPSG:4326").to_file(tmp_path / f"{name}.gpkg")
        with pytest.raises(DataError, match=said):
            clip.run(basin, (), tmp_path / "cut", tmp_path / f"{name}.gpkg")
    assert not (tmp_path / "cut").exists()


def test_a_region_without_a_polygon_wants_a_file(tmp_path):
    results = results_in(Path(make_results(tmp_path, maps=8).layout.results))
    with pytest.raises(DataError, match="tucson is not given by polygons: name a file with --polygons"):
        clip.run(results, (), tmp_path / "cut")
