"""Coastlines, borders and lakes for orientation, from Natural Earth (public domain), and the graticule.

The lines come with the package (``basemap.npz``, made from Natural Earth's 1:10m layers by `pack`): simplified to
0.008 degrees and rounded to 0.005 degrees, a sixth of a 3 km cell, so that they orient and do not delimit.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from smen.grid import CRS_CODE, LEFT, Window

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

STEP = 0.005
"""Of the stored coordinates, degrees."""

KINDS = ("coast", "border", "state", "lake")
"""Kinds of lines: coastlines, borders of countries, of states and provinces, shores of lakes."""

_FILE = Path(__file__).with_name("basemap.npz")


def lines(window: Window) -> dict[str, list[NDArray[np.float64]]]:
    """Lines that touch a window, as shares of its width and height from its upper left corner.

    Returns:
        For each of `KINDS` arrays (n, 2) of x and y; points may lie beyond 0..1 where a line leaves the window.
    """
    left, bottom, right, top = window.bounds
    found: dict[str, list[NDArray[np.float64]]] = {kind: [] for kind in KINDS}
    to_grid = Transformer.from_crs("EPSG:4326", CRS_CODE, always_xy=True)
    for kind, degrees in _near(window):
        x, y = (np.asarray(v) for v in to_grid.transform(degrees[:, 0], degrees[:, 1]))
        x = np.where(x < left - -LEFT, x - 2 * LEFT, x)  # a window may run on eastwards over 180 degrees
        place = np.column_stack([(x - left) / (right - left), (top - y) / (top - bottom)])
        found[kind].extend(_cut(place))
    return found


def _near(window: Window) -> Iterable[tuple[str, NDArray[np.float64]]]:
    """Lines whose box meets the window's, in degrees."""
    stored = _stored()
    west, south, east, north = window.polygon().bounds
    boxes = stored["boxes"]
    meets = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    for number in np.flatnonzero(meets):
        first, last = stored["first"][number], stored["first"][number + 1]
        yield KINDS[stored["kind"][number]], stored["points"][first:last] * STEP


@cache
def _stored() -> Mapping[str, NDArray[Any]]:
    with np.load(_FILE) as file:
        counts, steps, kind = file["counts"].astype(np.int64), file["steps"].astype(np.int32), file["kind"]
    first = np.concatenate([[0], np.cumsum(counts)])
    # The steps of all lines in a row: the first of each is counted from the last point of the line before.
    points = np.cumsum(steps, axis=0, dtype=np.int32)
    low, high = (f.reduceat(points, first[:-1], axis=0) for f in (np.minimum, np.maximum))
    return {"points": points, "first": first, "kind": kind, "boxes": np.hstack([low, high]) * STEP}


def _cut(place: NDArray[np.float64], margin: float = 0.02) -> list[NDArray[np.float64]]:
    """The parts of a line that lie in the unit square or next to it."""
    inside = np.asarray((np.abs(place - 0.5) <= 0.5 + margin).all(axis=1))
    keep = inside.copy()
    keep[:-1] |= inside[1:]
    keep[1:] |= inside[:-1]
    low, high = np.minimum(place[:-1], place[1:]), np.maximum(place[:-1], place[1:])
    through = np.asarray(((low <= 1) & (high >= 0)).all(axis=1))  # long steps whose two ends both lie outside
    keep[:-1] |= through
    keep[1:] |= through
    edges = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]]).astype(np.int8)))
    return [place[a:b] for a, b in edges.reshape(-1, 2) if b - a > 1]


def pack(layers: Mapping[str, gpd.GeoSeries], path: Path = _FILE) -> None:
    """Make the stored lines from Natural Earth's layers, longitude and latitude; not needed to use them.

    Args:
        layers: lines or polygons (then their outlines) for each of `KINDS`.
        path: the file to write.
    """
    import shapely

    steps, counts, kinds = [], [], []
    last = np.zeros(2, np.int32)
    for kind, shapes in layers.items():
        merged = shapely.line_merge(shapely.union_all([_outline(shape) for shape in shapes]))
        for line in shapely.get_parts(shapely.simplify(merged, 0.008)):
            points = np.round(shapely.get_coordinates(line) / STEP).astype(np.int32)
            moved = np.concatenate([[True], np.diff(points, axis=0).any(axis=1)])
            points = points[moved]
            if len(points) > 1:
                steps.append(np.diff(points, axis=0, prepend=last[None]))
                counts.append(len(points))
                kinds.append(KINDS.index(kind))
                last = points[-1]
    np.savez_compressed(
        path,
        steps=np.concatenate(steps).astype(np.int32),
        counts=np.array(counts, np.uint16),
        kind=np.array(kinds, np.uint8),
    )


def _outline(shape: object) -> object:
    import shapely

    return shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape
