"""Values of maps at features, computed again by hand and by rasterio."""

import numpy as np
import pytest
import rasterio
from made_maps import CODES, WINDOW, features, rectangle, two_maps
from rasterio.mask import mask
from shapely import Point

from smen.errors import DataError
from smen.outputs.extraction import COLUMNS, extract
from smen.outputs.feature_cells import Cells, cells_of


@pytest.fixture(scope="module")
def maps(tmp_path_factory):
    return two_maps(tmp_path_factory.mktemp("maps"))


def values(maps, table, simulated=True):
    cells = dict(zip(table["name"], cells_of(table, WINDOW), strict=True))
    return extract(maps, cells, CODES, region="tucson", simulated=simulated)


def test_a_point_has_the_value_of_its_cell(maps):
    table = values(maps, features(Point(WINDOW.longitudes[20], WINDOW.latitudes[3]), crs="EPSG:4326"))
    assert tuple(table.columns) == COLUMNS
    assert table["time"].tolist() == ["2018-07-04T01:00:00Z", "2018-07-04T13:00:00Z"]
    assert table["direction"].tolist() == ["ascending", "descending"]
    np.testing.assert_allclose(table["soil_moisture"], [0.05, 0.15], atol=1e-7)
    np.testing.assert_allclose(table["standard_deviation"], [0.005, 0.015], atol=1e-7)
    assert table["age"].isna().all()
    assert table["quality_meaning"].tolist() == ["observed: recently"] * 2
    assert table["region"].tolist() == ["tucson"] * 2


def test_a_polygon_has_the_mean_weighted_by_shared_area(maps):
    # Half of cell (4, 20), all of (4, 21): (0.5 * 0.060 + 0.061) / 1.5
    table = values(maps, features(rectangle(4, 20.5, 1, 1.5)))
    np.testing.assert_allclose(table["soil_moisture"].iloc[0], (0.5 * 0.060 + 0.061) / 1.5, atol=1e-7)
    assert table["cells"].tolist() == [2, 2]


def test_over_whole_cells_it_is_the_mean_of_what_rasterio_masks(maps):
    shape = rectangle(2, 10, 7, 9)
    table = values(maps, features(shape))
    for file, found in zip(maps, table["soil_moisture"], strict=True):
        with rasterio.open(file.path) as raster:
            inner, _ = mask(raster, [shape.buffer(-1)], crop=True, filled=False, indexes=1)
        assert inner.size == 63
        assert found == pytest.approx(inner.mean(dtype="f8"), rel=1e-6)


def test_missing_cells_are_left_out_and_the_rest_is_stated(maps):
    table = values(maps, features(rectangle(0, 14, 1, 4)))  # one of four cells is missing in the second
    np.testing.assert_allclose(table["valid_share"], [1, 0.75])
    np.testing.assert_allclose(table["soil_moisture"].iloc[1], 0.1 + (0.015 + 0.016 + 0.017) / 3, atol=1e-7)
    assert table["quality"].tolist() == [1, 1]


def test_a_feature_without_valid_cells_has_no_value(maps):
    table = values(maps, features(rectangle(0, 2, 1, 4)))
    assert np.isnan(table["soil_moisture"].iloc[1])
    assert (table["valid_share"].iloc[1], table["quality_meaning"].iloc[1]) == (0, "filled")


def test_the_quality_is_the_code_of_most_of_the_area(maps):
    # 1.6 cells of code 2, then 2 cells of code 1; with 2.4 cells of code 2 it is the other way round.
    table = values(maps, features(rectangle(0, 13.4, 1, 3.6), rectangle(0, 12.6, 1, 4.4)))
    assert table[table["time"].str.contains("13:")]["quality"].tolist() == [1, 2]


def test_a_code_without_a_meaning_is_called_none(maps):
    cells = {"a": Cells(np.array([0]), np.array([0]), np.ones(1))}
    table = extract(maps, cells, {}, region="x", simulated=False)
    assert table["quality_meaning"].tolist() == ["none", "none"]
    assert table["simulated"].tolist() == ["no", "no"]


def test_rows_are_sorted_by_feature_and_time(maps):
    table = values(list(reversed(maps)), features(rectangle(1, 20), rectangle(1, 22)))
    assert table["feature"].tolist() == ["f0", "f0", "f1", "f1"]
    assert table["time"].is_monotonic_increasing or table.groupby("feature")["time"].is_monotonic_increasing.all()


def test_features_outside_are_left_out(maps):
    table = values(maps, features(Point(0, 0), rectangle(100, 100), rectangle(-3, -3, 4, 4)))
    assert set(table["feature"]) == {"f2"}
    empty = values(maps, features(rectangle(100, 100)))
    assert (len(empty), tuple(empty.columns)) == (0, COLUMNS)


def test_a_map_that_cannot_be_read_is_named(tmp_path):
    maps = two_maps(tmp_path)
    maps[1].quality.write_bytes(b"junk")
    with pytest.raises(DataError, match=r"1_quality\.tif cannot be read"):
        values(maps, features(rectangle(1, 1)))
