"""EASE-Grid 2.0: cell positions against NSIDC's as found in a real granule, and what must hold everywhere."""

import math

import h5py
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Transformer

from smen.errors import GridError
from smen.grid import GRIDS, LEFT, M03, M09, M36, TOP, grid_with_factor

longitudes = st.floats(-180, 180)
latitudes = st.floats(-85.04, 85.04)
grids = st.sampled_from(list(GRIDS.values()))


@pytest.fixture(scope="module")
def real_cells(real_half_orbit):
    """Row, column, longitude and latitude of all cells of the real half-orbit."""
    with h5py.File(real_half_orbit) as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        return [group[k][()] for k in ("EASE_row_index", "EASE_column_index", "longitude", "latitude")]


class TestRealCells:
    def test_centres(self, real_cells):
        row, column, longitude, latitude = real_cells
        assert len(row) == 17268
        lon, lat = M36.centres(row, column)
        # float32 keeps 180 degrees to 8e-6.
        np.testing.assert_allclose(lon, longitude, atol=2e-5)
        np.testing.assert_allclose(lat, latitude, atol=2e-5)

    def test_coordinates(self, real_cells):
        row, column, longitude, latitude = real_cells
        at_row, at_column = M36.coordinates(longitude, latitude)
        assert np.abs(at_row - 0.5 - row).max() < 2e-4
        assert np.abs(at_column - 0.5 - column).max() < 2e-4

    def test_cell_at(self, real_cells):
        for row, column, longitude, latitude in list(zip(*real_cells, strict=True))[::97]:
            assert M36.cell_at(float(longitude), float(latitude)) == (row, column)
            assert tuple(i // 4 for i in M09.cell_at(float(longitude), float(latitude))) == (row, column)
            assert tuple(i // 12 for i in M03.cell_at(float(longitude), float(latitude))) == (row, column)


def test_first_centre_as_published():
    lon, lat = M36.centres(0, 0)
    assert float(lon) == pytest.approx(-179.81327801, abs=5e-9)
    assert float(lat) == pytest.approx(83.63197528, abs=5e-9)


def test_shapes_nest_and_reach_the_edges():
    assert [(g.columns, g.rows, g.coarse_factor) for g in (M36, M09, M03)] == [
        (964, 406, 12),
        (3856, 1624, 3),
        (11568, 4872, 1),
    ]
    for grid in GRIDS.values():
        assert grid.rows * grid.coarse_factor == M03.rows
        assert grid.cell == pytest.approx(M03.cell * grid.coarse_factor, rel=1e-12)
        assert LEFT + grid.columns * grid.cell == pytest.approx(-LEFT, abs=1e-3)
        assert TOP - grid.rows * grid.cell == pytest.approx(-TOP, abs=1e-3)


@given(grid=grids, row=st.integers(0, 4871), column=st.integers(0, 11567))
def test_a_centre_lies_in_its_cell(grid, row, column):
    row, column = row // grid.coarse_factor, column // grid.coarse_factor
    lon, lat = (float(v) for v in grid.centres(row, column))
    assert grid.cell_at(lon, lat) == (row, column)


@given(longitude=longitudes, latitude=latitudes)
def test_cells_nest(longitude, latitude):
    row, column = M03.coordinates(longitude, latitude)
    near_edge = [abs(float(v) - round(float(v))) < 1e-4 for v in (row, column)]
    assume(not any(near_edge))
    fine = M03.cell_at(longitude, latitude)
    for grid in (M36, M09):
        assert grid.cell_at(longitude, latitude) == tuple(i // grid.coarse_factor for i in fine)


@given(longitude=longitudes, latitude=latitudes)
def test_a_place_is_less_than_half_a_cell_from_its_centre(longitude, latitude):
    row, column = M03.cell_at(longitude, latitude)
    project = Transformer.from_crs("EPSG:4326", "EPSG:6933", always_xy=True).transform
    (x0, y0), (x1, y1) = project(longitude, latitude), project(*(float(v) for v in M03.centres(row, column)))
    apart = abs(x1 - x0)
    assert min(apart, abs(apart + 2 * LEFT)) <= M03.cell / 2 + 0.01
    assert abs(y1 - y0) <= M03.cell / 2 + 0.01


def test_both_sides_of_180_are_one_meridian():
    assert M03.cell_at(180.0, 10.0) == M03.cell_at(-180.0, 10.0)
    assert M03.cell_at(180.0, 10.0)[1] == 0
    assert M03.cell_at(179.999, 10.0)[1] == M03.columns - 1
    assert M03.cell_at(0.0, 0.0) == (M03.rows // 2, M03.columns // 2)


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [(181, 0), (-180.1, 0), (0, 90.5), (0, -91), (0, 85.2), (0, -85.2), (0, 90), (math.nan, 0)],
)
def test_places_off_the_grid(longitude, latitude):
    with pytest.raises(GridError, match=r"85\.04|not a place on Earth"):
        M03.cell_at(longitude, latitude)


def test_a_grid_by_its_factor():
    assert [grid_with_factor(factor) for factor in (12, 3, 1)] == [M36, M09, M03]
    with pytest.raises(GridError, match=r"6 x 6 cells of 3 km: choose 12 \(M36\)"):
        grid_with_factor(6)
