"""The two rasters of a mosaic, larger than a block."""

import numpy as np
import rasterio
from rio_cogeo.cogeo import cog_validate

from smen.grid import Window
from smen.outputs.geotiff import BANDS, write_map
from smen.outputs.map_files import MapFile
from smen.outputs.mosaic_rasters import QualityLegend, TileMap, write_mosaic
from smen.outputs.quality_raster import write_quality

TIME = np.datetime64("2018-07-04T12:00:00", "s")
LEGEND = QualityLegend({0: "none", 1: "observed", 2: "filled"}, {0: "#ffffff", 1: "#1b7837", 2: "#fdb863"})
NORTH, SOUTH = Window(500, 5000, 200, 60), Window(690, 5000, 200, 60)
AREA = Window(500, 5000, 390, 60)


def tile(folder, window, value, code):
    path, quality = folder / f"{window.row}.tif", folder / f"{window.row}_quality.tif"
    about = {"time": TIME, "direction": "D", "tags": {}}
    write_map(path, window, np.full(window.shape, value), np.full(window.shape, value / 10), None, **about)
    codes = np.full(window.shape, code, np.uint8)
    write_quality(quality, window, codes, names=LEGEND.names, colours=LEGEND.colours, **about)
    return TileMap(window, MapFile(TIME, "D", path, quality))


def test_two_tiles_over_two_blocks(tmp_path, capfd):
    maps = [tile(tmp_path, NORTH, 0.1, 1), tile(tmp_path, SOUTH, 0.3, 2)]
    path, quality = tmp_path / "mosaic.tif", tmp_path / "mosaic_quality.tif"
    about = {"time": TIME, "direction": "D", "tags": {"REGION": "mosaic"}}
    summary = write_mosaic(path, quality, AREA, maps, 10, LEGEND, **about)
    assert summary.valid_share == 1
    assert abs(summary.mean - 0.2) < 1e-6
    assert cog_validate(path)[0] and cog_validate(quality)[0]
    with rasterio.open(path) as raster:
        assert raster.descriptions == tuple(band.name for band in BANDS)
        column = raster.read(1)[:, 30]
        assert raster.tags()["ACQUISITION_TIME"] == "2018-07-04T12:00:00Z" and raster.tags()["REGION"] == "mosaic"
        assert abs(float(raster.tags(1)["STATISTICS_MEAN"]) - summary.mean) < 1e-12
    np.testing.assert_allclose(column[:190], 0.1, rtol=1e-6)
    np.testing.assert_allclose(column[190:200], 0.1 + 0.2 * (np.arange(10) + 0.5) / 10, rtol=1e-6)
    np.testing.assert_allclose(column[200:], 0.3, rtol=1e-6)
    with rasterio.open(quality) as raster, rasterio.open(maps[0].file.quality) as single:
        assert raster.colormap(1) == single.colormap(1) and raster.tags(1) == single.tags(1)
        assert raster.nodata == single.nodata and (raster.read(1)[:195] == 1).all()
    assert (tmp_path / "mosaic.qml").is_file() and (tmp_path / "mosaic_quality.tif.aux.xml").is_file()
    assert "ERROR" not in capfd.readouterr().err
