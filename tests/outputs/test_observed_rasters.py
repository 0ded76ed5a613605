"""What was observed, as rasters beside the maps."""

import numpy as np
import rasterio
from made_maps import WINDOW, two_maps

from smen.outputs.observed_rasters import MOST_MORE, compared_dates, write_observed


def test_fields_with_values_are_written_and_read_back(tmp_path):
    maps = two_maps(tmp_path)
    field = np.full(WINDOW.shape, 0.25, np.float32)
    field[0] = np.nan
    fields = {1: field, 0: np.full(WINDOW.shape, np.nan)}
    files = write_observed(tmp_path / "observed", WINDOW, maps, fields, "coarse", tags={"REGION": "tucson"})
    assert [(file.map, file.path) for file in files] == [(maps[1], tmp_path / "observed" / "2018" / "1_coarse.tif")]
    with rasterio.open(files[0].path) as raster:
        np.testing.assert_array_equal(raster.read(1, masked=True).filled(np.nan), field)
        assert raster.tags()["REGION"] == "tucson" and raster.tags()["ACQUISITION_TIME"] == "2018-07-04T13:00:00Z"
        assert raster.units == ("m3 m-3",)
    assert files[0].path.with_suffix(".qml").is_file()


def test_all_dates_are_shown_where_they_are_few():
    field = np.zeros((2, 2))
    assert compared_dates(5, {1: field, 3: field}) == [0, 1, 2, 3, 4]
    assert compared_dates(MOST_MORE // 2, {}) == list(range(MOST_MORE // 2))
    assert compared_dates(MOST_MORE // 2, {3: field, 1: field}) == [1, 3]
