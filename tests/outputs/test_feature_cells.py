"""The cells that points and polygons touch, against rasterio's masks and exact geometry."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from made_maps import CELL, WINDOW, features, rectangle
from rasterio.features import geometry_mask
from shapely import Point

from smen.errors import DataError
from smen.grid import Window
from smen.outputs.feature_cells import cells_of, read_features


def grid_of(cells, window=WINDOW):
    """Weights as a field."""
    field = np.zeros(window.shape)
    field[cells.rows, cells.columns] = cells.weights
    return field


def blob(seed):
    """An irregular polygon within the window, in metres."""
    rng = np.random.default_rng(seed)
    left, bottom, right, top = WINDOW.bounds
    angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
    radii = rng.uniform(0.2, 1, 9) * (top - bottom) / 2.2
    x, y = (left + right) / 2 + radii * np.cos(angles), (top + bottom) / 2 + radii * np.sin(angles)
    return shapely.Polygon(np.column_stack([x, y])).buffer(0)


@pytest.mark.parametrize("seed", range(4))
def test_cells_are_those_that_rasterio_touches(seed):
    shape = blob(seed)
    (cells,) = cells_of(features(shape), WINDOW)
    touched = ~geometry_mask([shape], WINDOW.shape, WINDOW.transform, all_touched=True)
    weights = grid_of(cells)
    assert (weights[~touched] == 0).all()
    # GDAL also counts cells that are touched at an edge only
    assert (weights[touched] > 0).mean() > 0.9
    centres = ~geometry_mask([shape], WINDOW.shape, WINDOW.transform)
    assert weights[centres].min() > 0
    assert weights[shapely_inside(shape)] == pytest.approx(1, abs=1e-12)


def shapely_inside(shape):
    """Cells that lie wholly in a shape, one by one."""
    return np.array([[shape.contains(rectangle(r, c)) for c in range(30)] for r in range(20)])


@pytest.mark.parametrize("seed", range(4))
def test_weights_add_up_to_the_area(seed):
    shape = blob(seed)
    (cells,) = cells_of(features(shape), WINDOW)
    assert cells.weights.sum() * CELL**2 == pytest.approx(shape.area, rel=1e-5)


@given(row=st.floats(0, 17), column=st.floats(0, 27), height=st.floats(0.05, 3), width=st.floats(0.05, 3))
def test_a_rectangle_covers_the_share_of_each_cell_that_hand_computation_gives(row, column, height, width):
    (cells,) = cells_of(features(rectangle(row, column, height, width)), WINDOW)

    def overlap(low, length, number):
        index = np.arange(number)
        return np.clip(np.minimum(low + length, index + 1) - np.maximum(low, index), 0, 1)

    expected = np.outer(overlap(row, height, 20), overlap(column, width, 30))
    np.testing.assert_allclose(grid_of(cells), np.where(expected > 1e-6, expected, 0), atol=2e-6)


def test_parts_beyond_the_window_are_cut_off():
    inside, corner, outside = cells_of(
        features(rectangle(3, 4, 2, 2), rectangle(-3, -3, 4, 4), rectangle(100, 100)), WINDOW
    )
    assert inside.rows.tolist() == [3, 3, 4, 4]
    assert (corner.rows.tolist(), corner.columns.tolist()) == ([0], [0])
    assert outside.rows.size == 0


def test_a_hole_has_no_weight():
    ring = rectangle(2, 2, 5, 5).difference(rectangle(4, 4))
    (cells,) = cells_of(features(ring), WINDOW)
    assert grid_of(cells)[4, 4] == 0
    assert cells.rows.size == 24


def test_a_polygon_in_several_parts_covers_each():
    (cells,) = cells_of(features(shapely.MultiPolygon([rectangle(1, 1), rectangle(9, 9)])), WINDOW)
    assert cells.rows.tolist() == [1, 9]


def test_a_point_touches_its_cell():
    table = features(Point(WINDOW.longitudes[20], WINDOW.latitudes[3]), Point(0, 0), crs="EPSG:4326")
    inside, outside = cells_of(table, WINDOW)
    assert (inside.rows.tolist(), inside.columns.tolist(), inside.weights.tolist()) == ([3], [20], [1.0])
    assert outside.rows.size == 0


def test_the_crs_of_the_features_is_heeded():
    metres = features(rectangle(5, 18, 3, 4))
    (here,), (there,) = cells_of(metres, WINDOW), cells_of(metres.to_crs("EPSG:32612"), WINDOW)
    np.testing.assert_allclose(grid_of(here), grid_of(there), atol=0.01)


def test_edges_in_degrees_follow_parallels():
    # A parallel is straight in the grid's projection, but a long edge between two points in degrees is one only if
    # points are added along it.
    window = Window.centred_on(0, 40, 60, 300)
    table = features(shapely.box(-3, 39.9, 3, 40.1), crs="EPSG:4326")
    (cells,) = cells_of(table, window)
    weights = grid_of(cells, window)
    inside = weights.sum(axis=0) > 0
    np.testing.assert_allclose(weights.sum(axis=0)[inside][1:-1], np.median(weights.sum(axis=0)[inside]), rtol=1e-6)


def test_over_180_degrees():
    window = Window.centred_on(180, 10, 10, 10)
    table = features(Point(179.99, 10), Point(-179.99, 10), shapely.box(-180, 9.95, -179.95, 10.05), crs="EPSG:4326")
    west, east, area = cells_of(table, window)
    assert (west.columns.tolist(), east.columns.tolist()) == ([4], [5])
    assert area.columns.min() == 5


def test_a_file_is_read_with_its_crs(tmp_path):
    path = tmp_path / "f.gpkg"
    features(rectangle(1, 1), crs="EPSG:6933").to_file(path)
    table = read_features(path)
    assert table.crs.to_epsg() == 6933
    assert table["name"].tolist() == ["f0"]


def test_a_table_of_stations_gives_their_cells(tmp_path):
    degrees = features(rectangle(5, 18, 1, 1).centroid, crs="EPSG:6933").to_crs("EPSG:4326")
    place = degrees.geometry[0]
    path = tmp_path / "stations.csv"
    path.write_text(f"station;Lat;Lon\na;{place.y};{place.x}\n")
    (found,), (wanted,) = cells_of(read_features(path), WINDOW), cells_of(degrees, WINDOW)
    assert (found.rows.tolist(), found.columns.tolist()) == (wanted.rows.tolist(), wanted.columns.tolist())
    assert found.rows.size == 1


def bad_files(folder):
    """Files that hold no usable features, with the message about each."""
    line = folder / "line.geojson"
    features(shapely.LineString([(0, 0), (1, 1)]), crs="EPSG:4326").to_file(line)
    yield line, "LineString"
    bare = folder / "bare.gpkg"
    gpd.GeoDataFrame(geometry=[Point(0, 0)]).to_file(bare)
    yield bare, "coordinate system"
    local = folder / "local.gpkg"
    features(Point(0, 0), crs='LOCAL_CS["site grid",UNIT["metre",1]]').to_file(local)
    yield local, "coordinate system of its own"
    metres = folder / "metres.geojson"
    features(shapely.box(5e5, 5e6, 6e5, 6e6), crs="EPSG:4326").to_file(metres)
    yield metres, "reaches beyond 180 degrees"
    layers = folder / "layers.gpkg"
    features(Point(0, 0), crs="EPSG:4326").to_file(layers, layer="one")
    features(Point(0, 0), crs="EPSG:4326").to_file(layers, layer="two")
    yield layers, "has 2 layers: one, two. Choose one with --layer"
    table = folder / "table.csv"
    table.write_text("id,north,east\n1,2,3\n")
    yield table, "no column of longitude and latitude"
    junk = folder / "junk.gpkg"
    junk.write_text("no GeoPackage")
    yield junk, "cannot be read"
    yield folder / "missing.gpkg", "cannot be read"
    nothing = folder / "nothing.geojson"
    nothing.write_text('{"type": "FeatureCollection", "features": []}')
    yield nothing, "no features|cannot be read"
    hollow = folder / "hollow.geojson"
    features(shapely.Polygon(), Point(0, 0), crs="EPSG:4326").to_file(hollow)
    yield hollow, "empty geometries"


@pytest.mark.filterwarnings("ignore")
def test_files_without_usable_features_are_named(tmp_path):
    for path, message in bad_files(tmp_path):
        with pytest.raises(DataError, match=message) as error:
            read_features(path)
        assert str(path) in str(error.value)
