"""Shapes between Earthdata and GIS, against what is known by hand."""

import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box

from smen.grid import M03, M36, Window
from smen.sources.earthdata.umm_geometry import box as box_of
from smen.sources.earthdata.umm_geometry import cut_at_antimeridian, footprint, ring


def test_ring_of_a_window():
    places = ring(Window(1021, 2650, 1, 1), M03)
    assert places[0] == places[-1]
    assert Polygon(places).exterior.is_ccw
    west, south, east, north = Polygon(places).bounds
    percent = 0.011 * 360 / 11568  # of a cell: what only shares an edge is not searched for
    assert west == pytest.approx(-180 + 2650 * 360 / 11568, abs=percent)
    assert east == pytest.approx(-180 + 2651 * 360 / 11568, abs=percent)
    assert south < 35.4676 < north  # Oklahoma City's centre lies in this cell
    coarse = Polygon(ring(Window(1021, 2650, 1, 1), M36)).bounds
    assert coarse[0] == pytest.approx(-180 + 220 * 360 / 964, abs=12 * percent)  # the whole M36 cell: 2650 // 12 = 220
    assert coarse[2] == pytest.approx(-180 + 221 * 360 / 964, abs=12 * percent)


def test_ring_of_a_wide_window_stays_on_its_parallels():
    """Great circles between the points leave the parallel by no more than a tenth of a cell of 3 km."""
    places = ring(Window(600, 3000, 200, 2000), M03)
    north = max(lat for _, lat in places)
    step = 360 * 2000 / 11568 / (sum(lat == north for _, lat in places) - 1)
    half, phi = math.radians(step / 2), math.radians(north)
    rise = math.degrees(math.atan(math.tan(phi) / math.cos(half))) - north  # of a great circle over a parallel
    assert 0 < rise * 111.2 < 0.3
    assert all(abs(a - b) <= 1.0 for (a, _), (b, _) in pairwise(places) if a != b)


def test_boxes():
    assert ring(Window(0, 0, 100, 11568), M03) is None
    assert box_of(Window(0, 0, 4872, 11568), M36) == pytest.approx((-180, -85.0445664, 180, 85.0445664), abs=0.05)
    west, _, east, _ = box_of(Window(100, 11568 - 6, 12, 12), M03)
    assert (west, east) == pytest.approx((180 - 6 * 360 / 11568, -180 + 6 * 360 / 11568), abs=1e-3)


def test_a_ring_across_180_degrees_is_cut():
    shape = cut_at_antimeridian([(170, 0), (-170, 0), (-170, 10), (170, 10), (170, 0)])
    assert shape.equals(box(170, 0, 180, 10).union(box(-180, 0, -170, 10)))
    assert cut_at_antimeridian([(0, 80), (120, 80), (-120, 80), (0, 80)]) is None  # around the pole


def test_the_real_polygon_of_a_half_orbit(real_data):
    """The polygon of a real SPL2SMP granule: past 180 degrees, and past the grid's end towards both poles."""
    text = (real_data / "smap_iso_granule_record.xml").read_text()
    numbers = [float(v) for v in re.search(r"<gml:posList[^>]*>([^<]+)<", text).group(1).split()]
    points = [{"Latitude": lat, "Longitude": lon} for lat, lon in zip(numbers[::2], numbers[1::2], strict=True)]
    umm = {
        "SpatialExtent": {"HorizontalSpatialDomain": {"Geometry": {"GPolygons": [{"Boundary": {"Points": points}}]}}}
    }
    shape = footprint(umm)
    assert shape.is_valid
    west, south, east, north = shape.bounds
    assert -180 <= west < east <= 180
    assert -87 < south < north < 88
    assert shape.contains(Polygon(box(-155.5, -1, -147, 1).exterior))  # its points on the equator: -156.11 and -146.22
    assert not shape.intersects(box(-100, 30, -90, 40))


def geometry(**parts):
    return {"SpatialExtent": {"HorizontalSpatialDomain": {"Geometry": parts}}}


def test_rectangles_across_180_degrees():
    names = ("WestBoundingCoordinate", "SouthBoundingCoordinate", "EastBoundingCoordinate", "NorthBoundingCoordinate")
    sides = dict(zip(names, (175.0, 10.0, -170.0, 20.0), strict=True))
    shape = footprint(geometry(BoundingRectangles=[sides]))
    assert shape.equals(box(175, 10, 180, 20).union(box(-180, 10, -170, 20)))


@pytest.mark.parametrize("umm", [{}, geometry(), geometry(GPolygons=[], Lines=[1])])
def test_records_without_an_outline(umm):
    assert footprint(umm) is None


@given(
    west=st.floats(-179, 179), width=st.floats(1, 90), south=st.floats(-80, 70), height=st.floats(1, 10)
)  # fmt: skip
def test_the_cut_keeps_the_area_and_stays_in_the_world(west, width, south, height):
    wrapped = [(lon + 180) % 360 - 180 for lon in (west, west + width, west + width, west, west)]
    shape = cut_at_antimeridian(list(zip(wrapped, (south, south, south + height, south + height, south), strict=True)))
    assert shape.is_valid
    assert shape.area == pytest.approx(width * height, rel=1e-9)
    assert -180 <= shape.bounds[0] < shape.bounds[2] <= 180


def test_rings_that_are_none():
    assert cut_at_antimeridian([(0, 0), (1, 0), (1, 1)]) is None  # not closed
    assert cut_at_antimeridian([(0, 0), (1, 0), (0, 0)]) is None  # no area
