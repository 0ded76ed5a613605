"""Rasters written block by block are those that are written at once."""

import numpy as np
import pytest
import rasterio
from rio_cogeo.cogeo import cog_validate

from smen.grid import Window
from smen.outputs.geotiff import BANDS, NODATA, statistics, write_map
from smen.outputs.large_raster import BLOCK_ROWS, BlockRaster, RunningStatistics, described, filled

WINDOW = Window(500, 5000, 300, 310)
TIME = np.datetime64("2018-07-04T12:00:00", "s")


def field():
    values = np.random.default_rng(0).uniform(0.05, 0.4, (3, *WINDOW.shape)).astype(np.float32)
    values[:, 20:90, 200:] = np.nan
    values[1, 260:] = np.nan
    return values


def written_by_blocks(values):
    raster = BlockRaster(WINDOW, 3, "AVERAGE", dtype="float32", nodata=NODATA, predictor="FLOATING_POINT")
    for row in range(0, WINDOW.height, BLOCK_ROWS):
        raster.write(row, filled(values[:, row : row + BLOCK_ROWS]))
    return raster.content(described({b.name: b.units for b in BANDS}, {"REGION": "all"}, [{"N": "1"}] * 3))


def test_blocks_make_the_raster_that_one_writing_makes(tmp_path):
    values = field()
    write_map(tmp_path / "once.tif", WINDOW, *values, time=TIME, direction="D", tags={"REGION": "all"})
    (tmp_path / "blocks.tif").write_bytes(written_by_blocks(values))
    assert cog_validate(tmp_path / "blocks.tif")[0]
    with rasterio.open(tmp_path / "once.tif") as once, rasterio.open(tmp_path / "blocks.tif") as blocks:
        for key in ("transform", "crs", "nodata", "dtypes", "descriptions", "units", "block_shapes", "scales"):
            assert getattr(once, key) == getattr(blocks, key), key
        np.testing.assert_array_equal(once.read(), blocks.read())
        assert once.overviews(1) == blocks.overviews(1)
        shape = (3, WINDOW.height // 2, WINDOW.width // 2)
        np.testing.assert_array_equal(once.read(out_shape=shape), blocks.read(out_shape=shape))
        assert blocks.tags()["REGION"] == "all" and blocks.tags(2)["N"] == "1"


def test_the_same_blocks_give_the_same_bytes():
    assert written_by_blocks(field()) == written_by_blocks(field())


def test_statistics_in_parts_are_those_of_the_whole():
    values = field()[1]
    running = RunningStatistics()
    for row in range(0, WINDOW.height, 64):
        running.add(values[row : row + 64])
    whole = statistics(values[np.isfinite(values)], values.size)
    assert running.tags().keys() == whole.keys()
    for name, text in running.tags().items():
        assert float(text) == pytest.approx(float(whole[name]), rel=1e-9), name
    assert running.mean == pytest.approx(np.nanmean(values.astype(float)))
    empty = RunningStatistics()
    empty.add(np.full((3, 4), np.nan, np.float32))
    assert empty.tags() == statistics(np.empty(0), 12) and np.isnan(empty.mean)
