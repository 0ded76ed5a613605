import numpy as np
import pytest

from smen.grid import Window
from smen.outputs.report import basemap, basemap_file


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
    found = basemap.lines(Window.centred_on(0, 50.8, 60, 60))
    coast = np.concatenate(found["coast"])
    assert len(coast) > 20
    assert np.abs(coast - 0.5).max() < 0.5 + 1


def test_over_180_degrees_lines_of_both_sides_are_seen():
    window = Window.centred_on(180, -16.8, 60, 60)  # Taveuni, Fiji, on both sides of 180 degrees
    coast = np.concatenate(basemap.lines(window)["coast"])
    inside = coast[((coast >= 0) & (coast <= 1)).all(axis=1)]
    assert (inside[:, 0] < 0.5).any()
    assert (inside[:, 0] > 0.5).any()


def test_packed_lines_come_back(tmp_path, monkeypatch):
    import geopandas as gpd
    from shapely import LineString, Polygon

    line = LineString([(10, 50), (10.1, 50.2), (10.4, 50.1)])
    lake = Polygon([(10, 49), (10.5, 49), (10.2, 49.5)])
    path = tmp_path / "b.npz"
    basemap_file.pack_lines({"border": gpd.GeoSeries([line]), "lake": gpd.GeoSeries([lake])}, path)
    monkeypatch.setattr(basemap, "stored_lines", lambda: basemap_file.stored_lines(path))
    window = Window.centred_on(10.2, 49.8, 80, 60)
    parts = basemap.lines(window)
    assert [len(parts[kind]) for kind in basemap_file.KINDS] == [0, 1, 0, 1]
    place = parts["border"][0]
    columns = (np.array([10, 10.1, 10.4]) - window.longitudes[0]) / (window.longitudes[1] - window.longitudes[0])
    np.testing.assert_allclose(place[:, 0] * 60 - 0.5, columns, atol=0.01)
