"""Coastlines, borders and lakes within a window, from Natural Earth (public domain), for orientation only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from smen.grid import CRS_CODE, LEFT, M03, Window
from smen.outputs.report.basemap_file import KINDS, STEP, stored_lines

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

DENSE = 0.02
"""Longest step along an edge of an outline in degrees; points are added before it is projected."""

_MARGIN = 0.02
"""Room around the window, as a share of it, within which lines are kept."""


def lines(window: Window) -> dict[str, list[NDArray[np.float64]]]:
    """Return the lines that touch a window, as shares of its width and height from its upper left corner.

    Returns:
        For each of `KINDS` arrays (n, 2) of x and y; points may lie beyond 0..1 where a line leaves the window.
    """
    parts: dict[str, list[NDArray[np.float64]]] = {kind: [] for kind in KINDS}
    to_grid = Transformer.from_crs("EPSG:4326", CRS_CODE, always_xy=True)
    for kind, degrees in _near(window):
        x, y = (np.asarray(v) for v in to_grid.transform(degrees[:, 0], degrees[:, 1]))
        parts[kind].extend(_cut(_shares(x, y, window)))
    return parts


def outline(window: Window, polygon: BaseGeometry) -> list[NDArray[np.float64]]:
    """Return the rings of a region's outline, as shares of the window as for `lines`, without what is too fine to see.

    Args:
        window: of the region.
        polygon: its outline in longitude and latitude.
    """
    import geopandas as gpd
    import shapely

    metres = gpd.GeoSeries([polygon], crs="EPSG:4326").segmentize(DENSE).to_crs(CRS_CODE).simplify(M03.cell / 20)
    rings = shapely.get_rings(shapely.get_parts(metres.to_numpy()))
    corners = [shapely.get_coordinates(ring) for ring in rings]
    return [_shares(xy[:, 0], xy[:, 1], window) for xy in corners]


def _shares(x: NDArray[np.float64], y: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    """Metres as shares of a window's width and height from its upper left corner, (n, 2)."""
    left, bottom, right, top = window.bounds
    x = np.where(x < left - -LEFT, x - 2 * LEFT, x)  # a window may run on eastwards over 180 degrees
    return np.column_stack([(x - left) / (right - left), (top - y) / (top - bottom)])


def _near(window: Window) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Lines whose box meets the window's, (n, 2) in degrees."""
    stored = stored_lines()
    west, south, east, north = window.polygon().bounds
    boxes = stored["boxes"]
    meets = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    for number in np.flatnonzero(meets):
        first, last = stored["first"][number], stored["first"][number + 1]
        yield KINDS[stored["kind"][number]], stored["points"][first:last] * STEP


def _cut(place: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The parts of a line that lie in the unit square or next to it."""
    inside = np.asarray((np.abs(place - 0.5) <= 0.5 + _MARGIN).all(axis=1))
    keep = inside.copy()
    keep[:-1] |= inside[1:]
    keep[1:] |= inside[:-1]
    low, high = np.minimum(place[:-1], place[1:]), np.maximum(place[:-1], place[1:])
    through = np.asarray(((low <= 1) & (high >= 0)).all(axis=1))  # long steps whose two ends both lie outside
    keep[:-1] |= through
    keep[1:] |= through
    edges = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]]).astype(np.int8)))
    return [place[a:b] for a, b in edges.reshape(-1, 2) if b - a > 1]
