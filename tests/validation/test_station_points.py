import numpy as np
import pytest
from made_ismn import hours
from made_stations import WINDOW, series

from smen.grid import M03, M36, Window
from smen.validation.station_points import locate_points, point_table


def test_a_station_is_in_the_cell_that_holds_it():
    west, _, _, north = WINDOW.bounds
    x, y = west + 7.9 * M03.cell, north - 3.2 * M03.cell  # column 7, row 3
    from pyproj import Transformer

    longitude, latitude = Transformer.from_crs("EPSG:6933", "EPSG:4326", always_xy=True).transform(x, y)
    (point,), problems = locate_points([series(longitude=longitude, latitude=latitude)], WINDOW)
    assert problems == ()
    assert point.cell == (3, 7)
    north_south, east_west = WINDOW.cell_lengths_km()
    expected = np.hypot(0.4 * east_west[3], 0.3 * north_south[3])
    assert point.distance_km == pytest.approx(expected, rel=1e-3)
    rows, columns = WINDOW.coarse_index(M36)
    assert (point.coarse_row, point.coarse_column) == (rows[3], columns[7])


def test_on_a_border_it_is_in_the_cell_south_and_east():
    from pyproj import Transformer

    west, _, _, north = WINDOW.bounds
    to_degrees = Transformer.from_crs("EPSG:6933", "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform(west + 5 * M03.cell, north - 8 * M03.cell)
    (point,), _ = locate_points([series(longitude=longitude, latitude=latitude)], WINDOW)
    assert point.cell == (8, 5)


def test_across_180_degrees_both_sides_are_found():
    window = Window.centred_on(180.0, 10.0, 8, 8)
    assert window.crosses_antimeridian
    latitude = float(window.latitudes[4])
    places = [179.99, -179.99, 180.0, -180.0]
    made = [series(f"s{i}", longitude=x, latitude=latitude) for i, x in enumerate(places)]
    points, problems = locate_points(made, window)
    assert problems == ()
    assert [p.column for p in points] == [3, 4, 4, 4]
    assert max(p.distance_km for p in points) < 3


def test_two_sensors_at_a_place_are_averaged_or_the_nearest_depth_is_taken():
    time = hours("2021-06-01", 4)
    a = series(time=time, value=np.array([0.1, 0.2, 0.3, 0.4]), depth=(0.0, 0.05))
    b = series(time=time[1:3], value=np.array([0.4, 0.5]), depth=(0.02, 0.02))
    c = series(time=time, value=np.full(4, 0.6), depth=(0.05, 0.05))
    (point,), _ = locate_points([a, b], WINDOW)
    assert np.allclose(point.value, [0.1, 0.3, 0.4, 0.4])
    assert len(point.sensors) == 2
    (point,), _ = locate_points([a, b, c], WINDOW, sensors="nearest_depth")  # middles .025, .02, .05: their mean .0317
    assert point.sensors == (a.sensor,)
    assert (point.depth_from, point.depth_to) == (0.0, 0.05)


def test_two_stations_in_a_cell_stay_apart_or_become_one_point():
    time = hours("2021-06-01", 2)
    pair = [series(n, time=time, value=np.array(v)) for n, v in (("a", [0.1, 0.2]), ("b", [0.3, 0.4]))]
    points, _ = locate_points(pair, WINDOW)
    assert [p.name for p in points] == ["a", "b"]
    (point,), _ = locate_points(pair, WINDOW, shared_cells="mean")
    assert point.name == "a + b"
    assert np.allclose(point.value, [0.2, 0.3])


def test_a_station_that_moved_is_two_points_by_time():
    early = series(row=20, time=hours("2020-01-01", 3))
    late = series(row=25, time=hours("2021-01-01", 3))
    points, problems = locate_points([late, early], WINDOW)
    assert [(p.name, p.row) for p in points] == [("one", 20), ("one (place 2)", 25)]
    assert "2 places" in problems[0].reason


def test_off_the_window_or_the_grid_gives_a_line():
    points, problems = locate_points([series("far", longitude=50.0), series("pole", latitude=89.0)], WINDOW)
    assert points == ()
    assert [p.reason for p in problems] == ["it lies outside the region"] * 2


def test_a_series_without_values_is_no_point():
    assert locate_points([series(time=hours("2021-01-01", 0))], WINDOW) == ((), ())


def test_the_table_has_all_points():
    points, _ = locate_points([series("a", climate="Cfb"), series("b", row=30)], WINDOW)
    table = point_table(points)
    assert table["station"].tolist() == ["a", "b"]
    assert table["climate"].tolist() == ["Cfb", ""]
    assert table["values"].tolist() == [240, 240]
    assert list(point_table([]).columns) == list(table.columns)
