"""Rasters of indices and their list, read back by rasterio and by this package."""

import numpy as np
import pytest
import rasterio
from made_indices import CONSTANTS, FIRST, WEEK, percentile, two_weeks

from smen.data.drought_classes import DROUGHT_COLOURS, DROUGHT_NAMES
from smen.errors import DataError
from smen.outputs.index_files import index_path, read_index, read_index_lists


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("indices") / "2018"
    folder.mkdir()
    return folder, two_weeks(folder)


def test_names_say_region_period_and_kind(tmp_path):
    assert index_path(tmp_path, "here", FIRST, "week", "drought").name == "here_20180702_week_drought.tif"
    assert index_path(tmp_path, "here", FIRST, "overpass", "anomaly").name == "here_20180702T000000_anomaly.tif"


def test_the_list_gives_the_files_back(weeks):
    folder, files = weeks
    back = read_index_lists([(folder.parent / "2018.csv", folder)])
    for one, other in zip(back, files, strict=True):
        assert (one.start, one.end, one.every, one.record_years) == (other.start, other.end, "week", 4)
        assert one.paths == other.paths
        assert one.shares == pytest.approx(other.shares, abs=5e-5)  # the list has four decimals
    assert files[0].stem == "tucson_20180702_week" and files[1].start == FIRST + WEEK


def test_a_missing_list_is_refused(tmp_path):
    with pytest.raises(DataError, match="Run the stage indicators"):
        read_index_lists([(tmp_path / "none.csv", tmp_path)])
    with pytest.raises(DataError, match="Run the stage indicators again"):
        read_index(tmp_path / "none.tif")


def test_values_and_gaps_are_read_as_they_were_written(weeks):
    _, files = weeks
    for number, file in enumerate(files):
        np.testing.assert_allclose(read_index(file.paths["percentile"])[0], percentile(number), rtol=1e-6)
    part = read_index(files[0].paths["water_index"], part=(slice(2, 4), slice(0, 3)))
    assert part.shape == (2 * len(CONSTANTS), 2, 3) and part[0, 0, 0] == 7
    assert read_index(files[0].paths["percentile"], every=2).shape == (3, 10, 15)


def test_drought_is_a_palette_with_the_names_that_gdal_shows(weeks):
    _, files = weeks
    with rasterio.open(files[0].paths["drought"]) as raster:
        assert raster.nodata == 255 and raster.tags()["END_TIME"] == "2018-07-09T00:00:00Z"
        colours = raster.colormap(1)
        for code, colour in DROUGHT_COLOURS.items():
            assert colours[code] == (*bytes.fromhex(colour[1:]), 255)
        assert raster.tags(1)["CODE_2"] == DROUGHT_NAMES[2]
    sidecar = files[0].paths["drought"].with_name(files[0].paths["drought"].name + ".aux.xml").read_text()
    assert "D4: exceptional drought" in sidecar
