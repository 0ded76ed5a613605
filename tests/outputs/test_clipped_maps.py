"""Maps cut out along polygons keep their cells, bands, tags and styles."""

import numpy as np
import pytest
import rasterio
from made_maps import CELL, WINDOW, features, rectangle, two_maps

from smen.errors import DataError
from smen.outputs.clipped_maps import clipped_area, write_clipped
from smen.outputs.feature_cells import cells_of

SHAPES = features(rectangle(2.25, 10.5, 3, 8), rectangle(7, 24))
"""Rows 2 to 5 and columns 10 to 18, by a part of the outer ones; and the cell of row 7, column 24."""


def clipped(folder):
    maps = two_maps(folder)
    area, inside = clipped_area(WINDOW, cells_of(SHAPES, WINDOW))
    (folder / "cut").mkdir()
    for file in maps:
        for source in (file.path, file.quality):
            write_clipped(source, folder / "cut" / source.name, WINDOW, area, inside)
    return area, inside


def test_the_area_holds_all_cells_that_polygons_touch(tmp_path):
    area, inside = clipped(tmp_path)
    assert (area.row - WINDOW.row, area.column - WINDOW.column, *area.shape) == (2, 10, 6, 15)
    assert inside.sum() == 4 * 9 + 1
    assert inside[:4, :9].all() and inside[5, 14]


@pytest.mark.parametrize("name", ["0.tif", "1.tif", "0_quality.tif", "1_quality.tif"])
def test_values_and_what_a_file_says_of_itself_are_those_of_the_map(tmp_path, name):
    area, inside = clipped(tmp_path)
    with rasterio.open(tmp_path / name) as whole, rasterio.open(tmp_path / "cut" / name) as part:
        values, nodata = whole.read()[:, 2:8, 10:25], whole.nodata
        np.testing.assert_array_equal(part.read(), np.where(inside, values, nodata))
        assert part.bounds == pytest.approx(area.bounds)
        assert part.transform.a == pytest.approx(CELL)
        assert part.crs == whole.crs
        assert (part.nodata, part.descriptions, part.units) == (nodata, whole.descriptions, whole.units)
        assert part.tags() == whole.tags()
        if "quality" in name:
            assert part.colormap(1) == whole.colormap(1)
            assert part.tags(1) == whole.tags(1)
    for end in (".qml", ".tif.aux.xml"):
        beside = tmp_path / name.replace(".tif", end)
        assert beside.exists() == (tmp_path / "cut" / beside.name).exists()
        assert not beside.exists() or beside.read_bytes() == (tmp_path / "cut" / beside.name).read_bytes()


def test_statistics_are_those_of_the_part(tmp_path):
    clipped(tmp_path)
    with rasterio.open(tmp_path / "cut/0.tif") as part:
        values = part.read(1, masked=True).compressed()
        assert float(part.tags(1)["STATISTICS_MAXIMUM"]) == pytest.approx(values.max()) == pytest.approx(0.07 + 0.024)
        assert part.overviews(1) == [2]


def test_a_missing_map_is_named(tmp_path):
    area, inside = clipped_area(WINDOW, cells_of(SHAPES, WINDOW))
    with pytest.raises(DataError, match=r"gone.tif or its style cannot be read"):
        write_clipped(tmp_path / "gone.tif", tmp_path / "cut.tif", WINDOW, area, inside)
