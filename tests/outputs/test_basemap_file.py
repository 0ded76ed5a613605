"""The stored lines of the base map."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon

from smen.outputs.report.basemap_file import FILE, KINDS, STEP, TOLERANCE, pack_lines, stored_lines


def test_the_files_lines_lie_on_earth_and_in_their_boxes():
    stored = stored_lines()
    assert set(np.unique(stored["kind"])) == set(range(len(KINDS)))
    assert len(stored["first"]) == len(stored["kind"]) + 1 == len(stored["boxes"]) + 1
    degrees = stored["points"] * STEP
    assert (np.abs(degrees) <= [180 + STEP, 90 + STEP]).all()
    assert (np.diff(stored["first"]) >= 2).all()
    for number in (0, 1234, len(stored["kind"]) - 1):
        part = degrees[stored["first"][number] : stored["first"][number + 1]]
        np.testing.assert_allclose(stored["boxes"][number], [*part.min(axis=0), *part.max(axis=0)])


def test_lines_are_read_once():
    assert stored_lines() is stored_lines()
    assert FILE.is_file()


@pytest.fixture
def packed(tmp_path):
    """A border, a lake and what is stored of them."""
    border = LineString([(10, 50), (10.1, 50.2), (10.4, 50.1)])
    lake = Polygon([(10, 49), (10.5, 49), (10.2, 49.5)])
    path = tmp_path / "b.npz"
    pack_lines({"border": gpd.GeoSeries([border]), "lake": gpd.GeoSeries([lake])}, path)
    return border, lake, stored_lines(path)


def line(stored, number):
    return stored["points"][stored["first"][number] : stored["first"][number + 1]] * STEP


def test_packed_lines_come_back(packed):
    border, lake, stored = packed
    assert [KINDS[kind] for kind in stored["kind"]] == ["border", "lake"]
    np.testing.assert_allclose(line(stored, 0), shapely.get_coordinates(border), atol=STEP / 2)
    outline = LineString(line(stored, 1))
    assert outline.is_closed
    assert outline.hausdorff_distance(lake.boundary) <= STEP


def test_small_wiggles_and_dots_are_left_out(tmp_path):
    x = np.linspace(0, 1, 200)
    wiggle = LineString(np.column_stack([x, 0.4 * TOLERANCE * np.sin(60 * x)]))
    dot = LineString([(5, 5), (5.0001, 5)])
    path = tmp_path / "w.npz"
    pack_lines({"coast": gpd.GeoSeries([wiggle, dot])}, path)
    stored = stored_lines(path)
    assert len(stored["kind"]) == 1
    assert len(stored["points"]) < 10
    assert LineString(line(stored, 0)).hausdorff_distance(wiggle) <= TOLERANCE + STEP


def test_touching_lines_are_joined(tmp_path):
    parts = [LineString([(0, 0), (1, 0.3)]), LineString([(1, 0.3), (2, 0)])]
    path = tmp_path / "j.npz"
    pack_lines({"state": gpd.GeoSeries(parts)}, path)
    assert len(stored_lines(path)["kind"]) == 1
