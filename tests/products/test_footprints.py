"""Outlines of cells."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from true_granules import FLAG_FILL, SCENE_NAME, rectangle, write_scene

from smen.grid import M03, M09, M36
from smen.products.footprints import VERTICES, outline
from smen.products.verify import verify_granule


@pytest.mark.parametrize("first", [2600, 11520])
def test_footprint_covers_the_cells_and_is_short(tmp_path, first):
    row, column = rectangle(1000, first, 72, 102)
    row = np.where(np.arange(102) + np.arange(72)[:, None] > 40, row, FLAG_FILL)  # a corner is missing
    footprint = verify_granule(write_scene(tmp_path / SCENE_NAME, row, column, 0.2), "SPL2SMAP_S").footprint()
    assert footprint.is_valid
    assert shapely.get_num_coordinates(footprint) <= 48
    longitude, latitude = M03.centres(row[row != FLAG_FILL], column[row != FLAG_FILL])
    assert shapely.covers(footprint, shapely.points(longitude, latitude)).all()
    # 102 columns of 360 / 11568 degrees and 72 rows of some 0.03 degrees, and no belt around the globe.
    assert 0.8 * 3.17 * 2.1 < shapely.area(footprint) < 1.3 * 3.17 * 2.6
    assert (footprint.bounds[0] == -180 and footprint.bounds[2] == 180) == (first == 11520)


def test_one_cell_is_its_rectangle():
    shape = outline(M36, np.array([0]), np.array([0]))
    west, south, east, north = shape.bounds
    # EASE-Grid 2.0 ends at 85.0445664 degrees; columns are 360 / 964 degrees wide; the centre lies at 83.63197528.
    assert (west, east, north) == pytest.approx((-180, -180 + 360 / 964, 85.0446), abs=1e-4)
    assert south < 83.63197528 < north
    assert shapely.get_num_coordinates(shape) == 5


def test_no_cells():
    assert outline(M36, np.array([], int), np.array([], int)) is None


def test_cells_on_both_sides_of_180_degrees_are_two_parts():
    shape = outline(M03, np.array([2000, 2000]), np.array([11567, 0]))
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == pytest.approx(2 * 360 / 11568 * (shape.bounds[3] - shape.bounds[1]), rel=0.01)


def test_a_hole_stays_a_hole():
    row, column = (index.ravel() for index in np.mgrid[100:130, 200:230])
    inside = (abs(row - 115) < 5) & (abs(column - 215) < 5)
    shape = outline(M09, row[~inside], column[~inside])
    assert len(shape.interiors) == 1
    assert shape.is_valid


@settings(max_examples=25)
@given(data=st.data(), grid=st.sampled_from([M36, M09, M03]))
def test_a_footprint_covers_its_cells_with_few_vertices(data, grid):
    rows = st.integers(0, grid.rows - 1)
    columns = st.integers(0, grid.columns - 1)
    cells = np.array(data.draw(st.lists(st.tuples(rows, columns), min_size=1, max_size=12)))
    shape = outline(grid, cells[:, 0], cells[:, 1])
    assert shape.is_valid
    assert shapely.get_num_coordinates(shape) <= VERTICES
    longitude, latitude = grid.centres(cells[:, 0], cells[:, 1])
    assert shapely.covers(shape, shapely.points(longitude, latitude)).all()
