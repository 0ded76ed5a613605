"""The ground: cell positions against NSIDC's as found in a real granule, and what must hold everywhere."""

import math
import os
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from rasterio.transform import rowcol, xy
from shapely import MultiPolygon, Point, box

from smen.errors import GridError
from smen.grid import CRS_CODE, GRIDS, LEFT, M03, M09, M36, TOP, Window

settings.register_profile("unhurried", deadline=None)  # the first call of a projection takes its time
settings.load_profile("unhurried")

SOUTH_EDGE, NORTH_EDGE = -85.0445, 85.0445  # ends of EASE-Grid 2.0 as the products' own metadata give them


@pytest.fixture(scope="module")
def real_cells():
    """Row, column, longitude and latitude of all cells of the real half-orbit."""
    root = Path(__file__).resolve().parents[1]
    for folder in (os.environ.get("SMEN_REAL_DATA"), root.parent / "shared" / "real"):
        for path in sorted(Path(folder).glob("SMAP_L2_SM_P_NRT_24342_A_*.h5")) if folder else []:
            with h5py.File(path) as file:
                group = file["Soil_Moisture_Retrieval_Data"]
                return [group[k][()] for k in ("EASE_row_index", "EASE_column_index", "longitude", "latitude")]
    pytest.skip("no real granule: set SMEN_REAL_DATA to the folder that holds the real half-orbit")


longitudes = st.floats(-180, 180)
latitudes = st.floats(-85.04, 85.04)
grids = st.sampled_from(list(GRIDS.values()))
m03_rows, m03_columns = st.integers(0, M03.rows - 1), st.integers(0, M03.columns - 1)


@st.composite
def windows(draw, most=300):
    height, width = draw(st.integers(1, most)), draw(st.integers(1, most))
    return Window(draw(st.integers(0, M03.rows - height)), draw(m03_columns), height, width)


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
    assert [(g.columns, g.rows, g.nesting) for g in (M36, M09, M03)] == [
        (964, 406, 12),
        (3856, 1624, 3),
        (11568, 4872, 1),
    ]
    for grid in GRIDS.values():
        assert grid.rows * grid.nesting == M03.rows
        assert grid.cell == pytest.approx(M03.cell * grid.nesting, rel=1e-12)
        assert LEFT + grid.columns * grid.cell == pytest.approx(-LEFT, abs=1e-3)
        assert TOP - grid.rows * grid.cell == pytest.approx(-TOP, abs=1e-3)


@pytest.mark.parametrize(
    ("longitude", "latitude", "cell", "cell_phase", "origin", "phase"),
    [
        (-97.5164, 35.4676, (1021, 2650), (1, 10), (971, 2600), (11, 8)),  # Oklahoma City
        (-110.9747, 32.2226, (1136, 2218), (8, 10), (1086, 2168), (6, 8)),  # Tucson
        (6.1432, 46.2044, (674, 5981), (2, 5), (624, 5931), (0, 3)),  # Geneva
    ],
)
def test_the_three_regions(longitude, latitude, cell, cell_phase, origin, phase):
    assert M03.cell_at(longitude, latitude) == cell
    assert Window.centred_on(longitude, latitude, 1, 1).phase == cell_phase
    window = Window.centred_on(longitude, latitude, 100, 100)
    assert (window.row, window.column) == origin
    assert window.shape == (100, 100)
    assert window.phase == phase


@given(grid=grids, row=st.integers(0, 4871), column=st.integers(0, 11567))
def test_a_centre_lies_in_its_cell(grid, row, column):
    row, column = row // grid.nesting, column // grid.nesting
    lon, lat = (float(v) for v in grid.centres(row, column))
    assert grid.cell_at(lon, lat) == (row, column)


@given(longitude=longitudes, latitude=latitudes)
def test_cells_nest(longitude, latitude):
    row, column = M03.coordinates(longitude, latitude)
    near_edge = [abs(float(v) - round(float(v))) < 1e-4 for v in (row, column)]
    assume(not any(near_edge))
    fine = M03.cell_at(longitude, latitude)
    for grid in (M36, M09):
        assert grid.cell_at(longitude, latitude) == tuple(i // grid.nesting for i in fine)


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


@pytest.mark.parametrize(
    ("row", "column", "height", "width"),
    [(0, 0, 0, 5), (0, 0, 5, 0), (-1, 0, 5, 5), (4870, 0, 3, 5), (0, -1, 5, 5), (0, 11568, 5, 5), (0, 0, 5, 11569)],
)
def test_windows_off_the_grid(row, column, height, width):
    with pytest.raises(GridError):
        Window(row, column, height, width)


@given(window=windows())
def test_transform_bounds_and_coordinates_agree(window):
    assert CRS_CODE == "EPSG:6933"
    rows, columns = np.arange(window.height), np.arange(window.width)
    x, _ = xy(window.transform, np.zeros_like(columns), columns)
    _, y = xy(window.transform, rows, np.zeros_like(rows))
    np.testing.assert_allclose(window.x, x, atol=1e-6)
    np.testing.assert_allclose(window.y, y, atol=1e-6)
    left, bottom, right, top = window.bounds
    assert window.transform @ (0, 0) == pytest.approx((left, top), abs=1e-6)
    assert window.transform @ (window.width, window.height) == pytest.approx((right, bottom), abs=1e-6)
    at_row, at_column = rowcol(window.transform, window.x[-1:], window.y[-1:])
    assert (int(at_row[0]), int(at_column[0])) == (window.height - 1, window.width - 1)
    # The origin lies on the lattice of M03.
    assert (left - LEFT) / M03.cell == pytest.approx(window.column, abs=1e-9)
    assert (TOP - top) / M03.cell == pytest.approx(window.row, abs=1e-9)


@given(window=windows())
def test_longitudes_and_latitudes_by_pyproj(window):
    to_degrees = Transformer.from_crs("EPSG:6933", "EPSG:4326", always_xy=True).transform
    width = -2 * LEFT
    x = window.x - np.where(window.x > -LEFT, width, 0)
    np.testing.assert_allclose(window.longitudes, to_degrees(x, np.zeros_like(x))[0], atol=1e-9)
    np.testing.assert_allclose(window.latitudes, to_degrees(np.zeros_like(window.y), window.y)[1], atol=1e-9)


@given(window=windows(), grid=grids)
def test_rows_and_columns_on_every_grid(window, grid):
    rows, columns = window.rows(grid), window.columns(grid)
    assert rows.shape == (window.height,)
    assert columns.shape == (window.width,)
    assert rows.tolist() == [(window.row + i) // grid.nesting for i in range(window.height)]
    assert columns.tolist() == [((window.column + j) % 11568) // grid.nesting for j in range(window.width)]


@given(window=windows())
def test_locating_a_windows_own_cells(window):
    row, column = np.meshgrid(window.rows(), window.columns(), indexing="ij")
    inside, i, j = window.locate(row.astype(np.uint16), column.astype(np.uint16))
    assert inside.all()
    assert i.reshape(window.shape)[:, 0].tolist() == list(range(window.height))
    assert j.reshape(window.shape)[0].tolist() == list(range(window.width))


@given(window=windows(), row=m03_rows, column=m03_columns)
def test_locating_any_cell(window, row, column):
    inside, i, j = window.locate(np.array([row]), np.array([column]))
    expected = row in window.rows().tolist() and column in window.columns().tolist()
    assert bool(inside[0]) == expected
    if expected:
        assert window.rows()[i[0]] == row
        assert window.columns()[j[0]] == column


@given(window=windows(), cells=st.integers(0, 200))
def test_padding(window, cells):
    wide = window.padded(cells)
    inside, i, j = wide.locate(np.array([window.row]), np.array([window.column]))
    assert inside[0]
    assert j[0] == cells
    assert i[0] == min(cells, window.row)
    assert wide.width == window.width + 2 * cells
    assert wide.row + wide.height == min(window.row + window.height + cells, M03.rows)


@given(window=windows())
@settings(max_examples=50)
def test_polygon_holds_the_cells_and_is_valid(window):
    polygon = window.polygon()
    assert polygon.is_valid
    assert isinstance(polygon, MultiPolygon) == window.crosses_antimeridian
    west, south, east, north = polygon.bounds
    assert -180 <= west < east <= 180
    assert SOUTH_EDGE - 1e-3 <= south < north <= NORTH_EDGE + 1e-3
    for i in (0, window.height // 2, window.height - 1):
        for j in (0, window.width // 2, window.width - 1):
            assert polygon.covers(Point(window.longitudes[j], window.latitudes[i]))
    # Its width in degrees, over both parts, is that of its columns.
    parts = polygon.geoms if isinstance(polygon, MultiPolygon) else [polygon]
    degrees = sum(p.bounds[2] - p.bounds[0] for p in parts)
    assert degrees == pytest.approx(window.width * 360 / 11568, abs=1e-9)


def test_footprint_frame():
    window = Window.centred_on(179.9, 10, 40, 60)
    frame = window.footprint("pacific")
    assert frame.crs.to_epsg() == 4326
    assert frame.loc[0, ["name", "row", "column", "height", "width"]].tolist() == [
        "pacific", window.row, window.column, 40, 60,
    ]  # fmt: skip
    assert frame.geometry[0].geom_type == "MultiPolygon"


@given(west=st.floats(-179.9, 179), south=st.floats(-84, 83), width=st.floats(0.001, 20), height=st.floats(0.001, 2))
@settings(max_examples=200)
def test_covering_is_the_smallest_that_holds_the_geometry(west, south, width, height):
    east, north = min(west + width, 179.99), min(south + height, 84.9)
    window = Window.covering(box(west, south, east, north))
    left, bottom, right, top = window.polygon().bounds
    tolerance = 1e-6
    assert left <= west + tolerance
    assert east <= right + tolerance
    assert bottom <= south + tolerance
    assert north <= top + tolerance
    step = 360 / 11568
    assert west - left < step + tolerance
    assert right - east < step + tolerance
    rows = Transformer.from_crs("EPSG:4326", "EPSG:6933", always_xy=True).transform([0, 0], [south, north])[1]
    assert window.bounds[3] - rows[1] < M03.cell * (1 + 1e-5)
    assert rows[0] - window.bounds[1] < M03.cell * (1 + 1e-5)


@given(window=windows(most=60))
@settings(max_examples=100)
def test_covering_its_own_polygon_gives_the_window_back(window):
    assert Window.covering(window.polygon()) == window


def test_covering_across_180():
    two = MultiPolygon([box(179, 10, 180, 11), box(-180, 10, -178.5, 11)])
    window = Window.covering(two)
    assert window.crosses_antimeridian
    assert window.width == pytest.approx(2.5 * 11568 / 360, abs=2)
    # Parts that reach 180 degrees from both sides, and one in between: all around the globe.
    world = MultiPolygon([box(-180, 10, -170, 11), box(-5, 10, 5, 11), box(170, 10, 180, 11)])
    assert Window.covering(world).width == 11568


@pytest.mark.parametrize("geometry", [MultiPolygon(), box(0, 80, 1, 86), box(0, -86, 1, -80)])
def test_covering_what_cannot_be(geometry):
    with pytest.raises(GridError):
        Window.covering(geometry)


@given(window=windows(most=50))
@settings(max_examples=50)
def test_cells_on_the_ground(window):
    north_south, east_west = window.cell_lengths_km()
    assert north_south.shape == east_west.shape == (window.height,)
    # Geodesics on the ellipsoid are an independent measure; the cell's own sides are curved only slightly.
    assume(abs(window.latitudes[0]) < 75)
    geod = Geod(ellps="WGS84")
    latitude, step = float(window.latitudes[0]), 360 / 11568
    _, _, metres = geod.inv(0, latitude, step, latitude)
    assert east_west[0] == pytest.approx(metres / 1000, rel=1e-5)
    to_degrees = Transformer.from_crs("EPSG:6933", "EPSG:4326", always_xy=True).transform
    _, (north, south) = to_degrees([0, 0], [window.bounds[3], window.bounds[3] - M03.cell])
    _, _, metres = geod.inv(0, north, 0, south)
    assert north_south[0] == pytest.approx(metres / 1000, rel=1e-4)


def test_cells_at_oklahoma_and_geneva():
    # East-west by north-south, in km.
    for (longitude, latitude), sides in (((-97.5164, 35.4676), (2.8, 3.2)), ((6.1432, 46.2044), (2.4, 3.8))):
        north_south, east_west = Window.centred_on(longitude, latitude, 1, 1).cell_lengths_km()
        assert (float(east_west[0]), float(north_south[0])) == pytest.approx(sides, abs=0.06)
