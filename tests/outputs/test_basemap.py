"""Lines of the base map within a window."""

import numpy as np
import pytest
from pyproj import Transformer
from shapely import MultiPolygon, Point, box

from smen.grid import Window
from smen.outputs.report import basemap
from smen.outputs.report.basemap_file import KINDS, STEP

WINDOW = Window.centred_on(10.2, 49.8, 80, 60)


def store(monkeypatch, *lines, kind="coast"):
    """Put lines in degrees in place of the stored ones."""
    points = [np.round(np.array(line) / STEP).astype(int) for line in lines]
    boxes = [np.concatenate([p.min(axis=0), p.max(axis=0)]) * STEP for p in points]
    stored = {
        "points": np.concatenate(points),
        "first": np.concatenate([[0], np.cumsum([len(p) for p in points])]),
        "kind": np.full(len(points), KINDS.index(kind)),
        "boxes": np.array(boxes),
    }
    monkeypatch.setattr(basemap, "stored_lines", lambda: stored)


def shares(longitude, latitude):
    """Place within the window, by pyproj."""
    x, y = Transformer.from_crs(4326, 6933, always_xy=True).transform(longitude, latitude)
    left, bottom, right, top = WINDOW.bounds
    return (x - left) / (right - left), (top - y) / (top - bottom)


def test_lake_geneva_lies_where_it_is():
    window = Window.centred_on(6.1432, 46.2044, 100, 100)
    shores = np.concatenate(basemap.lines(window)["lake"])
    column = (shores[:, 0] * 100).clip(0, 99).astype(int)
    row = (shores[:, 1] * 100).clip(0, 99).astype(int)
    west, east = window.longitudes[column.min()], window.longitudes[column.max()]
    south, north = window.latitudes[row.max()], window.latitudes[row.min()]
    # The lake reaches from Geneva (6.15 E, 46.20 N) to Villeneuve (6.93 E) and Vevey/Lausanne (46.5 N).
    assert (west, east, south, north) == pytest.approx((6.15, 6.92, 46.21, 46.52), abs=0.06)


def test_lines_that_leave_the_window_are_cut_next_to_it():
    parts = basemap.lines(Window.centred_on(0, 50.8, 60, 60))
    coast = np.concatenate(parts["coast"])
    assert len(coast) > 20
    assert np.abs(coast - 0.5).max() < 0.5 + 1
    assert set(parts) == set(KINDS)


def test_over_180_degrees_lines_of_both_sides_are_seen():
    window = Window.centred_on(180, -16.8, 60, 60)  # Taveuni, Fiji, on both sides of 180 degrees
    coast = np.concatenate(basemap.lines(window)["coast"])
    inside = coast[((coast >= 0) & (coast <= 1)).all(axis=1)]
    assert (inside[:, 0] < 0.5).any()
    assert (inside[:, 0] > 0.5).any()


def test_points_are_placed_as_pyproj_places_them(monkeypatch):
    line = [(10, 50), (10.1, 50.2), (10.4, 50.1)]
    store(monkeypatch, line, kind="border")
    parts = basemap.lines(WINDOW)
    assert [len(parts[kind]) for kind in KINDS] == [0, 1, 0, 0]
    np.testing.assert_allclose(parts["border"][0], [shares(*point) for point in line], atol=1e-9)


def test_a_line_that_comes_back_is_in_two_parts(monkeypatch):
    inside, far = (10.2, 49.8), (20.0, 49.8)
    store(monkeypatch, [inside, (14.0, 49.8), far, far, (14.0, 49.7), (10.2, 49.7)])
    first, second = basemap.lines(WINDOW)["coast"]
    assert (len(first), len(second)) == (2, 2)


def test_a_long_step_across_the_window_is_kept(monkeypatch):
    store(monkeypatch, [(0.0, 49.8), (20.0, 49.8)])
    (part,) = basemap.lines(WINDOW)["coast"]
    assert part[0, 0] < 0
    assert part[1, 0] > 1


def test_lines_elsewhere_are_left_out(monkeypatch):
    store(monkeypatch, [(100.0, 10.0), (101.0, 10.0)], [(10.2, 60.0), (10.3, 60.0)])
    assert basemap.lines(WINDOW)["coast"] == []


def test_an_outline_lies_where_it_is_and_is_closed():
    ring, hole = basemap.outline(WINDOW, box(10, 49.6, 10.4, 50).difference(box(10.1, 49.7, 10.2, 49.8)))
    assert len(ring) >= 5 and ring[0].tolist() == ring[-1].tolist()
    for corner in ((10, 49.6), (10, 50), (10.4, 49.6), (10.4, 50)):
        assert np.abs(ring - shares(*corner)).max(axis=1).min() < 1e-3
    assert np.abs(hole - shares(10.1, 49.7)).max(axis=1).min() < 1e-3


def test_an_outline_over_180_degrees_has_both_parts():
    window = Window.centred_on(180, -16.8, 60, 60)
    parts = basemap.outline(window, MultiPolygon([box(179.7, -17, 180, -16.6), box(-180, -17, -179.7, -16.6)]))
    west, east = (part[:, 0] for part in parts)
    assert 0 < west.min() < west.max() <= 0.5 + 1e-6 and 0.5 - 1e-6 <= east.min() < east.max() < 1


def test_fine_detail_of_an_outline_is_left_out():
    circle = Point(10.2, 49.8).buffer(0.3, quad_segs=5000)
    (ring,) = basemap.outline(WINDOW, circle)
    assert 20 < len(ring) < 200
