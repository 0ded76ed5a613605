"""Windows of 3 km cells, and the coarse cells under them, against independent computations by cell centres."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from rasterio.transform import rowcol, xy
from shapely import LineString, MultiPolygon, Point, box

from smen.errors import GridError
from smen.grid import CRS_CODE, GRIDS, LEFT, M03, M09, M36, TOP, Window

settings.register_profile("unhurried", deadline=None)  # the first call of a projection takes its time
settings.load_profile("unhurried")

SOUTH_EDGE, NORTH_EDGE = -85.0445, 85.0445  # ends of EASE-Grid 2.0 as the products' own metadata give them


longitudes = st.floats(-180, 180)
latitudes = st.floats(-85.04, 85.04)
grids = st.sampled_from(list(GRIDS.values()))
m03_rows, m03_columns = st.integers(0, M03.rows - 1), st.integers(0, M03.columns - 1)


@st.composite
def windows(draw, most=300):
    height, width = draw(st.integers(1, most)), draw(st.integers(1, most))
    return Window(draw(st.integers(0, M03.rows - height)), draw(m03_columns), height, width)


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
    assert rows.tolist() == [(window.row + i) // grid.coarse_factor for i in range(window.height)]
    assert columns.tolist() == [((window.column + j) % 11568) // grid.coarse_factor for j in range(window.width)]


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


@pytest.mark.parametrize("longitude", [-180, -97.5, -15, 0, 15, 45, 90, 180])
@pytest.mark.parametrize("sliver", [0, 1e-12])
def test_covering_what_has_no_width_on_the_edge_of_a_column(longitude, sliver):
    # 11568 columns in 360 degrees: all these longitudes are edges of columns. The cell east of the edge holds them.
    column = round((longitude + 180) * 11568 / 360) % 11568
    west, east = (longitude - sliver, longitude) if longitude > 0 else (longitude, longitude + sliver)
    assert Window.covering(Point(longitude, 10)).shape == (1, 1)
    line = Window.covering(LineString([(west, 10), (east, 11)]))
    assert (line.column, line.width) == (column, 1)
    assert line.height > 1


@pytest.mark.parametrize(
    "geometry", [MultiPolygon(), box(0, 80, 1, 86), box(0, -86, 1, -80), box(170, 0, 190, 1), box(-190, 0, -170, 1)]
)
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


class TestCoarseCells:
    @given(window=windows(), grid=grids)
    def test_index_by_the_centres_of_cells(self, window, grid):
        # Projected x and y of the fine cells' centres, looked up between the coarse cells' edges.
        x, y = window.coarse_axes(grid)
        assert (len(y), len(x)) == window.coarse_shape(grid)
        rows, columns = window.coarse_index(grid)
        below, right = y - grid.cell / 2, x + grid.cell / 2
        np.testing.assert_array_equal(rows, np.searchsorted(-below, -window.y))
        np.testing.assert_array_equal(columns, np.searchsorted(right, window.x))
        assert (rows[0], columns[0]) == (0, 0)
        assert (rows[-1] + 1, columns[-1] + 1) == window.coarse_shape(grid)  # every coarse cell is under a fine one

    @given(window=windows(), grid=grids)
    def test_centres_of_coarse_cells_are_the_grids_own(self, window, grid):
        x, y = window.coarse_axes(grid)
        x = x - np.where(x > -LEFT, -2 * LEFT, 0)
        to_degrees = Transformer.from_crs("EPSG:6933", "EPSG:4326", always_xy=True).transform
        rows, columns = np.unique(window.rows(grid)), window.columns(grid)
        first = [columns[0], *columns[1:][np.diff(columns) != 0]]
        np.testing.assert_allclose(to_degrees(x, 0 * x)[0], grid.centres(0, first)[0], atol=1e-8)
        np.testing.assert_allclose(to_degrees(0 * y, y)[1], grid.centres(rows, 0)[1], atol=1e-8)

    @given(window=windows(), grid=grids)
    def test_transform_of_coarse_cells(self, window, grid):
        x, y = window.coarse_axes(grid)
        transform = window.coarse_transform(grid)
        assert transform @ (0.5, 0.5) == pytest.approx((x[0], y[0]), abs=1e-6)
        assert transform @ (len(x) - 0.5, len(y) - 0.5) == pytest.approx((x[-1], y[-1]), abs=1e-6)
        (left, _, _, top), corner = window.bounds, transform @ (0, 0)
        assert corner[0] <= left + 1e-6 < corner[0] + grid.cell
        assert corner[1] >= top - 1e-6 > corner[1] - grid.cell

    @given(window=windows(most=60), grid=grids)
    @settings(max_examples=50)
    def test_expand_gives_each_cell_that_of_its_centre(self, window, grid):
        # Each coarse cell bears its own global row and column: the fine one above it must have the same by its place.
        rows, columns = window.coarse_shape(grid)
        row = window.rows(grid)[0] + np.arange(rows)
        column = (window.columns(grid)[0] + np.arange(columns)) % grid.columns
        numbers = row[:, None] * 10_000 + column[None, :]
        expanded = window.expand(np.stack([numbers, -numbers]), grid)
        assert expanded.shape == (2, *window.shape) and expanded.flags.c_contiguous
        for i in (0, window.height // 2, window.height - 1):
            for j in (0, window.width // 2, window.width - 1):
                r, c = grid.cell_at(window.longitudes[j], window.latitudes[i])
                assert expanded[0, i, j] == r * 10_000 + c == -expanded[1, i, j]

    @given(window=windows(most=60), grid=grids, seed=st.integers(0, 99))
    @settings(max_examples=50)
    def test_means_of_expanded_cells_are_the_cells(self, window, grid, seed):
        rng = np.random.default_rng(seed)
        cells = rng.uniform(0, 0.6, window.coarse_shape(grid)).astype(np.float32)
        cells[rng.random(cells.shape) < 0.2] = np.nan
        means = window.cell_means(window.expand(cells, grid), grid)
        np.testing.assert_array_equal(means, cells)  # bit for bit: a sum of 144 equal float32 is exact in float64
        assert means.dtype == np.float64

    def test_means_by_hand(self):
        window = Window(11, 23, 2, 3)  # rows 11 and 12, columns 23 to 25: four cells of M36
        field = np.array([[0.1, 0.2, 0.4], [0.3, np.nan, 0.5]])
        np.testing.assert_allclose(window.cell_means(field, M36), [[0.1, 0.3], [0.3, 0.5]])
        assert np.isnan(window.cell_means(np.full((2, 3), np.nan), M36)).all()

    # 20 columns west of 180 degrees and 16 east of it: 1 2/3 and 1 1/3 cells of 36 km, 6 2/3 and 5 1/3 of 9 km.
    @pytest.mark.parametrize(("grid", "columns"), [(M36, 4), (M09, 13)])
    def test_across_180_degrees(self, grid, columns):
        window = Window(1200, 11568 - 20, 6, 36)
        assert window.crosses_antimeridian
        assert window.coarse_shape(grid)[1] == columns
        index = window.coarse_index(grid)[1]
        assert set(np.diff(index)) == {0, 1}
        np.testing.assert_array_equal((window.columns(grid)[0] + index) % grid.columns, window.columns(grid))

    def test_around_the_whole_globe(self):
        assert Window(0, 0, 12, 11568).coarse_shape(M36) == (1, 964)
        within = Window(0, 5, 12, 11568)  # begins and ends in the same column of M36
        assert within.coarse_shape(M36) == (1, 965)
        assert within.columns(M36)[0] == within.columns(M36)[-1] == 0

    def test_cells_of_another_window_are_refused(self):
        with pytest.raises(GridError, match=r"\(2, 2\) cells of M36 do not fit a window that touches \(1, 2\)"):
            Window(0, 0, 12, 24).expand(np.zeros((2, 2)), M36)
