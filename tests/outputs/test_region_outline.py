"""Outlines and cells of a region."""

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from smen.grid import Window
from smen.outputs.region_outline import outlines, region_cells, write_outlines

WINDOW = Window.centred_on(10.2, 49.8, 20, 30)
SHAPE = box(10.0, 49.7, 10.4, 49.9)


def test_a_window_and_its_polygon_are_two_outlines(tmp_path):
    frame = outlines(WINDOW, "alps", SHAPE)
    assert frame["kind"].tolist() == ["window", "polygon"] and frame["name"].tolist() == ["alps", "alps"]
    assert frame.geometry[0].equals(WINDOW.polygon()) and frame.geometry[1].equals(SHAPE)
    assert outlines(WINDOW, "alps", None)["kind"].tolist() == ["window"]
    write_outlines(tmp_path / "alps.geojson", frame, "alps")
    back = gpd.read_file(tmp_path / "alps.geojson")
    assert back.crs.to_epsg() == 4326 and back["kind"].tolist() == ["window", "polygon"]
    assert back.geometry[1].equals_exact(SHAPE, 1e-6)


def test_cells_are_those_under_the_polygon_or_all():
    everything = region_cells(WINDOW, None)
    assert everything.rows.size == 600 and everything.weights.min() == 1
    under = region_cells(WINDOW, SHAPE)
    area = gpd.GeoSeries([SHAPE], crs="EPSG:4326").to_crs("EPSG:6933").area[0]
    assert under.weights.sum() * 3002.6850700487**2 == pytest.approx(area, rel=1e-6)
    assert np.ptp(under.rows) < 20 and 0 < under.weights.min() < 1
