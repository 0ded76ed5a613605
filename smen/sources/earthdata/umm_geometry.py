"""Convert footprints between Earthdata's rings on the sphere and polygons in degrees that are cut at 180 degrees."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from smen.grid import M03

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from smen.grid import Grid, Window

Place = tuple[float, float]
"""Longitude and latitude in degrees."""

STEP = 1.0
"""Degrees of longitude from point to point along a parallel. A search joins points by great circles, which at this
step leave the parallel by 0.12 km at most."""

WIDEST = 90.0
"""Degrees of longitude up to which a ring is searched by; wider windows are searched by their box."""

INSET = 0.01
"""Cells by which the area searched is smaller all round, so that granules that only share an edge are not listed."""

DECIMALS = 5
"""Decimals of degrees in a search, about 1 m."""


def ring(window: Window, grid: Grid) -> list[Place] | None:
    """Outline of the cells of a grid that overlap a window, as a search on the sphere takes it.

    Args:
        window: the region.
        grid: the product's grid.

    Returns:
        A closed ring of places, counter-clockwise, whose longitudes jump at 180 degrees; None for windows wider than
        `WIDEST`.
    """
    west, south, east, north = _edges(window, grid)
    if east - west > WIDEST:
        return None
    steps = max(1, math.ceil((east - west) / STEP))
    along = [west + (east - west) * i / steps for i in range(steps + 1)]
    places = [(lon, south) for lon in along] + [(lon, north) for lon in reversed(along)]
    return [(round(_wrapped(lon), DECIMALS), round(lat, DECIMALS)) for lon, lat in [*places, places[0]]]


def box(window: Window, grid: Grid) -> tuple[float, float, float, float]:
    """Bounding box of the cells of a grid that overlap a window.

    Args:
        window: the region.
        grid: the product's grid.

    Returns:
        West, south, east and north in degrees; west is greater than east across 180 degrees.
    """
    west, south, east, north = _edges(window, grid)
    if window.width >= M03.columns:
        return -180.0, south, 180.0, north
    return tuple(round(v, DECIMALS) for v in (_wrapped(west), south, _wrapped(east), north))  # type: ignore[return-value]


def _edges(window: Window, grid: Grid) -> tuple[float, float, float, float]:
    """Return west, south, east, north in degrees; east counts on beyond 180 degrees."""
    n = grid.coarse_factor
    top, bottom = window.row // n, (window.row + window.height - 1) // n
    left, right = window.column // n, (window.column + window.width - 1) // n
    degrees = 360 / grid.columns
    # Half a row above a centre is the upper edge.
    _, (north, south) = grid.centres([top - 0.5 + INSET, bottom + 0.5 - INSET], 0)
    return (left + INSET) * degrees - 180, float(south), (right + 1 - INSET) * degrees - 180, float(north)


def _wrapped(longitude: float) -> float:
    return (longitude + 180) % 360 - 180 if not -180 <= longitude <= 180 else longitude


def footprint(umm: Mapping[str, Any]) -> BaseGeometry | None:
    """Return the footprint of a UMM-G record, cut at 180 degrees as GeoJSON demands (RFC 7946).

    None for records by orbit, without a geometry, and for rings around a pole, which have no outline in degrees.
    """
    from shapely import union_all

    geometry = umm.get("SpatialExtent", {}).get("HorizontalSpatialDomain", {}).get("Geometry", {})
    rings = [_points(polygon["Boundary"]["Points"]) for polygon in geometry.get("GPolygons", [])]
    parts = [part for places in rings if (part := cut_at_antimeridian(places)) is not None]
    parts += [_rectangle(sides) for sides in geometry.get("BoundingRectangles", [])]
    if not parts:
        return None
    merged = union_all(parts)
    return None if merged.is_empty else merged


def _points(points: Sequence[Mapping[str, float]]) -> list[Place]:
    return [(float(p["Longitude"]), float(p["Latitude"])) for p in points]


def _rectangle(sides: Mapping[str, float]) -> BaseGeometry:
    from shapely import box as rectangle
    from shapely import union_all

    west, east = sides["WestBoundingCoordinate"], sides["EastBoundingCoordinate"]
    south, north = sides["SouthBoundingCoordinate"], sides["NorthBoundingCoordinate"]
    if west <= east:
        return rectangle(west, south, east, north)
    return union_all([rectangle(west, south, 180.0, north), rectangle(-180.0, south, east, north)])


def cut_at_antimeridian(places: Sequence[Place]) -> BaseGeometry | None:
    """Return a closed ring as a polygon in degrees, cut where it crosses 180 degrees; None for one around a pole."""
    from shapely import Polygon, make_valid, union_all
    from shapely import box as rectangle
    from shapely.affinity import translate

    longitudes = [places[0][0]]
    for (before, _), (after, _) in pairwise(places):
        longitudes.append(longitudes[-1] + (after - before + 180) % 360 - 180)
    if places[0] != places[-1] or abs(longitudes[-1] - longitudes[0]) > 1e-6 or len(places) < 4:
        return None
    unwrapped = make_valid(Polygon(list(zip(longitudes, (lat for _, lat in places), strict=True))))
    turns = range(math.floor((min(longitudes) + 180) / 360), math.floor((max(longitudes) + 180) / 360) + 1)
    world = rectangle(-180, -90, 180, 90)
    parts = [translate(unwrapped, xoff=-360.0 * turn).intersection(world) for turn in turns]
    return union_all([part for part in parts if part.area > 0])
